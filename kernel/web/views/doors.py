"""Where providers hand over what came in: one address for each line, with its secret in the path.

Providers sign nothing, so the secret is all that tells them from others; whatever else is tried at these addresses is
answered as an address that does not exist.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from kernel.messages.gateways import Callback, GatewayProblem
from kernel.messages.inbound.doors import find_door, receive
from kernel.messages.inbound.webhook import Unsigned
from kernel.resources.errors import NotFound
from kernel.web.current import from_machines, public, runtime, scope
from kernel.web.throttle import Throttle

pages = Blueprint("doors", __name__, url_prefix="/in")

LONGEST = 256 * 1024
"""Bytes of a request's body."""
guesses = Throttle(30, 60.0)
"""Requests with a wrong secret from one network address."""
requests = Throttle(3000, 60.0)
"""Requests to one line: beyond any provider, to keep a runaway from filling the database."""


@pages.route("/<secret>", methods=["GET", "POST"])
@public
@from_machines
def door(secret: str) -> ResponseReturnValue:
    """Take what a provider sends; the answer is the provider's own word for “received”."""
    scope().close()
    site = runtime().site.name
    whence = f"{site} {request.remote_addr}"
    if guesses.full(whence):
        raise NotFound()
    found = find_door(runtime(), secret)
    if found is None:
        guesses.enter(whence)
        raise NotFound()
    line = f"{site} {found.line_id}"
    if requests.full(line):
        raise TooManyRequests()
    requests.enter(line)
    if request.method == "HEAD":
        return _plain("")
    try:
        return _plain(receive(runtime(), found, _callback()))
    except Unsigned:
        return _plain("", 403)
    except GatewayProblem:
        # Noted with the line. Providers repeat what is refused, or switch the address off: this one they need not.
        return _plain("OK")


def _callback() -> Callback:
    request.max_content_length = LONGEST
    if (request.content_length or 0) > LONGEST:
        raise RequestEntityTooLarge()
    body = request.get_data(cache=True, parse_form_data=False)
    return Callback(
        method=request.method,
        query=request.args.to_dict(),
        form=request.form.to_dict(),
        body=body,
        content_type=request.mimetype,
        headers={name.lower(): value for name, value in request.headers.items()},
    )


def _plain(text: str, status: int = 200) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
