"""One record: read, changed under the version that was read, put into the bin, brought back, handed over."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.exceptions import MethodNotAllowed

from kernel.data.base import Binnable, Versioned
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, NotFound
from kernel.resources.forwarded import forwarded
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import current, scope
from kernel.web.rest import bodies, entering, once
from kernel.web.rest.answers import address, etag, json_answer, wanted_version
from kernel.web.rest.collections import version_written
from kernel.web.rest.values import one

READ_ONLY = ["GET", "HEAD", "OPTIONS"]


def show(resource: Resource, record_id: int) -> Response:
    """Give a record whole; one that was merged into another leads there."""
    context = current()
    context.require(resource.permission, "view")
    try:
        return _answer(context, resource, record_id)
    except NotFound:
        kept = _survivor(context, resource, record_id)
        if kept is None:
            raise
        return Response(status=308, headers={"Location": address(resource, kept)})


def change(resource: Resource, record_id: int) -> Response:
    """Change what is sent of a record; what is not sent stays. A part that is sent is replaced as a whole."""
    version = _version_to_write(resource, record_id, "edit")
    arguments = entering.read(current(), resource, bodies.sent(), creating=False)
    _execute("record.edit", resource, record_id, version, **arguments)
    try:
        return _answer(current(), resource, record_id)
    except NotFound:
        return Response(status=204)  # it was handed over to somebody whose records the actor does not see


def remove(resource: Resource, record_id: int) -> Response:
    """Put a record into the bin, or delete it where its kind has none."""
    version = _version_to_write(resource, record_id, "delete")
    _execute("record.delete", resource, record_id, version)
    return Response(status=204)


def _version_to_write(resource: Resource, record_id: int, action: str) -> int | None:
    """See that the actor may write the record in this way, and give the version that the request means to write."""
    if not resource.editable:
        raise MethodNotAllowed(valid_methods=READ_ONLY)
    context = current()
    # A hidden record and an absent one answer alike, whatever else is wrong with the request.
    context.require(resource.permission, "view")
    load(context, resource, record_id)
    context.require(resource.permission, action)
    return wanted_version(versioned=issubclass(resource.model, Versioned))


def _execute(command: str, resource: Resource, record_id: int, version: int | None, **arguments: Any) -> None:
    mine = scope()
    mine.close()
    target: dict[str, Any] = {"resource": resource.name, "record_id": record_id, "version": version}
    mine.runtime.execute(mine.actor, command, locale=mine.locale, **target, **arguments)


def act(resource: Resource, record_id: int, action: str) -> Response:
    """Bring a record back from the bin, delete one there for good, or hand one over."""
    if action not in offered(resource):
        raise NotFound()
    content = bodies.sent()
    arguments: dict[str, Any] = {"resource": resource.name, "record_id": record_id}
    body = bodies.Body()
    bodies.only(body, content, ("owner",) if action == "assign" else ())
    if action == "assign":
        owner = content.get("owner")
        if "owner" not in content or not (owner is None or bodies.is_id(owner)):
            body.add("#/owner", _("This must be the number of a user, or null."))
        arguments["owner"] = owner
    body.check()
    done = once.execute(f"record.{action}", _done(resource), **arguments)
    return json_answer({"id": record_id, "version": done["version"]})


def offered(resource: Resource) -> list[str]:
    """Give the actions that there are for a kind of records."""
    if not resource.editable:
        return []
    binned = ["restore", "purge"] if issubclass(resource.model, Binnable) else []
    return [*binned, *(["assign"] if resource.owner is not None else [])]


def _done(resource: Resource) -> once.Compose:
    return lambda context, value: {"version": version_written(context, resource, int(value))}


def _answer(context: Context, resource: Resource, record_id: int) -> Response:
    content = one(context, resource, record_id)
    response = json_answer(content)
    if content["version"] is not None:
        response.headers["ETag"] = etag(content["version"])
    return response


def _survivor(context: Context, resource: Resource, record_id: int) -> int | None:
    with context.system("where a merged record went") as system:
        kept = forwarded(system, resource.table, [record_id]).get(record_id)
    if kept is None:
        return None
    try:
        load(context, resource, kept)
    except CommandError:
        return None
    return kept
