"""Commands as addresses: those that declare the fields of their arguments, of the kernel and of plugins alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from flask import Response, g

from kernel.i18n import _
from kernel.resources.closed_arguments import closed_arguments
from kernel.resources.commands import Command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound, Problem
from kernel.resources.fields import Field
from kernel.web.current import current, runtime
from kernel.web.rest import bodies, once
from kernel.web.rest.answers import json_answer
from kernel.web.rest.problems import ApiError


def offered(context: Context) -> list[Command]:
    """Give the commands that this actor may run by the interface, by name."""
    known = context.runtime.declared.commands
    return [
        known[name] for name in sorted(known) if known[name].fields is not None and _may(context, known[name])
    ]


def taken(context: Context, command: Command) -> tuple[Field, ...]:
    """Give the fields of a command that this actor may send: those that it needs, and others that are not kept from him."""
    closed = closed_arguments(context, command)
    return tuple(item for item in command.fields or () if item.required or item.name not in closed)


def needed(command: Command) -> frozenset[str]:
    """Give the names of what must be sent: not what is asked in some cases only, nor what the command fills in itself."""
    filled = _filled(command.function)
    return frozenset(
        item.name for item in command.fields or () if item.always_required and item.name not in filled
    )


@lru_cache(maxsize=2_000)
def _filled(function: Callable[..., Any]) -> frozenset[str]:
    known = inspect.signature(function).parameters
    return frozenset(name for name, each in known.items() if each.default is not each.empty)


def run(name: str) -> Response:
    """Run a command; the answer holds what it gave, where that is a plain number or a yes or no.

    What it gave may be a no that stays written down: that is answered as a problem, and by a repeat alike.
    """
    found = runtime().command(name)
    if found.fields is None:
        raise NotFound()
    context = current()
    if not _may(context, found):
        raise Forbidden()
    arguments = _read(context, found, bodies.sent())
    done = once.execute(name, partial(_composed, found), **arguments)
    if "problem" in done:
        raise ApiError(422, done["problem"]["detail"], errors=[done["problem"]])
    return json_answer({"result": done.get("result")})


def _composed(found: Command, context: Context, value: Any) -> dict[str, Any]:
    told = found.told(value) if found.told is not None else value
    if isinstance(told, Problem):
        pointer = f"#/{told.field}" if told.field else "#"
        return {"problem": {"pointer": pointer, "detail": context.text(told.message)}}
    return {"result": _plain(told)}


def _read(context: Context, found: Command, content: Mapping[str, Any]) -> dict[str, Any]:
    known = {item.name: item for item in taken(context, found)}
    g.arguments, g.sent = known, content
    body = bodies.Body()
    bodies.only(body, content, tuple(known))
    arguments: dict[str, Any] = {}
    for name, item in known.items():
        if name not in content:
            if name in needed(found):
                body.add(f"#/{name}", _("%(field)s is required.", field=item.title))
            continue
        arguments[name] = bodies.argument(context, item, content[name], f"#/{name}", body)
    body.check()
    return arguments


def _may(context: Context, found: Command) -> bool:
    if found.resource is None or found.action is None:
        return True
    return context.may(found.resource, found.action)


def _plain(value: Any) -> int | bool | None:
    return value if isinstance(value, int) else None
