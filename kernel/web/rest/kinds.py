"""The schemas of a kind of records: as it is answered, as a new one is sent, as a change is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.i18n import LazyText
from kernel.resources.context import Context
from kernel.resources.field_rules import part_fields
from kernel.resources.fields import Field
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Resource
from kernel.web.rest.entering import fields_to_write, parts_to_write
from kernel.web.rest.schemas import ID, TEXT, answered_schema, sent_schema
from kernel.web.rest.values import all_columns

KeptSchemas = dict[str, dict[str, Any]]
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
VERSION: dict[str, Any] = {"type": ["integer", "null"]}


def _object(properties: Mapping[str, Any], required: list[str] | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": dict(properties), **more}
    return {**found, "required": required} if required else found


BODIES: KeptSchemas = {
    "Problem": _object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "instance": TEXT,
            "errors": {
                "type": "array",
                "items": _object({"pointer": TEXT, "parameter": TEXT, "detail": TEXT}, ["detail"]),
            },
        },
        ["type", "title", "status", "detail"],
    ),
    "Made": _object({"id": ID, "version": VERSION}, ["id", "version"]),
    "Done": _object({"id": ID, "version": VERSION}, ["id", "version"]),
    "Result": _object({"result": {"type": ["integer", "boolean", "null"]}}, ["result"]),
    "Nothing": _object({}, additionalProperties=False),
    "Owner": _object({"owner": {**ID, "type": ["integer", "null"]}}, ["owner"], additionalProperties=False),
    "Index": _object(
        {
            "resources": {"type": "object"},
            "commands": {"type": "array", "items": TEXT},
            "openapi": TEXT,
        },
        ["resources", "commands", "openapi"],
    ),
    "Me": _object(
        {
            "id": ID,
            "name": TEXT,
            "administrator": {"type": "boolean"},
            "token": ID,
            "read_only": {"type": "boolean"},
            "rights": {"type": "object"},
        },
        ["id", "name", "administrator", "token", "read_only", "rights"],
    ),
    "Document": _object({"openapi": TEXT}, ["openapi"]),
}
"""Schemas that do not depend on who asks."""


def reference(name: str) -> dict[str, Any]:
    """Refer to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def kind_schemas(context: Context, resource: Resource) -> KeptSchemas:
    """Give the schemas of a kind of records by name, as far as the actor may use them."""
    name = resource.name
    found: KeptSchemas = {name: _answered(context, resource), f"{name}.page": _page(context, resource)}
    if resource.editable and context.may(resource.permission, "create"):
        found[f"{name}.new"] = _sent(context, resource, creating=True)
    if resource.editable and context.may(resource.permission, "edit"):
        found[f"{name}.change"] = _sent(context, resource, creating=False)
    return found


def _answered(context: Context, resource: Resource, *, whole: bool = True) -> dict[str, Any]:
    columns = all_columns(context, resource)
    values = {
        column.key: _titled(context, column.title, answered_schema(context, column.field))
        for column in columns
    }
    parts = {
        part.name: {
            "type": "array",
            "items": _object(
                {"id": ID, **_all(context, part_fields(context, resource, part), answered_schema)}, ["id"]
            ),
        }
        for part in visible_parts(context, resource)
    }
    properties: dict[str, Any] = {
        "id": ID,
        "version": VERSION,
        "title": TEXT,
        "values": _object(values, list(values) if whole else None, additionalProperties=False),
    }
    if parts:
        properties["parts"] = _object(parts, additionalProperties=False)
    return _object(properties, ["id", "version", "title", "values"], title=context.text(resource.title))


def _page(context: Context, resource: Resource) -> dict[str, Any]:
    count = _object({"number": {"type": "integer"}, "more": {"type": "boolean"}}, ["number", "more"])
    return _object(
        {
            "items": {"type": "array", "items": _answered(context, resource, whole=False)},
            "next": MAYBE_TEXT,
            "prev": MAYBE_TEXT,
            "count": count,
            "capped": {"type": "boolean"},
        },
        ["items", "next", "prev"],
    )


def _sent(context: Context, resource: Resource, *, creating: bool) -> dict[str, Any]:
    fields = fields_to_write(context, resource, creating=creating)
    values = {name: _titled(context, item.title, sent_schema(context, item)) for name, item in fields.items()}
    own = resource.by_name
    needed = [
        name for name, item in fields.items() if item.always_required and item.default is None and name in own
    ]
    parts = {
        name: {"type": "array", "items": _row(context, known)}
        for name, known in parts_to_write(context, resource).items()
    }
    required = needed if creating else None
    properties: dict[str, Any] = {"values": _object(values, required, additionalProperties=False)}
    if parts:
        properties["parts"] = _object(parts, additionalProperties=False)
    return _object(properties, ["values"] if required else None, additionalProperties=False)


def _row(context: Context, known: Mapping[str, Field]) -> dict[str, Any]:
    needed = [name for name, item in known.items() if item.always_required]
    fields = _all(context, known.values(), sent_schema)
    return _object({"id": ID, **fields}, needed, additionalProperties=False)


def _all(context: Context, fields: Any, schema_of: Any) -> dict[str, Any]:
    def made() -> Iterator[tuple[str, Any]]:
        for item in fields:
            yield item.name, _titled(context, item.title, schema_of(context, item))

    return dict(made())


def _titled(context: Context, title: LazyText, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "title": context.text(title)}
