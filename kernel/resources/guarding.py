"""Whether a plugin guards its rows: a model of its own without a policy, or a policy for another's table, breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.access.policies import Model
from kernel.data.base import KernelBase, SchemaBase
from kernel.i18n import LazyText, _


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
