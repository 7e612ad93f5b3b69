"""Planning anew what no longer fits, and the line of those who wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import Context, NotFound, Undo, _, current, load, render, run_command, stored_number, tell
from plugins.medical.booking import moment_of
from plugins.medical.calendar import doctors
from plugins.medical.models import Appointment, Doctor, Service, Waiting
from plugins.medical.replanning import misfits, restorable
from plugins.medical.resources import APPOINTMENT, STATES, WAITING
from plugins.medical.views.asking import DAY, number
from plugins.medical.wording import clock_words, day_words

MOST = 200


def replan() -> ResponseReturnValue:
    """Show what no longer fits with another time for each, or move and cancel what was ticked."""
    context = current()
    if request.method == "POST":
        return _replan()
    asked = request.args.get("date", "").strip()
    try:
        day = DAY.read(asked, context) if asked else None
    except ValueError:
        day = None
    doctor = number("doctor")
    found = misfits(context, day=day, doctor=doctor)
    patients = _labels(context, "patient", {each.appointment.patient_id for each in found})
    names = {each.id: each.name for each in doctors(context)}
    services = dict(context.session.execute(select(Service.id, Service.title)).all())
    rows = [
        {
            "id": each.appointment.id,
            "patient": patients.get(each.appointment.patient_id, "—"),
            "doctor": names.get(each.appointment.doctor_id, "—"),
            "service": services.get(each.appointment.service_id, ""),
            "at": each.appointment.starts_at,
            "proposal": each.proposal.isoformat() if each.proposal else "",
            "words": _words(context, each.proposal) if each.proposal else "",
        }
        for each in found
    ]
    return render(
        "medical/replan.html",
        rows=rows,
        back=_back_rows(context, names, services),
        doctors=list(names.items()),
        doctor=doctor,
        day=day,
        asked=asked,
    )


def _back_rows(context: Context, names: dict[int, str], services: dict[int, str]) -> list[dict[str, Any]]:
    """What was planned anew before, and could go back."""
    found = restorable(context)
    patients = _labels(context, "patient", {each.patient_id for each in found})
    return [
        {
            "id": each.id,
            "patient": patients.get(each.patient_id, "—"),
            "doctor": names.get(each.doctor_id, "—"),
            "service": services.get(each.service_id, ""),
            "now": STATES["cancelled"] if each.state == "cancelled" else _words(context, each.starts_at),
            "before": _words(context, each.planned_from) if each.planned_from else "",
        }
        for each in found
    ]


def _replan() -> ResponseReturnValue:
    if request.form.get("what") == "back":
        return _give_back()
    moves: dict[int, datetime] = {}
    cancels: list[int] = []
    for text in request.form.getlist("pick")[:MOST]:
        picked = stored_number(text)
        if picked is None:
            continue
        if request.form.get("what") == "cancel":
            cancels.append(picked)
            continue
        at = moment_of(current(), request.form.get(f"to-{picked}", ""))
        if at is not None:
            moves[picked] = at
    if not moves and not cancels:
        tell(_("Tick the appointments that are to be moved or cancelled."), "error")
        return redirect(url_for("medical.replan"), code=303)
    outcome = run_command(
        "medical.replan",
        moves=moves,
        cancels=cancels,
        tell=bool(request.form.get("tell")),
        reason=request.form.get("reason", ""),
    )
    if outcome.done:
        numbers = [number for number in (*moves, *cancels) if str(number) not in outcome.value["refused"]]
        back = {"appointments": numbers, "tell": bool(request.form.get("tell"))}
        _say(outcome.value, Undo("medical.plan_back", back) if numbers else None)
    return redirect(url_for("medical.replan"), code=303)


def _give_back() -> ResponseReturnValue:
    picked = [stored_number(text) for text in request.form.getlist("pick")[:MOST]]
    numbers = [each for each in picked if each is not None]
    if not numbers:
        tell(_("Tick the appointments that are to have their former time back."), "error")
        return redirect(url_for("medical.replan"), code=303)
    outcome = run_command("medical.plan_back", appointments=numbers, tell=bool(request.form.get("tell")))
    if outcome.done:
        if outcome.value["back"]:
            tell(_("%(count)s appointments have their former time back.", count=outcome.value["back"]))
        _say_refused(outcome.value)
    return redirect(url_for("medical.replan"), code=303)


def _say(done: dict[str, Any], back: Undo | None) -> None:
    if done["moved"]:
        tell(_("%(count)s appointments were moved.", count=done["moved"]), undo=back)
    if done["cancelled"]:
        tell(_("%(count)s appointments were cancelled.", count=done["cancelled"]), undo=back)
    _say_refused(done)


def _say_refused(done: dict[str, Any]) -> None:
    if done["refused"]:
        reasons = " ".join(dict.fromkeys(done["refused"].values()))
        words = _(
            "%(count)s could not be dealt with: %(reasons)s", count=len(done["refused"]), reasons=reasons
        )
        tell(words, "error")


def line() -> ResponseReturnValue:
    """Show those who wait, the first in line first, and whom a time is offered to."""
    context = current()
    statement = (
        select(Waiting, Service.title, Doctor.name, Appointment.starts_at)
        .join(Service, Service.id == Waiting.service_id, isouter=True)
        .join(Doctor, Doctor.id == Waiting.doctor_id, isouter=True)
        .join(Appointment, Appointment.id == Waiting.appointment_id, isouter=True)
        .where(Waiting.state.in_(("waiting", "offered")))
        .order_by(Waiting.id)
        .limit(MOST)
    )
    found = context.session.execute(statement).all()
    names = _labels(context, "patient", {row[0].patient_id for row in found})
    return render(
        "medical/line.html",
        rows=[
            {
                "waiting": row[0],
                "patient": names.get(row[0].patient_id, "—"),
                "service": row[1] or "",
                "doctor": row[2] or "",
                "offered": _words(context, row[3]) if row[0].state == "offered" and row[3] else "",
                "until": clock_words(context, row[0].offered_until) if row[0].offered_until else "",
                "search": url_for("medical.search", **_wanted(context, row[0])),
                "unreached": _words(context, row[0].unreached_at) if row[0].unreached_at else "",
                "part": WAITING.by_name["part"].show(row[0].part, context) if row[0].part != "any" else "",
            }
            for row in found
        ],
        may_edit=context.may("medical.waiting", "edit"),
        may_book=context.may(APPOINTMENT.permission, "create"),
        may_create=context.may("medical.waiting", "create"),
    )


def _wanted(context: Context, waiting: Waiting) -> dict[str, Any]:
    """What the page of free times is asked for somebody who waits."""
    return {
        "patient": waiting.patient_id,
        "service": waiting.service_id,
        "doctor": waiting.doctor_id,
        "part": waiting.part,
        "first": max(waiting.first_day, context.today).isoformat(),
        "last": waiting.last_day.isoformat(),
    }


def answer(number: int, what: str) -> ResponseReturnValue:
    """Note what somebody in line answered, or take him off the line."""
    load(current(), WAITING, number)
    if what == "leave":
        run_command("medical.leave_line", waiting=number)
    elif what in ("take", "decline"):
        outcome = run_command("medical.answer_offer", waiting=number, taken=what == "take")
        if outcome.done and outcome.value is not None:
            tell(_("The appointment is booked."))
    else:
        raise NotFound()
    return redirect(url_for("medical.line"), code=303)


def _words(context: Context, at: datetime) -> str:
    return f"{day_words(context, at)} {clock_words(context, at)}"


def _labels(context: Context, name: str, ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = APPOINTMENT.by_name[name].labels(sorted(ids), context)  # type: ignore[attr-defined]
    return found
