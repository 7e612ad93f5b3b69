"""The door for programs: who asks, by the token in the header alone; how much he may ask; what he sends and takes.

No cookie opens this door, and no token opens a page. A browser's page of another origin gets nothing, unless the site names
that origin: then its requests are answered as those of any other program, with a token.
"""

from __future__ import annotations

from hashlib import sha256

from flask import Response, current_app, g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import parse_accept_header

from kernel.access import api_tokens
from kernel.access.actor import NOBODY
from kernel.access.api_tokens import Bearer
from kernel.administration.api_tokens import ORIGINS, REQUESTS, narrowed
from kernel.i18n import _
from kernel.web import auth
from kernel.web.current import Scope, runtime
from kernel.web.rest.allowing import options
from kernel.web.rest.problems import ApiError
from kernel.web.security import MEBIBYTE
from kernel.web.throttle import Throttle

LONGEST = MEBIBYTE
"""Bytes of the body of a request."""
LOCALES = ("fa", "en")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
guesses = Throttle(300, 60.0)
"""Requests with wrong tokens from one network address: many programs may share it."""
repeated = Throttle(30, 60.0)
"""Requests with one and the same wrong token: a program that goes on with an expired one costs others nothing."""


def enter() -> Response | None:
    """Find out who asks, open the transaction, and refuse what may not go further; an answer ends the request."""
    if _is_preflight():
        return Response(status=204)
    bearer = _bearer()
    g.bearer = bearer
    if bearer is None:
        g.scope = _of_session()
    else:
        g.scope = Scope(runtime(), narrowed(runtime(), bearer), _locale(bearer.locale))
        _count(bearer)
        api_tokens.note_use(runtime(), bearer, request.remote_addr or "")
    if isinstance(request.routing_exception, MethodNotAllowed):
        raise request.routing_exception
    _check_types()
    g.scope.begin()
    if request.method not in READING:
        g.scope.close()
    return options() if request.method == "OPTIONS" and request.endpoint else None


def bearer() -> Bearer:
    """Give who holds the token of this request."""
    found: Bearer = g.bearer
    return found


def finish(response: Response) -> Response:
    """Add what answers to programs carry: what is left of the allowance, and what a page of a named origin needs."""
    if "left" in g:
        most, left = g.left
        response.headers["RateLimit-Limit"] = str(most)
        response.headers["RateLimit-Remaining"] = str(left.number)
        response.headers["RateLimit-Reset"] = str(left.seconds)
    response.vary.update(("Authorization", "Accept-Language"))
    origin = request.headers.get("Origin", "")
    if origin and origin in _origins():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = (
            "ETag, Link, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
        )
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE"
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match"
            )
            response.headers["Access-Control-Max-Age"] = "600"
        response.vary.add("Origin")
    return response


def _bearer() -> Bearer | None:
    """Give who holds the token that was sent; None where the view is one that a signed-in user may have as well."""
    g.scope = Scope(runtime(), NOBODY, _locale(runtime().site.locale))
    whence = f"{runtime().site.name} {request.remote_addr}"
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if not token.strip():
        if _for_sessions() and auth.load_user().is_authenticated:
            return None
        raise ApiError(401)
    mark = sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    if guesses.full(whence) or repeated.full(mark):
        raise ApiError(429, _("Too many wrong tokens came from this address. Wait a minute."))
    found = api_tokens.bearer_of(runtime(), token.strip()) if kind.lower() == "bearer" else None
    if found is None:
        guesses.enter(whence)
        repeated.enter(mark)
        raise ApiError(401, headers={"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'})
    return found


def _for_sessions() -> bool:
    view = current_app.view_functions.get(request.endpoint) if request.endpoint else None
    return request.method in READING and bool(getattr(view, "__for_sessions__", False))


def _of_session() -> Scope:
    user = auth.load_user()
    return Scope(runtime(), user.actor, _locale(user.locale))


def _count(found: Bearer) -> None:
    most = int(runtime().setting(REQUESTS))
    left = api_tokens.take(runtime(), found.token_id, most)
    g.left = (most, left)
    if left.refused:
        raise ApiError(429, headers={"Retry-After": str(left.seconds)})


def _check_types() -> None:
    """Refuse answers in another form than ours, bodies that are no JSON, and what is too large."""
    accepted = parse_accept_header(request.headers.get("Accept", "*/*") or "*/*", MIMEAccept)
    if accepted and not any(
        accepted.quality(kind) > 0 for kind in ("application/json", "application/problem+json")
    ):
        raise ApiError(406)
    request.max_content_length = LONGEST
    if (request.content_length or 0) > LONGEST:
        raise ApiError(413)
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if request.method in ("POST", "PATCH") and (has_body or request.mimetype):
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype not in JSON_TYPES or charset != "utf-8":
            raise ApiError(415)


def _locale(own: str) -> str:
    """Give the language asked for in the header, else one's own."""
    if "Accept-Language" not in request.headers:
        return own
    return request.accept_languages.best_match(LOCALES) or own


def _is_preflight() -> bool:
    return (
        request.method == "OPTIONS"
        and "Access-Control-Request-Method" in request.headers
        and request.headers.get("Origin", "") in _origins()
    )


def _origins() -> frozenset[str]:
    lines = str(runtime().setting(ORIGINS) or "").split()
    return frozenset(line.rstrip("/") for line in lines if line.startswith(("https://", "http://")))
