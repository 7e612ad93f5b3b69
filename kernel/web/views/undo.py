"""Taking back what was just done, from the message that told of it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.field_edits import UNDO, Span
from kernel.web.current import run_command, runtime, scope, tell
from kernel.web.pages import go_to
from kernel.web.security import local_address
from kernel.web.undo import opened
from kernel.web.views.field_edit import take_back

pages = Blueprint("undo", __name__)


@pages.post("/undo")
def undo() -> ResponseReturnValue:
    """Run the reverse command that a message has offered, with the rights that its reader has now."""
    found = opened(runtime(), scope().actor.user_id, request.form.get("offer", ""))
    if found is None:
        tell(_("It is too late to undo this."), "error")
    elif found.command == UNDO:
        span = Span(**found.arguments["span"])
        return take_back(span, found.arguments["resource"], local_address(request.form.get("back")))
    elif run_command(found.command, **found.arguments).done:
        tell(_("Taken back."))
    return go_to(local_address(request.form.get("back")))
