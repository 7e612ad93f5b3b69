"""Saying which organisation is our own: for administrators."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.parties.models import ORGANISATION
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go_to
from kernel.web.views.addresses import record_url

pages = Blueprint("own", __name__, url_prefix="/organisations/<int:party_id>/own")


@pages.post("")
def choose(party_id: int) -> ResponseReturnValue:
    """Make this organisation the site's own."""
    if run_command("party.set_own", party_id=party_id).done:
        tell(_("This is our own organisation now."))
    return go_to(record_url(current().runtime.resource(ORGANISATION), party_id))
