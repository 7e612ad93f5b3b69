"""What browsers load of a site's branding: its colours, logo and icon; also before anybody has signed in.

The addresses carry the epoch, which every change of the branding raises, so that browsers may keep what they have.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from kernel.administration.branding import picture
from kernel.administration.palette import stylesheet
from kernel.web.current import current, public, runtime
from kernel.web.security import DOWNLOAD_POLICY

pages = Blueprint("branding", __name__, url_prefix="/brand")

KEPT = "public, max-age=31536000, immutable"
"""For an address of the present epoch."""


@pages.get("/colours.css")
@public
def colours() -> ResponseReturnValue:
    """Send the stylesheet of the chosen accent."""
    return _kept(Response(stylesheet(runtime().branding.accent), mimetype="text/css"))


@pages.get("/<any(logo, icon):which>")
@public
def image(which: str) -> ResponseReturnValue:
    """Send the logo or icon."""
    content, kind = picture(current(), which)
    response = Response(content, mimetype=kind)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return _kept(response)


def _kept(response: Response) -> Response:
    fresh = request.args.get("v") == str(runtime().epoch)
    response.headers["Cache-Control"] = KEPT if fresh else "no-cache"
    return response
