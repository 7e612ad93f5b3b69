"""How busy doctors are, and how many do not come: over a period, by doctor."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from kernel.api import Context, _, current, render
from plugins.medical.calendar import doctors
from plugins.medical.hours import whole_day
from plugins.medical.models import Appointment
from plugins.medical.presence import presence
from plugins.medical.views.asking import day_asked, number
from plugins.medical.wording import number_words

LONGEST = 366
BEFORE = 29


def load() -> ResponseReturnValue:
    """Show for each doctor the hours that were there, the part that was booked, and what became of it."""
    context = current()
    last = day_asked(context, "last")
    first = (
        day_asked(context, "first")
        if request.args.get("first", "").strip()
        else last - timedelta(days=BEFORE)
    )
    first = max(min(first, last), last - timedelta(days=LONGEST))
    chosen = doctors(context, specialty=number("specialty"), group=number("group"))
    rows = [_row(context, *each) for each in _counted(context, chosen, first, last)]
    return render("medical/load.html", first=first, last=last, rows=rows)


def _counted(context: Context, chosen: list[Any], first: date, last: date) -> list[tuple[str, int, Any]]:
    ids = [doctor.id for doctor in chosen]
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    there = presence(context, ids, days)
    minutes = {
        number: sum(
            int((each.ends - each.starts).total_seconds() // 60)
            for day in days
            for each in there[number, day]
        )
        for number in ids
    }
    zone = context.time_zone
    length = func.extract("epoch", Appointment.ends_at - Appointment.starts_at) / 60
    state = Appointment.state
    seats = func.count().filter(state.not_in(("cancelled", "offered")))
    held = state.not_in(("cancelled", "offered", "missed"))
    called_off = state == "cancelled"
    statement = (
        select(
            Appointment.doctor_id,
            seats.label("visits"),
            func.coalesce(func.sum(length / Appointment.capacity).filter(held), 0).label("minutes"),
            func.count().filter(state == "missed").label("missed"),
            func.count().filter(state == "done").label("done"),
            func.count().filter(called_off, Appointment.cancelled_by == "patient").label("by_patient"),
            func.count().filter(called_off, Appointment.cancelled_by == "clinic").label("by_clinic"),
            func.count().filter(Appointment.walk_in).label("walk_ins"),
        )
        .where(
            Appointment.doctor_id.in_(ids),
            Appointment.starts_at >= whole_day(first, zone).starts,
            Appointment.starts_at < whole_day(last, zone).ends,
        )
        .group_by(Appointment.doctor_id)
    )
    found = {row.doctor_id: row for row in context.session.execute(statement)}
    return [(doctor.name, minutes[doctor.id], found.get(doctor.id)) for doctor in chosen]


def _row(context: Context, name: str, there: int, found: Any) -> dict[str, Any]:
    booked = int(found.minutes) if found else 0
    come = (found.missed + found.done) if found else 0
    shown = {
        key: number_words(context, getattr(found, key) if found else 0)
        for key in ("visits", "done", "missed", "by_patient", "by_clinic", "walk_ins")
    }
    return {
        "name": name,
        "hours": number_words(context, there // 60),
        "load": _percent(context, booked, there),
        "no_show": _percent(context, found.missed if found else 0, come),
        **shown,
    }


def _percent(context: Context, part: int, whole: int) -> str:
    if not whole:
        return "—"
    return context.text(_("%(part)s %%", part=number_words(context, round(part * 100 / whole))))
