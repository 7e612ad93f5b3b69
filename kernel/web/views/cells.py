"""How the values of a row are drawn in a list: which macro, and where they stand on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kernel.resources.context import Context
from kernel.resources.fields import (
    BaseChoice,
    Choice,
    Choices,
    Day,
    Decimal,
    Field,
    Money,
    Phone,
    UserLink,
    Whole,
    YesNo,
)
from kernel.resources.fields.tones import tone_of
from kernel.resources.lists import Column, ListPage, ListQuery, Row, may_sort
from kernel.resources.records.values import edited_alone
from kernel.resources.resource import Resource
from kernel.web.views.addresses import list_url

NUMBERS = (Whole, Decimal)
"""Whose values tell nothing on a card without their title."""


@dataclass(frozen=True)
class Cell:
    """One value: how it is drawn (`kind`), the value itself, its text, a badge's colour, its place on a phone.

    `field` is the key of its column where it is edited in the list.
    """

    kind: str
    value: Any
    text: str
    tone: str = ""
    place: str = ""
    field: str = ""


@dataclass(frozen=True)
class Head:
    """One heading: the class of its column, the address of the list sorted by it, its key and how wide it is kept."""

    title: str
    kind: str
    sort_url: str | None
    direction: str
    key: str = ""
    width: int | None = None


def kind_of(field: Field) -> str:
    """Give the kind of cell in which a field's values are drawn."""
    kinds: Sequence[tuple[type[Field], str]] = (
        (Choices, "text"),
        (Choice, "state"),
        (Money, "money"),
        (Phone, "phone"),
        (Day, "date"),
        (UserLink, "owner"),
    )
    for known, kind in kinds:
        if isinstance(field, known):
            return kind
    if isinstance(field, YesNo) and field.mark:
        return "mark"
    return "code" if field.ltr else "text"


def shown_columns(resource: Resource, columns: Sequence[Column]) -> list[Column]:
    """Leave out the column of the label, which every row shows first anyway."""
    return [column for column in columns if column.facet or column.field.attribute != resource.label]


def edited_in_lists(context: Context, resource: Resource, columns: Sequence[Column]) -> frozenset[str]:
    """Give the columns whose cells are edited in the list: what may be written of the records' own fields."""
    return frozenset(
        column.key
        for column in columns
        if column.facet is None and edited_alone(context, resource, column.field)
    )


def cells_of(
    context: Context,
    resource: Resource,
    columns: Sequence[Column],
    row: Row,
    edited: frozenset[str] = frozenset(),
) -> list[Cell]:
    """Give the cells of a row beside its name; three of them find room on a phone. `edited` are edited in place."""
    free = {"money": "value", "state": "state", "phone": "detail", "text": "detail"}
    cells = []
    shown = shown_columns(resource, columns)
    for index, column in enumerate(shown):
        field = column.field
        kind = kind_of(field)
        value = row.cells.get(column.key)
        tone = tone_of(context, field, value)
        if kind == "mark" and isinstance(field, YesNo):
            tone = field.mark
        place = free.get(kind, "")
        if place == "detail" and not row.texts.get(column.key) and _has_detail(row, shown[index + 1 :]):
            place = ""
        if place:
            free = {known: at for known, at in free.items() if at != place}
        field_name = column.key if column.key in edited else ""
        drawn = "state" if tone and isinstance(field, BaseChoice) else kind
        cells.append(Cell(drawn, value, row.texts.get(column.key, ""), tone, place, field_name))
    return cells


def card_cells(context: Context, columns: Sequence[Column], row: Row) -> list[tuple[str, Cell]]:
    """Give what stands on a card: the titles of the columns with their filled cells."""
    found = []
    for column in columns:
        text, item = row.texts.get(column.key, ""), column.field
        value = row.cells.get(column.key)
        if text:
            tone = tone_of(context, item, value)
            kind = (
                "state"
                if tone
                else "number"
                if isinstance(item, NUMBERS) and not isinstance(item, Money)
                else kind_of(item)
            )
            found.append((context.text(column.title), Cell(kind, value, text, tone)))
    return found


def _has_detail(row: Row, columns: Sequence[Column]) -> bool:
    """Whether a later column has something for the second line on a phone, where the earlier one is empty."""
    return any(row.texts.get(column.key) for column in columns if kind_of(column.field) in ("phone", "text"))


def heads_of(
    context: Context,
    resource: Resource,
    query: ListQuery,
    found: ListPage,
    widths: Mapping[str, int],
) -> list[Head]:
    """Give the headings, the name's first, each sorting the list by itself where that is possible."""
    columns = {column.key: column for column in found.columns}
    label = next((item for item in resource.fields if item.attribute == resource.label), None)
    first = Head(
        context.text(label.title if label else resource.title),
        "name",
        _sort_url(context, resource, query, Column(label.name, label)) if label else None,
        _direction(query, label.name) if label else "",
        label.name if label else "",
        widths.get(label.name) if label else None,
    )
    return [
        first,
        *(
            Head(
                context.text(column.title),
                "text" if kind_of(column.field) == "code" else kind_of(column.field),
                _sort_url(context, resource, query, column),
                _direction(query, key),
                key,
                widths.get(key),
            )
            for key, column in columns.items()
            if column in shown_columns(resource, found.columns)
        ),
    ]


def _sort_url(context: Context, resource: Resource, query: ListQuery, column: Column) -> str | None:
    if not may_sort(context, resource, column):
        return None
    wanted = f"-{column.key}" if query.sort == column.key else column.key
    return list_url(resource, replace(query.turned(None), sort=wanted))


def _direction(query: ListQuery, key: str) -> str:
    return {key: "ascending", f"-{key}": "descending"}.get(query.sort, "")
