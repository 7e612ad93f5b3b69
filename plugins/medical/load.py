"""How busy doctors were over a period: the hours that they were there, what of them was booked, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from kernel.api import Context
from plugins.medical.hours import whole_day
from plugins.medical.models import Appointment, Doctor
from plugins.medical.presence import presence
from plugins.medical.resources import APPOINTMENT


@dataclass(frozen=True)
class Load:
    """What is counted of one doctor."""

    name: str
    there: int
    """Minutes of the hours, on all days of the period."""
    booked: int
    """Minutes of visits that took place or are to; of one who comes with others, his part of the seats."""
    visits: int
    done: int
    missed: int
    by_patient: int
    by_clinic: int
    walk_ins: int

    @property
    def busy(self) -> int | None:
        """Per cent of the hours that were booked; None for who was not there."""
        return percent(self.booked, self.there)

    @property
    def no_show(self) -> int | None:
        """Per cent who did not come, of all whose visit ended one way or the other."""
        return percent(self.missed, self.missed + self.done)


def percent(part: int, whole: int) -> int | None:
    """Give whole per cents, halves upwards; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def loads(
    context: Context, first: date, last: date, *, specialty: int | None = None, group: int | None = None
) -> list[Load]:
    """Give the load of each doctor between two days: of those who take appointments, and of those who had any.

    Who may count the own appointments alone is told of their doctor alone, since of others nothing could be said.
    """
    counted = _counted(context, first, last)
    everybody = "all" in context.actor.scopes(APPOINTMENT.permission, "report")
    statement = select(Doctor).order_by(Doctor.sort_key, Doctor.id)
    if specialty is not None:
        statement = statement.where(Doctor.specialty_id == specialty)
    if group is not None:
        statement = statement.where(Doctor.group_id == group)
    chosen = [
        doctor
        for doctor in context.session.execute(statement).scalars()
        if doctor.id in counted or (doctor.active and (everybody or _is_own(context, doctor)))
    ]
    there = _there(context, chosen, first, last)
    return [_load(doctor, there[doctor.id], counted.get(doctor.id)) for doctor in chosen]


def _is_own(context: Context, doctor: Doctor) -> bool:
    return doctor.user_id is not None and doctor.user_id == context.actor.user_id


def _there(context: Context, chosen: Sequence[Doctor], first: date, last: date) -> dict[int, int]:
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    found = presence(context, [doctor.id for doctor in chosen], days)
    minutes = dict.fromkeys((doctor.id for doctor in chosen), 0)
    for (number, _day), hours in found.items():
        minutes[number] += sum(int((each.ends - each.starts).total_seconds()) // 60 for each in hours)
    return minutes


def _counted(context: Context, first: date, last: date) -> dict[int, Any]:
    length = func.extract("epoch", Appointment.ends_at - Appointment.starts_at) / 60
    state = Appointment.state
    stands = state.not_in(("cancelled", "offered"))
    held = state.not_in(("cancelled", "offered", "missed"))
    called_off = state == "cancelled"
    statement = (
        select(
            Appointment.doctor_id,
            func.count().filter(stands).label("visits"),
            func.coalesce(func.sum(length / Appointment.capacity).filter(held), 0).label("booked"),
            func.count().filter(state == "missed").label("missed"),
            func.count().filter(state == "done").label("done"),
            func.count().filter(called_off, Appointment.cancelled_by == "patient").label("by_patient"),
            func.count().filter(called_off, Appointment.cancelled_by == "clinic").label("by_clinic"),
            func.count().filter(Appointment.walk_in, stands).label("walk_ins"),
        )
        .where(
            Appointment.starts_at >= whole_day(first, context.time_zone).starts,
            Appointment.starts_at < whole_day(last, context.time_zone).ends,
            Appointment.binned_at.is_(None),
        )
        .group_by(Appointment.doctor_id)
    )
    return {row.doctor_id: row for row in context.session.execute(statement)}


def _load(doctor: Doctor, there: int, row: Any) -> Load:
    counts = ("visits", "done", "missed", "by_patient", "by_clinic", "walk_ins")
    found = {name: getattr(row, name) if row is not None else 0 for name in counts}
    return Load(doctor.name, there, int(row.booked) if row is not None else 0, **found)
