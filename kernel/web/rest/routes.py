"""The addresses of the interface for programs, below `/api/v1`: the same for every kind of record, of plugins too."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from kernel.web.current import current, from_machines, public, runtime, scope
from kernel.web.rest import collections, commands, records
from kernel.web.rest.answers import PREFIX, address, json_answer
from kernel.web.rest.entry import bearer
from kernel.web.rest.openapi import document

P = ParamSpec("P")
R = TypeVar("R")

pages = Blueprint("rest", "kernel.web", url_prefix=PREFIX)


OWN = frozenset({"me", "openapi.json"})
"""Addresses of the interface itself, which are no kinds of records."""


def for_programs(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that programs call with a token: `kernel.web.rest.entry` stands before it."""
    return from_machines(public(view))


@pages.get("")
@for_programs
def index() -> Response:
    """Say what there is: kinds of records that the user may see, and the commands that he may run."""
    context = current()
    kinds = {
        resource.name: {"title": context.text(resource.plural), "url": address(resource)}
        for resource in runtime().resources.values()
        if context.may(resource.permission, "view")
    }
    names = [command.name for command in commands.offered(context)]
    return json_answer({"resources": kinds, "commands": names, "openapi": f"{PREFIX}/openapi.json"})


@pages.get("/me")
@for_programs
def me() -> Response:
    """Say on whose behalf the token works, and what it may do: scopes by kind and action."""
    actor = scope().actor
    rights: dict[str, dict[str, list[str]]] = {}
    for (kind, action), scopes in sorted(actor.grants.items()):
        rights.setdefault(kind, {})[action] = sorted(scopes)
    return json_answer(
        {
            "id": actor.user_id,
            "name": actor.name,
            "administrator": actor.is_administrator,
            "token": bearer().token_id,
            "read_only": current().read_only,
            "rights": rights,
        }
    )


def for_sessions(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that whoever is signed in may read as well: the description of the interface, which holds no record."""
    view.__dict__["__for_sessions__"] = True
    return view


@pages.get("/openapi.json")
@for_sessions
@for_programs
def openapi() -> Response:
    """Give the description of the interface for who asks."""
    return json_answer(document(current(), request.host_url.rstrip("/")))


@pages.post("/commands/<name>")
@for_programs
def command(name: str) -> Response:
    """Run a command that is offered to programs."""
    return commands.run(name)


@pages.route("/<resource>", methods=["GET", "POST"])
@for_programs
def collection(resource: str) -> Response:
    """Give a page of records, or make one."""
    if resource in OWN:
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "OPTIONS"])
    declared = runtime().resource(resource)
    return collections.create(declared) if request.method == "POST" else collections.listing(declared)


@pages.route("/<resource>/<int:record_id>", methods=["GET", "PATCH", "DELETE"])
@for_programs
def record(resource: str, record_id: int) -> Response:
    """Give, change or remove a record."""
    declared = runtime().resource(resource)
    if request.method == "PATCH":
        return records.change(declared, record_id)
    if request.method == "DELETE":
        return records.remove(declared, record_id)
    return records.show(declared, record_id)


@pages.post("/<resource>/<int:record_id>/<any(restore, purge, assign):action>")
@for_programs
def record_action(resource: str, record_id: int, action: str) -> Response:
    """Do something to a record that is no change of its values."""
    return records.act(runtime().resource(resource), record_id, action)
