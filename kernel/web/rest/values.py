"""Records as JSON: days and instants in ISO, money in whole Rials, decimals as texts, links as number and title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.field_rules import part_fields
from kernel.resources.fields import Choice, Field, Lookup
from kernel.resources.fields.choices import labels_behind
from kernel.resources.fields.gathered import Gathered
from kernel.resources.fields.masked import MaskedField
from kernel.resources.lists import Column, Row
from kernel.resources.lists.cells import read_rows
from kernel.resources.lists.columns import known_columns
from kernel.resources.lists.searching import any_of
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Part, Resource


def all_columns(context: Context, resource: Resource) -> list[Column]:
    """Give every column that a record has for this actor, those of facets too; what is only filtered by is none."""
    return [column for column in known_columns(context, resource).values() if _has_value(resource, column)]


def _has_value(resource: Resource, column: Column) -> bool:
    item = column.field
    return item.in_list or (item.stored_in(column.model(resource)) and item.attribute != "id")


def one(context: Context, resource: Resource, record_id: int) -> dict[str, Any]:
    """Give one record whole; raise `NotFound` where it is absent or not the actor's to see."""
    columns = all_columns(context, resource)
    found = read_rows(context, resource, columns, [record_id])
    if not found:
        raise NotFound()
    return shown(context, resource, columns, found, parts=visible_parts(context, resource))[0]


def shown(
    context: Context,
    resource: Resource,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    parts: Sequence[Part] = (),
) -> list[dict[str, Any]]:
    """Give rows of a list as JSON, with their parts: one statement for each of them."""
    ids = [row.id for row in rows]
    held = {part.name: part_rows(context, resource, part, ids) for part in parts}
    found = []
    for row in rows:
        item: dict[str, Any] = {
            "id": row.id,
            "version": row.record_version,
            "title": resource.label_text(row.label, context),
            "values": {
                column.key: _cell(context, column.field, row.cells.get(column.key), row.texts[column.key])
                for column in columns
            },
        }
        if parts:
            item["parts"] = {part.name: held[part.name].get(row.id, []) for part in parts}
        found.append(item)
    return found


def part_rows(
    context: Context, resource: Resource, part: Part, ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """Give the rows of a part by the records that they belong to, in the order of the form."""
    model = part.model
    key = getattr(model, part.key)
    order = [part.first(model).desc()] if part.first is not None else []
    statement = select(model).where(any_of(key, list(ids))).order_by(*order, getattr(model, part.order))
    if part.only is not None:
        statement = statement.where(part.only(model))
    rows = list(context.session.execute(statement).scalars())
    fields = part_fields(context, resource, part)
    titles = _titles(context, fields, rows)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        content = {item.name: _value(context, item, item.value_of(row), titles) for item in fields}
        found.setdefault(getattr(row, part.key), []).append({"id": row.id, **content})
    return found


def _titles(context: Context, fields: Iterable[Field], rows: Sequence[Any]) -> dict[str, Mapping[int, str]]:
    links = [item for item in fields if isinstance(item, Lookup)]
    held = [(item, [number for row in rows if (number := item.value_of(row)) is not None]) for item in links]
    return {item.name: names for item, names in zip(links, labels_behind(held, context), strict=True)}


def _value(context: Context, item: Field, value: Any, titles: Mapping[str, Mapping[int, str]]) -> Any:
    text = titles[item.name].get(value, "") if item.name in titles and value is not None else ""
    return _cell(context, item, value, text)


def _cell(context: Context, item: Field, value: Any, text: str) -> Any:
    """Give one value; a link to what the actor may not see is empty, as it is on pages."""
    if value is None or isinstance(item, MaskedField):
        return None if value is None else item.show(value, context)
    if isinstance(item, Gathered):
        return item.show(value, context)
    if isinstance(item, Lookup):
        return {"id": value, "title": text} if text else None
    made = plain(value)
    if isinstance(item, Choice) and isinstance(made, int):
        return str(made)  # its key, such as that of an hour
    if item.schema().get("type", "string") == "string" and not isinstance(made, str):
        return item.show(value, context)
    return made


def plain(value: Any) -> Any:
    """Give a stored value as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return str(value)
