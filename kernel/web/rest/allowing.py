"""Which methods an address takes from who asks: the answer to `OPTIONS`, as the description of the interface says it."""

from __future__ import annotations

from flask import Response, request

from kernel.resources.context import Context
from kernel.resources.resource import Resource
from kernel.web.current import current, runtime

ALWAYS = ("GET", "HEAD", "OPTIONS")


def options() -> Response:
    """Answer `OPTIONS` for the address of this request."""
    return Response(status=200, headers={"Allow": ", ".join(_methods(current()))})


def _methods(context: Context) -> list[str]:
    endpoint, values = request.endpoint or "", request.view_args or {}
    if endpoint == "rest.collection":
        return [*ALWAYS, *_writing(context, runtime().resource(values["resource"]), {"create": "POST"})]
    if endpoint == "rest.record":
        ways = {"edit": "PATCH", "delete": "DELETE"}
        return [*ALWAYS, *_writing(context, runtime().resource(values["resource"]), ways)]
    rule = request.url_rule
    return sorted(rule.methods or ()) if rule is not None else []


def _writing(context: Context, resource: Resource, ways: dict[str, str]) -> list[str]:
    if not resource.editable:
        return []
    return [method for action, method in ways.items() if context.may(resource.permission, action)]
