"""The description of the interface (OpenAPI 3.1): what the user who asks may see and do, and nothing else of the site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kernel.data.base import Versioned
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.resource import Resource
from kernel.web.rest import commands
from kernel.web.rest.answers import PREFIX, address
from kernel.web.rest.kinds import BODIES, KeptSchemas, kind_schemas, reference
from kernel.web.rest.parameters import IDEMPOTENCY, IF_MATCH, RECORD_ID, list_parameters
from kernel.web.rest.problems import NAMES, said_of
from kernel.web.rest.records import offered
from kernel.web.rest.schemas import sent_schema

VERSION = "3.1.0"
API_VERSION = "1"
ALWAYS = (400, 401, 403, 406, 429, 500, 503)
"""Statuses with which any address may answer."""
WRITING = (409, 413, 415, 422)
ONE = (404,)


def document(context: Context, server: str) -> dict[str, Any]:
    """Give the document for who asks; `server` is the address of the site."""
    schemas: KeptSchemas = dict(BODIES)
    paths: dict[str, Any] = dict(_own_paths(context))
    for resource in kinds_seen(context):
        schemas.update(kind_schemas(context, resource))
        paths[address(resource)] = dict(_collection(context, resource))
        paths[f"{address(resource)}/{{id}}"] = dict(_record(context, resource))
        paths.update(_actions(context, resource))
    paths.update(_commands(context))
    return {
        "openapi": VERSION,
        "info": {
            "title": context.site.title,
            "version": API_VERSION,
            "description": context.text(
                _(
                    "Records and commands of this site, as far as the user who asks for this document may use them."
                )
            ),
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": dict(_responses(context)),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def kinds_seen(context: Context) -> list[Resource]:
    """Give the kinds of records that the actor may see, by name."""
    known = context.runtime.resources
    return [known[name] for name in sorted(known) if context.may(known[name].permission, "view")]


def _own_paths(context: Context) -> Iterator[tuple[str, Any]]:
    about = {
        "": ("index", _("What there is"), "Index"),
        "/me": ("me", _("On whose behalf the token works"), "Me"),
        "/openapi.json": ("openapi", _("This document"), "Document"),
    }
    for path, (name, title, schema) in about.items():
        answers = _answers({"200": _json(context.text(title), reference(schema))}, ())
        yield PREFIX + path, {"get": _operation(context.text(title), name, "", answers)}


def _collection(context: Context, resource: Resource) -> Iterator[tuple[str, Any]]:
    name, plural = resource.name, context.text(resource.plural)
    page = _json(plural, reference(f"{name}.page"), {"Link": _header(context.text(_("Further pages")))})
    listing = _operation(plural, f"{name}.list", plural, _answers({"200": page}, ()))
    yield "get", {**listing, "parameters": list_parameters(context, resource)}
    if resource.editable and context.may(resource.permission, "create"):
        title = context.text(_("New: %(kind)s", kind=resource.title))
        made = _json(title, reference("Made"), {"Location": _header(title), "ETag": _header(title)})
        creating = _operation(title, f"{name}.create", plural, _answers({"201": made}, WRITING))
        yield (
            "post",
            {
                **creating,
                "parameters": [IDEMPOTENCY],
                "requestBody": _body(reference(f"{name}.new")),
            },
        )


def _record(context: Context, resource: Resource) -> Iterator[tuple[str, Any]]:
    name, plural, title = resource.name, context.text(resource.plural), context.text(resource.title)
    versioned = issubclass(resource.model, Versioned)
    whole = _json(title, reference(name), {"ETag": _header(title)} if versioned else None)
    shown = _operation(title, f"{name}.get", plural, _answers({"200": whole}, (*ONE, 308)))
    yield "parameters", [RECORD_ID]
    yield "get", shown
    if not resource.editable:
        return
    conditions = (412, 428) if versioned else ()
    marks = [IF_MATCH] if versioned else []
    if context.may(resource.permission, "edit"):
        told = context.text(_("Change: %(kind)s", kind=resource.title))
        gone = {"204": {"description": context.text(_("Changed, and out of your sight"))}}
        answers = _answers({"200": whole, **gone}, (*ONE, *WRITING, *conditions))
        changing = _operation(told, f"{name}.change", plural, answers)
        yield (
            "patch",
            {
                **changing,
                "parameters": marks,
                "requestBody": _body(reference(f"{name}.change"), merge=True),
            },
        )
    if context.may(resource.permission, "delete"):
        told = context.text(_("Delete: %(kind)s", kind=resource.title))
        answers = _answers({"204": {"description": told}}, (*ONE, 409, 422, *conditions))
        yield "delete", {**_operation(told, f"{name}.delete", plural, answers), "parameters": marks}


def _actions(context: Context, resource: Resource) -> Iterator[tuple[str, Any]]:
    titles = {
        "restore": _("Bring back from the bin: %(kind)s", kind=resource.title),
        "purge": _("Delete for good: %(kind)s", kind=resource.title),
        "assign": _("Hand over: %(kind)s", kind=resource.title),
    }
    for action in offered(resource):
        if context.may(resource.permission, action):
            title = context.text(titles[action])
            answers = _answers({"200": _json(title, reference("Done"))}, (*ONE, *WRITING))
            operation = _operation(title, f"{resource.name}.{action}", context.text(resource.plural), answers)
            schema = reference("Owner" if action == "assign" else "Nothing")
            told = {"parameters": [IDEMPOTENCY], "requestBody": _body(schema, required=action == "assign")}
            yield (
                f"{address(resource)}/{{id}}/{action}",
                {"parameters": [RECORD_ID], "post": {**operation, **told}},
            )


def _commands(context: Context) -> Iterator[tuple[str, Any]]:
    for command in commands.offered(context):
        fields = commands.taken(context, command)
        properties = {
            item.name: {**sent_schema(context, item), "title": context.text(item.title)} for item in fields
        }
        schema: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        needed = [item.name for item in fields if item.name in commands.needed(command)]
        if needed:
            schema["required"] = needed
        title = context.text(command.title)
        answers = _answers({"200": _json(title, reference("Result"))}, (*ONE, *WRITING))
        operation = _operation(title, command.name, context.text(_("Commands")), answers)
        body = _body(schema, required=bool(needed))
        yield (
            f"{PREFIX}/commands/{command.name}",
            {"post": {**operation, "parameters": [IDEMPOTENCY], "requestBody": body}},
        )


def _operation(title: str, name: str, tag: str, answers: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": title, "operationId": name, "responses": answers}
    return {**found, "tags": [tag]} if tag else found


def _answers(good: dict[str, Any], more: tuple[int, ...]) -> dict[str, Any]:
    bad = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted({*ALWAYS, *more})}
    return {**good, **bad}


def _responses(context: Context) -> Iterator[tuple[str, Any]]:
    for status in NAMES:
        content = {"application/problem+json": {"schema": reference("Problem")}}
        yield str(status), {"description": context.text(said_of(status)), "content": content}
    moved = context.text(_("This record was merged into another one"))
    yield "308", {"description": moved, "headers": {"Location": _header(moved)}}


def _json(title: str, schema: dict[str, Any], headers: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"description": title, "content": {"application/json": {"schema": schema}}}
    return {**found, "headers": headers} if headers else found


def _header(title: str) -> dict[str, Any]:
    return {"description": title, "schema": {"type": "string"}}


def _body(schema: dict[str, Any], *, required: bool = True, merge: bool = False) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    if merge:
        content["application/merge-patch+json"] = {"schema": schema}
    return {"required": required, "content": content}
