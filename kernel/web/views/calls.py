"""What is done with a call on its page: a person made of an unknown number, and the word that there is nothing to write."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.web.current import SAVED, needs, run_command, tell
from kernel.web.pages import go_to

pages = Blueprint("calls", __name__, url_prefix="/calls")


@pages.post("/<int:call_id>/party")
@needs("party", "create")
def make_party(call_id: int) -> ResponseReturnValue:
    """Make a person with the number of a call, whose name is then entered."""
    outcome = run_command("call.new_party", call_id=call_id)
    if not outcome.done:
        return go_to(f"/calls/{call_id}")
    tell(_("The person is made; enter the name now."))
    return go_to(f"/persons/{outcome.value}/edit")


@pages.post("/<int:call_id>/waive")
@needs("call", "edit")
def waive(call_id: int) -> ResponseReturnValue:
    """Say that there is nothing to write about a call, or with `open` that there is."""
    if run_command("call.waive", call_id=call_id, waived=not request.form.get("open")).done:
        tell(SAVED)
    return go_to(f"/calls/{call_id}")
