"""Long work of one's own: what goes on and how far it is, what came of the rest, and the files that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kernel.administration.tasks import STATES
from kernel.i18n import _
from kernel.jobs.own_work import OwnWork, find_work, own_work
from kernel.resources.errors import NotFound
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.uploads import send_stored
from kernel.web.views.addresses import record_url

pages = Blueprint("work", __name__, url_prefix="/work")

TONES = {"due": "", "running": "blue", "done": "green", "failed": "red", "stopped": "amber"}


@pages.get("")
def own() -> ResponseReturnValue:
    """Show the reader's own work."""
    return render("work/own.html", works=own_work(current()), **_words())


@pages.get("/<int:number>")
def one(number: int) -> ResponseReturnValue:
    """Give one piece of work as it stands: what its line asks for again until it has ended."""
    return render("work/line.html", it=find_work(current(), number), **_words())


@pages.post("/<int:number>/stop")
def stop(number: int) -> ResponseReturnValue:
    """Ask one's own work to stop."""
    if run_command("work.stop", number=number).done:
        tell(_("It will stop shortly."))
    return go("work.own")


@pages.get("/<int:number>/file")
def file(number: int) -> ResponseReturnValue:
    """Send the file that work has made."""
    outcome = run_command("work.take_file", number=number)
    if not outcome.done:
        return go("work.own")
    content_hash, name, media_type = outcome.value
    return send_stored(current(), content_hash, name, media_type)


def _words() -> dict[str, Any]:
    return {"states": STATES, "tones": TONES, "stayed": stayed}


def stayed(work: OwnWork) -> Sequence[tuple[str, str]]:
    """Give addresses of records that work left as they were, each with the reason."""
    try:
        resource = current().runtime.resource(str(work.result.get("resource", "")))
    except NotFound:
        return ()
    return [
        (record_url(resource, int(each["id"])), str(each["why"])) for each in work.result.get("stayed", ())
    ]
