"""The cells of a page: only the shown columns, and a constant number of statements however many rows there are.

One statement for the resource's own columns, one for each facet that is shown, one for each column of links or of what is
gathered from other rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from kernel.resources.context import Context
from kernel.resources.fields import Lookup
from kernel.resources.fields.choices import labels_behind
from kernel.resources.fields.gathered import Gathered
from kernel.resources.lists.columns import Column
from kernel.resources.lists.searching import any_of
from kernel.resources.resource import Resource


@dataclass(frozen=True)
class Row:
    """One row of a list: values and their texts by column key."""

    id: int
    label: str
    record_version: int | None
    cells: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


Labels = Mapping[str, Mapping[int, str]]
"""What the ids in the columns of links are called, by column key; what the actor may not see has no label."""

Values = dict[int, tuple[str, int | None, dict[str, Any]]]
"""Label, version and values by column key, by id."""


def read_rows(
    context: Context, resource: Resource, columns: Sequence[Column], ids: Sequence[int]
) -> list[Row]:
    """Give the rows of these ids in their order; ids that are gone meanwhile are left out."""
    return shown_rows(context, columns, ids, read_values(context, resource, columns, ids))


def shown_rows(context: Context, columns: Sequence[Column], ids: Sequence[int], values: Values) -> list[Row]:
    """Give the rows of values that were read, with their texts."""
    labels = labels_of(context, columns, values)
    rows = []
    for number in ids:
        if number in values:
            label, version, cells = values[number]
            texts = {column.key: _text_of(context, column, cells[column.key], labels) for column in columns}
            rows.append(Row(number, label, version, cells, texts))
    return rows


def read_values(
    context: Context, resource: Resource, columns: Sequence[Column], ids: Sequence[int]
) -> Values:
    """Give label, version and the values of the columns of those ids that the actor may see."""
    if not ids:
        return {}
    values = _own_values(context, resource, columns, ids)
    add_others(context, columns, values)
    return values


def _text_of(context: Context, column: Column, value: Any, labels: Labels) -> str:
    known = labels.get(column.key)
    if known is not None:
        return "" if value is None else known.get(value, "")
    return column.field.show(value, context)


def _own_values(
    context: Context, resource: Resource, columns: Sequence[Column], ids: Sequence[int]
) -> Values:
    model = resource.model
    statement = select(model.id, *own_columns(resource, columns)).where(any_of(model.id, ids))
    if resource.only is not None:
        statement = statement.where(resource.only(model))
    rows = ((row[0], row[1:]) for row in context.session.execute(statement))
    return own_values(resource, columns, rows)


def own_columns(resource: Resource, columns: Sequence[Column]) -> list[Any]:
    """Give what is read of a record beside its id: label, version where it has one, and its own columns."""
    model = resource.model
    version = getattr(model, "version", None)
    leading = [resource.label_column(), *([] if version is None else [version])]
    return [*leading, *(column.field.column(model) for column in columns if column.facet is None)]


def own_values(
    resource: Resource, columns: Sequence[Column], rows: Iterable[tuple[int, Sequence[Any]]]
) -> Values:
    """Sort out ids with what was read of them by `own_columns`."""
    own = [column for column in columns if column.facet is None]
    first = 2 if hasattr(resource.model, "version") else 1
    return {
        number: (row[0] or "", row[1] if first == 2 else None, _released(own, row[first:]))
        for number, row in rows
    }


def _released(columns: Sequence[Column], cells: Sequence[Any]) -> dict[str, Any]:
    return {column.key: column.field.released(value) for column, value in zip(columns, cells, strict=True)}


def add_others(context: Context, columns: Sequence[Column], values: Values) -> None:
    """Add the values of columns that do not stand in the records' own rows."""
    _add_facets(context, columns, values)
    _add_gathered(context, columns, values)


def _add_gathered(context: Context, columns: Sequence[Column], values: Values) -> None:
    """Add what is gathered from other rows, one question per column."""
    for column in columns:
        if isinstance(column.field, Gathered) and column.facet is None:
            found = column.field.gather(list(values), context) if values else {}
            for number, (_label, _version, cells) in values.items():
                cells[column.key] = found.get(number)


def _add_facets(context: Context, columns: Sequence[Column], values: Values) -> None:
    """Add the values of columns that stand in facets, one question per facet."""
    ids = list(values)
    shown = {column.facet.plugin: column.facet for column in columns if column.facet is not None}
    for plugin, facet in shown.items():
        wanted = [column for column in columns if column.facet is not None and column.facet.plugin == plugin]
        key = getattr(facet.model, facet.key)
        statement = select(key, *(column.field.column(facet.model) for column in wanted)).where(
            any_of(key, ids)
        )
        for number, *cells in context.session.execute(statement):
            values[number][2].update(_released(wanted, cells))
        for _label, _version, present in values.values():
            for column in wanted:
                present.setdefault(column.key, None)


def labels_of(context: Context, columns: Sequence[Column], values: Values) -> Labels:
    """Resolve the ids in the columns of links, one question for all links to the same resource."""
    held: dict[str, tuple[Lookup, set[int]]] = {}
    for column in columns:
        if isinstance(column.field, Lookup):
            shown = (cells.get(column.key) for _label, _version, cells in values.values())
            held[column.key] = (column.field, {number for number in shown if number is not None})
    return dict(zip(held, labels_behind(held.values(), context), strict=True))
