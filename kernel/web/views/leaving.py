"""The page behind the link in advertising e-mails: whoever has the link leaves the list, without signing in.

Mail programs post to it by themselves (RFC 8058), without cookies and without a form of ours before; what proves the
request is the token, which only this site can make. A link that is merely opened changes nothing: scanners of mails do so.
"""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from kernel.access.actor import SYSTEM
from kernel.messages.leaving import Leaving, has_left, leave, read_token
from kernel.resources.errors import NotFound
from kernel.web.current import from_machines, public, runtime, scope
from kernel.web.pages import render
from kernel.web.throttle import Throttle

pages = Blueprint("leaving", __name__, url_prefix="/leave")

guesses = Throttle(30, 60.0)
"""Requests with a wrong token from one network address."""


@pages.route("/<token>", methods=["GET", "POST"])
@public
@from_machines
def page(token: str) -> ResponseReturnValue:
    """Ask whether the address wants no more advertising, or write down that it wants none."""
    scope().close()
    whence = f"{runtime().site.name} {request.remote_addr}"
    if guesses.full(whence):
        raise TooManyRequests()
    who = read_token(runtime(), token)
    if who is None:
        guesses.enter(whence)
        raise NotFound()
    if request.method == "POST":
        leave(runtime(), who)
    with runtime().reading(SYSTEM("who has left")) as context:
        left = has_left(context, who)
    return render("messages/leave.html", address=shortened(who), left=left)


def shortened(who: Leaving) -> str:
    """Give so much of an address that its owner knows it, and nobody else learns it."""
    name, _at, host = who.address.partition("@")
    return f"{name[:2]}…@{host}" if host else f"…{name[-4:]}"
