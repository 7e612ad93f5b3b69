"""The list of first steps on the desk: put away, and shown again."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.web.current import run_command, tell
from kernel.web.pages import go
from kernel.web.undo import Undo

pages = Blueprint("first_steps", __name__, url_prefix="/first-steps")


@pages.post("/put-away")
def put_away() -> ResponseReturnValue:
    """Put the list away."""
    if run_command("first_steps.show", shown=False).done:
        tell(_("The first steps are put away."), undo=Undo("first_steps.show", {"shown": True}))
    return go("home.desk")


@pages.post("/show")
def show() -> ResponseReturnValue:
    """Show the list again."""
    run_command("first_steps.show", shown=True)
    return go("home.desk")
