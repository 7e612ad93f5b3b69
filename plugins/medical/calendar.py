"""A day of the clinic: who is there, who comes when, and what is still free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kernel.api import Context
from plugins.medical.hours import Difference, Interval, Shift, free_starts, present, whole_day
from plugins.medical.models import OCCUPYING, Appointment, Doctor, HoursException, Service, WeeklyHours
from plugins.medical.resources import APPOINTMENT


@dataclass(frozen=True)
class Entry:
    """An appointment as the calendar shows it; without `id`, `patient` and `service` where it is not the reader's."""

    interval: Interval
    id: int | None = None
    version: int | None = None
    patient_id: int | None = None
    patient: str = ""
    service: str = ""
    state: str = ""
    note: str | None = None


@dataclass(frozen=True)
class DoctorDay:
    """One doctor's day."""

    doctor_id: int
    name: str
    room: str | None
    there: list[Interval]
    entries: list[Entry]
    free: list[Interval]


def doctor_present(context: Context, doctor_ids: Sequence[int], day: date) -> dict[int, list[Interval]]:
    """Give when these doctors are there on a day; two queries, however many."""
    shifts: dict[int, list[Shift]] = {number: [] for number in doctor_ids}
    differences: dict[int, list[Difference]] = {number: [] for number in doctor_ids}
    hours = select(WeeklyHours.doctor_id, WeeklyHours.weekday, WeeklyHours.starts, WeeklyHours.ends)
    for row in context.session.execute(hours.where(WeeklyHours.doctor_id.in_(list(doctor_ids)))):
        shifts[row.doctor_id].append(Shift(row.weekday, row.starts, row.ends))
    others = select(
        HoursException.doctor_id, HoursException.kind, HoursException.starts, HoursException.ends
    ).where(HoursException.doctor_id.in_(list(doctor_ids)), HoursException.day == day)
    for row in context.session.execute(others):
        differences[row.doctor_id].append(Difference(day, row.kind, row.starts, row.ends))
    zone = context.time_zone
    return {number: present(day, shifts[number], differences[number], zone) for number in doctor_ids}


def doctors(context: Context, *, specialty: int | None = None, ids: Sequence[int] = ()) -> list[Doctor]:
    """Give the doctors who take appointments, of one specialty or these alone where asked."""
    statement = select(Doctor).where(Doctor.active).order_by(Doctor.sort_key, Doctor.id)
    if specialty is not None:
        statement = statement.where(Doctor.specialty_id == specialty)
    if ids:
        statement = statement.where(Doctor.id.in_(list(ids)))
    return list(context.session.execute(statement).scalars())


def day_view(
    context: Context, day: date, chosen: Sequence[Doctor], minutes: int, step: int
) -> list[DoctorDay]:
    """Give the day of each doctor with what is free for a visit of `minutes`; a constant number of queries.

    An appointment that the reader may not see takes up its time without saying whose it is.
    """
    ids = [doctor.id for doctor in chosen]
    there = doctor_present(context, ids, day)
    entries = _entries(context, day, ids)
    busy = _busy(context, day, ids)
    result = []
    for doctor in chosen:
        shown = entries.get(doctor.id, [])
        known = {entry.interval for entry in shown}
        hidden = [Entry(interval) for interval in busy.get(doctor.id, []) if interval not in known]
        free = free_starts(there[doctor.id], busy.get(doctor.id, []), minutes, step, not_before=context.now)
        slots = [Interval(start, min(start + _minutes(step), start + _minutes(minutes))) for start in free]
        in_order = sorted([*shown, *hidden], key=lambda entry: entry.interval)
        result.append(DoctorDay(doctor.id, doctor.name, doctor.room, there[doctor.id], in_order, slots))
    return result


def _entries(context: Context, day: date, ids: Sequence[int]) -> dict[int, list[Entry]]:
    if not context.may(APPOINTMENT.permission, "view"):
        return {}
    span = whole_day(day, context.time_zone)
    statement = (
        select(Appointment, Service.title)
        .join(Service, Service.id == Appointment.service_id, isouter=True)
        .where(
            Appointment.doctor_id.in_(list(ids)),
            Appointment.starts_at >= span.starts,
            Appointment.starts_at < span.ends,
            Appointment.state != "cancelled",
        )
        .order_by(Appointment.starts_at)
    )
    rows = context.session.execute(statement).all()
    people = APPOINTMENT.by_name["patient"].labels(sorted({row[0].patient_id for row in rows}), context)  # type: ignore[attr-defined]
    found: dict[int, list[Entry]] = {}
    for appointment, service in rows:
        entry = Entry(
            Interval(appointment.starts_at, appointment.ends_at),
            id=appointment.id,
            version=appointment.version,
            patient_id=appointment.patient_id,
            patient=people.get(appointment.patient_id, ""),
            service=service or "",
            state=appointment.state,
            note=appointment.note,
        )
        found.setdefault(appointment.doctor_id, []).append(entry)
    return found


def _busy(context: Context, day: date, ids: Sequence[int]) -> dict[int, list[Interval]]:
    span = whole_day(day, context.time_zone)
    statement = select(Appointment.doctor_id, Appointment.starts_at, Appointment.ends_at).where(
        Appointment.doctor_id.in_(list(ids)),
        Appointment.starts_at < span.ends,
        Appointment.ends_at > span.starts,
        OCCUPYING,
    )
    found: dict[int, list[Interval]] = {}
    with context.system("times that are taken, without saying whose") as system:
        for row in system.session.execute(statement):
            found.setdefault(row.doctor_id, []).append(Interval(row.starts_at, row.ends_at))
    return found


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)
