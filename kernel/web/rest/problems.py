"""What a program is told when something cannot be done: `application/problem+json` (RFC 9457), in the language asked for.

`type` is a name that stays; `detail` is the sentence that people read on pages; `errors` names each place in what was sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from kernel.access.errors import AccessProblem
from kernel.extension.calling import HookFailed
from kernel.i18n import LazyText, _
from kernel.resources.errors import (
    CommandError,
    EditConflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Refused,
)
from kernel.resources.fields import Group
from kernel.resources.term import TermEnded
from kernel.web.current import runtime
from kernel.web.error_pages import ADVICE, TITLES

MEDIA_TYPE = "application/problem+json"
NAMES: Mapping[int, str] = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "refused",
    412: "changed-meanwhile",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    428: "precondition-required",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}
"""The end of `urn:peyvand:problem:…` by status, where the error itself has no other."""
WORDS: Mapping[int, LazyText] = {
    401: _("A valid token is needed"),
    404: _("There is nothing at this address"),
    405: _("This address does not take this method"),
    406: _("Answers are given as JSON only"),
    409: TITLES[422],
    412: _("The record was changed meanwhile"),
    415: _("The body must be JSON"),
    428: _("Say which version you change"),
}
"""Headings of what only programs meet."""
MORE: Mapping[int, LazyText] = {
    401: _("Send the header “Authorization: Bearer” with a token that is not expired or revoked."),
    404: _("It is not there, or the token’s user may not see it."),
    405: _("The description of the interface, /api/v1/openapi.json, says which methods there are."),
    406: _("Send the header “Accept: application/json”, or none."),
    413: _("A request may have 1 MiB at most."),
    415: _("Send the header “Content-Type: application/json”."),
    428: _("Send the header “If-Match” with the ETag that you were given for the record."),
    429: _("This token has made its requests for now. Wait as long as “Retry-After” says."),
}


class ApiError(Exception):
    """A request of a program that cannot be answered: status, what to say, and the name of the problem."""

    def __init__(
        self,
        status: int,
        detail: LazyText | str | None = None,
        *,
        name: str = "",
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {name}")
        self.status = status
        self.detail = detail
        self.name = name or NAMES[status]
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def at(pointer: str, message: LazyText) -> dict[str, Any]:
    """Name a place in the body that was sent, and what is wrong there."""
    return {"pointer": pointer, "detail": message}


def asked() -> bool:
    """Say whether this request is one of a program."""
    return request.path == "/api" or request.path.startswith("/api/")


def problem(error: Exception) -> Response:
    """Give the answer for an error of whatever kind."""
    if isinstance(error, ApiError):
        return answer(error.status, error.detail, error.name, error.errors, error.headers)
    if isinstance(error, HTTPException):
        status = error.code or 500
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        return answer(status, headers=kept)
    if isinstance(error, TermEnded):
        return answer(403, error.message, "term-ended")
    if isinstance(error, Forbidden):
        return answer(403, error.message)
    if isinstance(error, NotFound):
        return answer(404)
    if isinstance(error, EditConflict):
        return answer(412 if "If-Match" in request.headers else 409, error.message)
    if isinstance(error, Invalid):
        reading = request.method in ("GET", "HEAD")
        places = [_place(each, reading=reading) for each in error.problems]
        return answer(400 if reading else 422, error.message, errors=places)
    if isinstance(error, Refused | HookFailed):
        return answer(409, error.message)
    if isinstance(error, AccessProblem):
        return answer(422, error.text)
    if isinstance(error, CommandError):
        return answer(422, error.message)
    return answer(500)


def answer(
    status: int,
    detail: LazyText | str | None = None,
    name: str = "",
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Give a problem as an answer."""
    said = detail or said_of(status)
    content: dict[str, Any] = {
        "type": f"urn:peyvand:problem:{name or NAMES.get(status, 'other')}",
        "title": _text(WORDS.get(status) or TITLES.get(status) or TITLES[400]),
        "status": status,
        "detail": _text(said),
    }
    if found := [{key: _text(value) for key, value in each.items()} for each in errors]:
        content["errors"] = found
    if status == 500 and g.get("error_id"):
        content["instance"] = f"urn:peyvand:error:{g.error_id}"
    response = Response(json.dumps(content, ensure_ascii=False), status, content_type=MEDIA_TYPE)
    for key, value in (headers or {}).items():
        response.headers[key] = value
    if status == 401 and "WWW-Authenticate" not in response.headers:
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def bare(status: int, title: str) -> bytes:
    """Give a problem where there is no application to answer: title and status alone."""
    content = {"type": f"urn:peyvand:problem:{NAMES.get(status, 'other')}", "title": title, "status": status}
    return json.dumps(content, ensure_ascii=False).encode()


def said_of(status: int) -> LazyText:
    """Give what is said of a status where there is nothing closer to say."""
    return MORE.get(status) or ADVICE.get(status) or ADVICE[422]


def pointer_of(field: str | None, part: str | None = None, row: int | None = None) -> str:
    """Give the JSON pointer (RFC 6901) of a value in the body of a record; `#` for the whole of it."""
    if part is not None:
        steps = ["parts", part, *([] if row is None else [str(row)]), *([field] if field else [])]
    elif field:
        steps = ["values", field]
    else:
        return "#"
    return "#/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


def _place(found: Problem, *, reading: bool) -> dict[str, Any]:
    if reading:
        return {**({"parameter": f"f.{found.field}"} if found.field else {}), "detail": found.message}
    if "arguments" in g:
        return {"pointer": _argument(found), "detail": found.message}
    return {"pointer": pointer_of(found.field, found.part, found.row), "detail": found.message}


def _argument(found: Problem) -> str:
    """Give the pointer of an argument of a command, or of a value inside one."""
    if found.part is None and found.field in g.arguments:
        return f"#/{found.field}"
    for name, item in g.arguments.items():
        place = item.place(found, g.sent.get(name)) if isinstance(item, Group) else None
        if place is not None:
            return "#/" + "/".join(str(step) for step in (name, *place) if step is not None)
    return "#"


def _text(value: Any) -> Any:
    if isinstance(value, LazyText):
        opened = g.get("scope")
        return runtime().translate(value, opened.locale if opened is not None else runtime().site.locale)
    return value
