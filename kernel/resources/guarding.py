"""Whether what a plugin declares is sound: a model without a policy, or a report that nobody could run, breaks it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import literal

from kernel.access.policies import Model, Rows
from kernel.access.scope_functions import rows_text
from kernel.access.scopes import KEY, declared_scope
from kernel.data.base import KernelBase, SchemaBase
from kernel.i18n import LazyText, _
from kernel.resources.commands import Command, command_of
from kernel.resources.parts import kernel_parts
from kernel.resources.records import COMMANDS
from kernel.resources.reports.standard import unsound_reports


def models_of(plugin: str) -> Iterator[Model]:
    """Give the mapped classes whose tables stand in the plugin's schema, by name."""
    bases = [base for base in SchemaBase.__subclasses__() if base is not KernelBase]
    found = {
        mapper.class_
        for base in bases
        for mapper in base.registry.mappers
        if getattr(mapper.local_table, "schema", None) == plugin
    }
    yield from sorted(found, key=lambda model: (model.__module__, model.__qualname__))


def unsound(plugin: str, declared: Mapping[str, list[Any]]) -> LazyText | None:
    """Give the reason why the plugin's rows are not guarded as they must be, or what it declares means nothing."""
    return (
        unguarded(plugin, declared)
        or _unsound_scopes(plugin, declared)
        or _unsound_views(declared)
        or _unsound_tabs(declared)
        or unsound_reports(
            plugin,
            declared.get("reports", []),
            declared.get("resources", []),
            declared.get("facets", []),
        )
    )


def _unsound_views(declared: Mapping[str, list[Any]]) -> LazyText | None:
    """A view moves records by a command of the plugin's own or of the kernel, with arguments that it takes."""
    commands = [
        each if isinstance(each, Command) else command_of(each) for each in declared.get("commands", [])
    ]
    commands += [*COMMANDS, *(each for part in kernel_parts() for each in part.commands)]
    known = {each.name: each for each in commands}
    for resource in declared.get("resources", []):
        for view in resource.views:
            if view.move is None:
                continue
            found = known.get(view.move.command)
            taken = () if found is None else inspect.signature(found.function).parameters
            wanted = {*view.move.fields.values(), view.move.record, view.move.version} - {""}
            if not wanted <= set(taken):
                return _(
                    "Its view “%(name)s” moves records by the command “%(command)s”, which is not there or does not"
                    " take what the view gives.",
                    name=f"{resource.name} {view.key}",
                    command=view.move.command,
                )
    return None


def _unsound_tabs(declared: Mapping[str, list[Any]]) -> LazyText | None:
    """A facet stands in a tab that its resource has; of another plugin's resource nothing is known here."""
    known = {each.name: each for part in kernel_parts() for each in part.resources}
    known |= {each.name: each for each in declared.get("resources", [])}
    for facet in declared.get("facets", []):
        resource = known.get(facet.resource)
        if resource and facet.tab and facet.tab not in [tab.key for tab in resource.tabs]:
            return _(
                "Its facts of %(resource)s stand in a tab “%(tab)s” that is not there.",
                resource=facet.resource,
                tab=facet.tab,
            )
    return None


def _unsound_scopes(plugin: str, declared: Mapping[str, list[Any]]) -> LazyText | None:
    """A scope has a name of its own, gives one column of numbers, and covers records that have rights and that column."""
    policies = [*(each for part in kernel_parts() for each in part.policies), *declared.get("policies", [])]
    known = {policy.table: policy for policy in policies}
    keys: set[str] = set()
    for scope in declared.get("scopes", []):
        if not KEY.fullmatch(scope.key) or scope.key in keys:
            return _("Its scope “%(name)s” needs a name of its own, of small Latin letters.", name=scope.key)
        keys.add(scope.key)
        try:
            one = len(scope.rows(literal(1)).selected_columns) == 1
            rows_text(declared_scope(plugin, scope))
        except Exception as error:
            return _("Its scope “%(name)s” cannot be asked: %(error)s", name=scope.key, error=repr(error))
        if not one:
            return _("Its scope “%(name)s” must give one column of numbers.", name=scope.key)
        for model, column in scope.covers.items():
            policy = known.get(model.__table__)
            if column not in model.__table__.c or (policy is not None and not isinstance(policy, Rows)):
                return _(
                    "Its scope “%(name)s” covers %(model)s, which has no rights of its own or no column “%(column)s”.",
                    name=scope.key,
                    model=model.__name__,
                    column=column,
                )
    return None


def unguarded(plugin: str, declared: Mapping[str, list[Any]]) -> LazyText | None:
    """Give the reason why the plugin's rows are not guarded as they must be; None where they are."""
    policies = declared.get("policies", [])
    guarded = [policy.table for policy in policies]
    for policy in policies:
        name = policy.table.fullname
        if policy.table.schema != plugin:
            return _("It declares a policy for the table %(table)s, which is not its own.", table=name)
        if guarded.count(policy.table) > 1:
            return _("It declares two policies for the table %(table)s.", table=name)
    for model in models_of(plugin):
        if model.__table__ not in guarded:
            return _(
                "Its model %(model)s has no policy, so nobody could say who may see its rows.",
                model=model.__name__,
            )
    return None
