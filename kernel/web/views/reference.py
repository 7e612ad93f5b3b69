"""The description of the interface for people: the same document that programs read, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kernel.resources.errors import NotFound
from kernel.web.current import current
from kernel.web.pages import render
from kernel.web.rest.openapi import document

pages = Blueprint("reference", __name__, url_prefix="/account/interface")

VERBS = ("get", "post", "patch", "delete")


@dataclass(frozen=True)
class Call:
    """One thing that can be asked for."""

    verb: str
    path: str
    title: str
    parameters: list[tuple[str, str]]
    fields: list[tuple[str, str, str, bool]]
    """Name, title, kind of value, and whether it must be sent."""


@pages.get("")
def page() -> ResponseReturnValue:
    """List the kinds of records and the commands; with `kind`, all that can be asked of one."""
    found = document(current(), request.host_url.rstrip("/"))
    calls = list(calls_of(found))
    groups: dict[str, list[Call]] = {}
    for tag, call in calls:
        groups.setdefault(tag, []).append(call)
    chosen = request.args.get("kind", "")
    if chosen and chosen not in groups:
        raise NotFound()
    return render("reference/page.html", groups=groups, chosen=chosen, calls=groups.get(chosen, []))


def calls_of(found: Mapping[str, Any]) -> Iterator[tuple[str, Call]]:
    """Give all that can be asked for by a description, with the group that it stands in."""
    for path, item in found["paths"].items():
        for verb in VERBS:
            if verb in item:
                operation = item[verb]
                parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
                told = [named for each in parameters for named in _parameter(each)]
                fields = list(_fields(found, operation))
                tag = (operation.get("tags") or [""])[0]
                yield tag, Call(verb.upper(), path, operation["summary"], told, fields)


def _parameter(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    properties = item["schema"].get("properties")
    if properties is None:
        yield item["name"], item.get("description", "")
        return
    for name, schema in properties.items():
        yield name, schema.get("description", "")


def _fields(found: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    schema = _resolved(found, content["schema"])
    values = schema.get("properties", {}).get("values")
    yield from _named(schema if values is None else values, "" if values is None else "values.")
    for name, part in schema.get("properties", {}).get("parts", {}).get("properties", {}).items():
        yield from _named(part["items"], f"parts.{name}[].")


def _named(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, str, bool]]:
    needed = schema.get("required", ())
    for name, item in schema.get("properties", {}).items():
        yield prefix + name, item.get("title", ""), _kind(item), name in needed
        inside = item.get("items", item)
        if inside.get("properties"):
            yield from _named(inside, f"{prefix}{name}{'[]' if 'items' in item else ''}.")


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"] if each is not None)
    if "anyOf" in schema:
        return "id"
    kind = schema.get("type", "")
    kinds = [each for each in (kind if isinstance(kind, list) else [kind]) if each != "null"]
    return str(schema.get("format") or " | ".join(kinds))


def _resolved(found: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved: Mapping[str, Any] = found["components"]["schemas"][name] if name else schema
    return resolved
