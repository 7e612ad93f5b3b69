"""The page of sessions that stand on days off: each with another time, to be moved there or cancelled."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import _, current, ngettext_lazy, render, run_command, stored_number, tell
from plugins.education.clashes import WHEN
from plugins.education.models import Session
from plugins.education.moving import misplaced
from plugins.education.resources import SESSION

MOST = 300


def page() -> ResponseReturnValue:
    """Show the sessions that stand on a day off with another time for each, or move and cancel what was ticked."""
    if request.method == "POST":
        return _done()
    context = current()
    found = misplaced(context)
    teacher: Any = SESSION.by_name["teacher"]
    numbers = sorted({each.session.teacher_id for each in found if each.session.teacher_id})
    teachers = teacher.labels(numbers, context) if numbers else {}
    rows = [
        {
            "session": each.session,
            "course": each.course,
            "why": each.why,
            "teacher": teachers.get(each.session.teacher_id, ""),
            "begins": each.proposal[0].isoformat() if each.proposal else "",
            "ends": each.proposal[1].isoformat() if each.proposal else "",
            "words": WHEN.show(each.proposal[0], context) if each.proposal else "",
        }
        for each in found
    ]
    return render("education/replan.html", rows=rows, may_move=not context.read_only)


def _done() -> ResponseReturnValue:
    moves: dict[int, tuple[str, str]] = {}
    cancels: list[int] = []
    for text in request.form.getlist("pick")[:MOST]:
        picked = stored_number(text)
        if picked is None:
            continue
        times = (request.form.get(f"from-{picked}", ""), request.form.get(f"until-{picked}", ""))
        if request.form.get("what") == "cancel":
            cancels.append(picked)
        elif all(times):
            moves[picked] = times
    if not moves and not cancels:
        tell(_("Tick the sessions that are to be moved or cancelled."), "error")
        return redirect(url_for("education.replan"), code=303)
    outcome = run_command(
        "education.move_sessions", moves=moves, cancels=cancels, tell=bool(request.form.get("tell"))
    )
    if outcome.done:
        _say(outcome.value)
    return redirect(url_for("education.replan"), code=303)


def _say(done: dict[str, Any]) -> None:
    if done["moved"]:
        tell(ngettext_lazy("%(n)d session is moved.", "%(n)d sessions are moved.", n=done["moved"]))
    if done["cancelled"]:
        tell(
            ngettext_lazy("%(n)d session is cancelled.", "%(n)d sessions are cancelled.", n=done["cancelled"])
        )
    if done["told"]:
        tell(
            ngettext_lazy("%(n)d message is on its way.", "%(n)d messages are on their way.", n=done["told"])
        )
    with_when = current()
    for number, why in done["refused"].items():
        session = with_when.session.get(Session, int(number))
        day = WHEN.show(session.starts_at, with_when) if session is not None else ""
        tell(_("The session of %(day)s stays: %(why)s", day=day, why=why), "error")
