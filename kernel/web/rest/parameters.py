"""Parameters of addresses and headers, as the description of the interface names them."""

from __future__ import annotations

from typing import Any

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.fields.base import OPERATORS
from kernel.resources.lists import filter_columns
from kernel.resources.lists.query import LIMIT, LONGEST_SEARCH, MOST_ROWS
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Resource
from kernel.web.rest.values import all_columns

RECORD_ID: dict[str, Any] = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}
IDEMPOTENCY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": '^([*]|"[0-9]{1,9}")$'},
}


def list_parameters(context: Context, resource: Resource) -> list[dict[str, Any]]:
    """Give what the address of a list takes. The filters are one parameter, spread over arguments of their own names."""
    columns = [column.key for column in all_columns(context, resource) if column.field.in_list]
    parts = [part.name for part in visible_parts(context, resource)]
    found = [
        _argument("q", {"type": "string", "maxLength": LONGEST_SEARCH}, context.text(_("Search"))),
        _argument("sort", {"type": "string"}, _sorts(context, resource)),
        _argument("cols", {"type": "string"}, ", ".join(columns)),
        _argument("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": LIMIT}),
        _argument("count", {"type": "boolean"}, context.text(_("Count the rows, up to ten thousand"))),
        _argument("after", {"type": "string"}, context.text(_("Taken from “next” of another page"))),
        _argument("before", {"type": "string"}, context.text(_("Taken from “prev” of another page"))),
    ]
    if parts:
        found.append(_argument("parts", {"type": "string"}, ", ".join(parts)))
    filters = _filters(context, resource)
    if filters:
        schema = {"type": "object", "properties": filters, "additionalProperties": False}
        found.append({"name": "filters", "in": "query", "style": "form", "explode": True, "schema": schema})
    return found


def _argument(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    found = {"name": name, "in": "query", "schema": schema}
    return {**found, "description": description} if description else found


def _sorts(context: Context, resource: Resource) -> str:
    named = [f"{sort.name} ({context.text(sort.title)})" for sort in resource.sorts]
    return ", ".join(named)


def _filters(context: Context, resource: Resource) -> dict[str, Any]:
    return {
        f"f.{column.key}.{operator}": {
            "type": "string",
            "description": f"{context.text(column.title)} {context.text(OPERATORS[operator])}",
        }
        for column in filter_columns(context, resource)
        for operator in column.field.operators
        if operator in OPERATORS
    }
