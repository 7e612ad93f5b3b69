"""What somebody may move in a view, and the command by which it is done. The command has the last word each time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kernel.access.session import allowed_ids
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.field_rules import rule_of
from kernel.resources.fields import Field, FieldError
from kernel.resources.fields.gathered import Gathered
from kernel.resources.fields.masked import MaskedField
from kernel.resources.lists.columns import Column, searchable_privately
from kernel.resources.records.values import writable
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import View


def usable(context: Context, resource: Resource) -> dict[str, Column]:
    """Give the columns by which this actor may have records put together: seen whole, stored, and his to search by."""
    columns = (Column(item.name, item) for item in resource.visible_fields(context))
    return {
        column.key: column
        for column in columns
        if not isinstance(column.field, MaskedField | Gathered)
        and column.field.stored_in(resource.model)
        and searchable_privately(context, resource, column)
    }


def offered_views(context: Context, resource: Resource) -> list[View]:
    """Give the views of a resource that this actor may open: those whose main field is not kept from him."""
    if not resource.views:
        return []
    known = usable(context, resource)
    return [view for view in resource.views if view.main() in known]


def shown_fields(context: Context, resource: Resource, view: View, besides: Collection[str]) -> list[Column]:
    """Give the columns that stand on a card or entry: the declared ones, else the first of the list's, as he has them."""
    names = view.fields
    if not names:
        names = tuple(name for name in resource.list_columns if name not in besides)[:USUAL]
    seen = {item.name: item for item in resource.visible_fields(context)}
    return [Column(name, seen[name]) for name in names if name in seen]


USUAL = 3
"""Fields of a card where its view names none."""


def label_column(context: Context, resource: Resource, view: View) -> Column | None:
    """Give the column that records are called by in a view; None where no field stands for it, or it is kept from him."""
    seen = {item.name: item for item in resource.visible_fields(context)}
    if view.label:
        return Column(view.label, seen[view.label]) if view.label in seen else None
    named = next((item for item in seen.values() if item.attribute == resource.label), None)
    return None if named is None else Column(named.name, named)


def right_to_move(context: Context, resource: Resource, view: View) -> tuple[str, str]:
    """Give the right that a move asks: the command's own, else that to edit."""
    if view.move is not None:
        command = context.runtime.command(view.move.command)
        if command.resource is not None and command.action is not None:
            return command.resource, command.action
    return resource.permission, "edit"


def movable_fields(context: Context, resource: Resource, view: View) -> frozenset[str]:
    """Name the fields that this actor may change by moving records in a view; none after the end of the site's term."""
    if context.read_only or not context.may(*right_to_move(context, resource, view)):
        return frozenset()
    wanted = set(view.moved())
    if view.move is None:
        if not resource.editable:
            return frozenset()
        return frozenset(wanted & {item.name for item in writable(context, resource)})
    own = wanted & set(view.move.fields)
    seen = {item.name for item in resource.visible_fields(context)}
    return frozenset(
        name for name in own & seen if rule_of(context, resource.permission, resource.by_name[name]) is None
    )


def movable_ids(context: Context, resource: Resource, view: View, ids: Sequence[int]) -> set[int]:
    """Give those of the records that this actor may move; one statement."""
    permission, action = right_to_move(context, resource, view)
    if not ids:
        return set()
    kind = action if permission == resource.permission else "edit"
    return allowed_ids(context.session, resource.model, list(ids), kind)


def command_of_move(
    context: Context,
    resource: Resource,
    view: View,
    record_id: int,
    entered: Mapping[str, Any],
    version: int | None,
) -> tuple[str, dict[str, Any]]:
    """Give the command that changes these fields of a record, and its arguments; `Invalid` for what does not fit."""
    if view.move is None:
        return "record.edit", {
            "resource": resource.name,
            "record_id": record_id,
            "values": dict(entered),
            "version": version,
        }
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in entered.items():
        item: Field = resource.by_name[name]
        try:
            values[view.move.fields[name]] = item.read(raw, context)
        except FieldError as error:
            problems.append(item.problem(error))
    if problems:
        raise Invalid(problems)
    values[view.move.record] = record_id
    if view.move.version:
        values[view.move.version] = version
    return view.move.command, values
