"""The JSON schemas of values, out of what fields say of themselves: one for what is sent, one for what is answered."""

from __future__ import annotations

from typing import Any

from kernel.resources.context import Context
from kernel.resources.fields import Choice, Field, Group, Lookup, Rows
from kernel.resources.fields.gathered import Gathered
from kernel.resources.fields.masked import MaskedField

ID = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
DAYS = "^(1[6-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
TEXT = {"type": "string"}


def written_schema(context: Context, item: Field) -> dict[str, Any]:
    """Describe what may be sent as a value, besides null."""
    if isinstance(item, Group):
        return _nested(context, item)
    schema = dict(item.schema())
    if isinstance(item, Choice):
        keys = [key for key, _title in item.choices(context)]
        if schema.get("type") == "array":
            schema["items"] = {"type": "string", "enum": keys} if keys else TEXT
        else:
            schema = {"type": "string", "enum": keys} if keys else dict(TEXT)
    if schema.get("format") == "date":
        schema["pattern"] = DAYS
    return schema


def _nested(context: Context, item: Group) -> dict[str, Any]:
    inside: dict[str, Any] = {
        "type": "object",
        "properties": {
            each.name: {**sent_schema(context, each), "title": context.text(each.title)}
            for each in item.fields
        },
        "additionalProperties": False,
    }
    needed = [each.name for each in item.fields if each.always_required]
    if item.whole and needed:
        inside["required"] = needed
    return {**item.schema(), "items": inside} if isinstance(item, Rows) else inside


def sent_schema(context: Context, item: Field) -> dict[str, Any]:
    """Describe what may be sent as a value: null empties it, unless it is required."""
    if isinstance(item, Lookup):
        by_object = {"type": "object", "properties": {"id": ID}, "required": ["id"]}
        kinds: list[dict[str, Any]] = [dict(ID), by_object]
        return {"anyOf": [*kinds, {"type": "null"}] if not item.always_required else kinds}
    schema = written_schema(context, item)
    return schema if item.always_required else nullable(schema)


def answered_schema(context: Context, item: Field) -> dict[str, Any]:
    """Describe what is answered as a value."""
    if isinstance(item, MaskedField | Gathered):
        return {"type": ["string", "null"]}
    if isinstance(item, Lookup):
        return {
            "type": ["object", "null"],
            "properties": {"id": ID, "title": TEXT},
            "required": ["id", "title"],
        }
    schema = dict(item.schema())
    kind = schema.get("type", "string")
    kept: dict[str, Any] = {"type": [kind, "null"]}
    if "format" in schema:
        kept["format"] = schema["format"]
    if kind == "array":
        kept["items"] = TEXT
    return kept


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a schema take null as well."""
    made = {**schema, "type": [schema.get("type", "string"), "null"]}
    if "enum" in schema:
        made["enum"] = [*schema["enum"], None]
    return made
