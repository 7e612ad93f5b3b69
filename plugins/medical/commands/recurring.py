"""Visits that recur every so many weeks, around holidays and absences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Refused, _, command, fields
from plugins.medical.booking import FARTHEST, find_place, is_elsewhere
from plugins.medical.commands.arguments import WHICH, opened, read
from plugins.medical.entering import enter
from plugins.medical.hours import Interval, day_of
from plugins.medical.models import OCCUPYING, STANDING, Appointment, Doctor, Service
from plugins.medical.slots import free_slots

EVERY = fields.Whole("every", _("Every so many weeks"), required=True, least=1, most=52)
TIMES = fields.Whole("times", _("Visits in all"), required=True, least=2, most=52)
AROUND = 3
"""Days before and after the day that was meant in which a free time is looked for where that day has none."""


@command(
    "medical.repeat",
    _("Book recurring visits"),
    resource="medical.appointment",
    action="create",
    fields=(WHICH, EVERY, TIMES),
)
def repeat(context: Context, *, appointment: int, every: Any, times: Any) -> dict[str, list[Any]]:
    """Book the same visit, as long as it is, again every so many weeks: at the same time of day, else at the free time
    nearest to it.

    Where the day is a holiday, or has no free time, the nearest day around it is taken that has one. Days on which the
    patient has this visit already are passed over, so that nothing is booked twice. Gives the ids of what was booked, the
    days on which it came to lie instead of those that were meant, and the days for which there was no free time.
    """
    first = opened(context, appointment)
    values = read(context, (EVERY, TIMES), {"every": every, "times": times})
    if first.state not in STANDING:
        raise Refused(_("Only an appointment that stands can be repeated."))
    doctor = context.session.get_one(Doctor, first.doctor_id)
    service = context.session.get_one(Service, first.service_id)
    minutes = first.minutes if first.capacity == 1 else None
    made: list[int] = []
    full: list[str] = []
    elsewhere: list[str] = []
    first.series_id = first.id
    for place in range(1, values["times"]):
        day = day_of(first.starts_at, context.time_zone) + timedelta(weeks=values["every"] * place)
        if _visits_around(context, first, day):
            continue
        starts_at = next(_nearest(context, first, doctor, service, day, minutes), None)
        if starts_at is None:
            full.append(day.isoformat())
            continue
        another = enter(
            context, doctor, first.patient_id, service, starts_at, minutes=minutes, series_id=first.id
        )
        made.append(another.id)
        if day_of(starts_at, context.time_zone) != day:
            elsewhere.append(day_of(starts_at, context.time_zone).isoformat())
    context.session.flush()
    return {"booked": made, "elsewhere": elsewhere, "full": full}


def _visits_around(context: Context, first: Appointment, day: date) -> bool:
    """Say whether the patient has this visit with this doctor on that day or one around it."""
    statement = select(Appointment.starts_at).where(
        Appointment.patient_id == first.patient_id,
        Appointment.doctor_id == first.doctor_id,
        Appointment.service_id == first.service_id,
        Appointment.id != first.id,
        OCCUPYING,
    )
    with context.system("which visits the patient has already") as system:
        known = [day_of(at, context.time_zone) for at in system.session.execute(statement).scalars()]
    return any(abs((each - day).days) <= AROUND for each in known)


def _nearest(
    context: Context,
    first: Appointment,
    doctor: Doctor,
    service: Service,
    day: date,
    minutes: int | None,
) -> Iterator[datetime]:
    """Give free times from the nearest on: the same time of that day, others of it, then those of the days around it."""
    clock = first.starts_at.astimezone(context.time_zone).time()
    for offset in sorted(range(-AROUND, AROUND + 1), key=lambda each: (abs(each), -each)):
        if day + timedelta(days=offset) >= context.today + FARTHEST:
            continue
        wanted = datetime.combine(day + timedelta(days=offset), clock, context.time_zone)
        if not find_place(context, doctor, first.patient_id, service, wanted, minutes=minutes).problems:
            yield wanted
        free = free_slots(context, service, [doctor], wanted.date(), wanted.date(), minutes=minutes)
        for slot in sorted(free, key=lambda each: abs(each.starts_at - wanted)):
            if not is_elsewhere(context, first.patient_id, Interval(slot.starts_at, slot.ends_at)):
                yield slot.starts_at
