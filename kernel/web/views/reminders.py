"""Today's reminders by kind: rows to tick, to be called, seen to or dismissed; and the limits that were exceeded."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.messages.reminders.ladders import LADDER_RIGHT
from kernel.messages.reminders.thresholds import crossed
from kernel.messages.reminders.today import RIGHT, STATES, Line, parties_of, todays
from kernel.resources.errors import NotFound
from kernel.resources.lists import ListQuery
from kernel.web.current import current, needs, run_command, tell
from kernel.web.pages import go, render
from kernel.web.undo import MOST, Undo
from kernel.web.views.addresses import record_url
from kernel.web.views.messages import sendings

pages = Blueprint("reminders", __name__, url_prefix="/reminders")

TONES = {
    "waiting": "",
    "open": "blue",
    "queued": "green",
    "left_out": "red",
    "done": "green",
    "dismissed": "",
    "overtaken": "",
    "obsolete": "amber",
}


@pages.get("")
@needs(RIGHT, "view")
def today() -> ResponseReturnValue:
    """Show what is to be reminded of today and what was left from before."""
    context = current()
    whole = request.args.get("all") == "1"
    return render(
        "reminders/today.html",
        state=todays(context, all_states=whole),
        whole=whole,
        day=context.today,
        crossed=crossed(context),
        states=STATES,
        tones=TONES,
        party_url=_party_url,
        may_edit=context.may(RIGHT, "edit") and not context.read_only,
        may_send=context.may("message", "send") and not context.read_only,
        may_plan=context.may(LADDER_RIGHT, "view"),
    )


@pages.post("")
@needs(RIGHT, "view")
def act() -> ResponseReturnValue:
    """See to the ticked reminders, dismiss them, or open them again: what the pressed button says."""
    wanted = request.form.get("do", "")
    if wanted == "seen":
        number = stored_number(request.form.get("number", ""))
        if number is None:
            raise NotFound()
        run_command("threshold.seen", number=number)
        return go("reminders.today")
    ids = [number for each in request.form.getlist("id") if (number := stored_number(each)) is not None]
    if wanted == "write" and ids:
        return _write(ids)
    if wanted not in ("done", "dismiss", "reopen"):
        raise NotFound()
    if not ids:
        tell(_("Tick some rows first."), "error")
        return go("reminders.today")
    if wanted == "reopen":
        outcome = run_command("reminder.reopen", ids=ids)
    else:
        outcome = run_command("reminder.settle", ids=ids, dismiss=wanted == "dismiss")
    if outcome.done:
        count = outcome.value
        back = Undo("reminder.reopen", {"ids": ids}) if wanted != "reopen" and len(ids) <= MOST else None
        tell(
            ngettext_lazy("%(n)d reminder was changed.", "%(n)d reminders were changed.", n=count), undo=back
        )
    return go("reminders.today")


def _write(ids: list[int]) -> ResponseReturnValue:
    """Show the form of a message to the parties of the ticked reminders."""
    context = current()
    parties = parties_of(context, ids)
    return sendings.for_selection(context.runtime.resource("person"), ListQuery(), parties)


def _party_url(line: Line) -> str:
    return record_url(current().runtime.resource(line.party_kind), line.party_id)
