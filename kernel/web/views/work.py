"""Long work of one's own: what goes on and how far it is, what came of the rest, and the files that were made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kernel.administration.tasks import STATES
from kernel.i18n import _
from kernel.jobs.own_work import OwnWork, arguments_of, find_work, own_work, work_on
from kernel.resources.errors import NotFound
from kernel.resources.field_edits_later import KIND as EDITING
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.uploads import send_stored
from kernel.web.views.addresses import record_url

pages = Blueprint("work", __name__, url_prefix="/work")

UNDO_TIME = timedelta(days=1)
"""How long after its end an edit of many records can be undone."""
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


@pages.post("/<int:number>/undo")
def undo(number: int) -> ResponseReturnValue:
    """Have put back what one's own edit of many records has written."""
    work = next((each for each in own_work(current()) if each.id == number), None)
    if work is None or not undoable(work):
        raise NotFound()
    ids = [row[0] for row in arguments_of(current(), number)["rows"]]
    given = {"resource": work.result["resource"], **work.result["undo"]}
    if run_command("record.undo_field_many", work=number, ids=ids, **given).done:
        tell(_("The former values are being put back, as you see here."), "notice")
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
    return {"states": STATES, "tones": TONES, "stayed": stayed, "undoable": undoable}


def undoable(work: OwnWork) -> bool:
    """Say whether what work wrote can be put back: for a day, and not where that is done or going on."""
    context = current()
    if not work.result.get("undo") or work.finished_at is None or context.read_only:
        return False
    if work.finished_at < context.now - UNDO_TIME:
        return False
    begun = work_on(context, (EDITING, work.id))
    return begun is None or begun.state in ("stopped", "failed")


def stayed(work: OwnWork) -> Sequence[tuple[str, str]]:
    """Give addresses of records that work left as they were, each with the reason."""
    try:
        resource = current().runtime.resource(str(work.result.get("resource", "")))
    except NotFound:
        return ()
    return [
        (record_url(resource, int(each["id"])), str(each["why"])) for each in work.result.get("stayed", ())
    ]
