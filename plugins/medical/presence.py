"""When doctors are there, day by day, and what is taken of doctors, rooms and devices; asked once for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from kernel.api import Context, named_days
from plugins.medical.hours import Difference, Interval, Shift, Taken, present, whole_day
from plugins.medical.models import (
    OCCUPYING,
    Appointment,
    Doctor,
    FacilityUse,
    HoursException,
    WeeklyHours,
)

Presence = dict[tuple[int, date], list[Interval]]
"""By doctor and day."""


def doctor_present(context: Context, doctor_ids: Sequence[int], day: date) -> dict[int, list[Interval]]:
    """Give when these doctors are there on a day; a constant number of queries, however many."""
    there = presence(context, doctor_ids, [day])
    return {number: there[number, day] for number in doctor_ids}


def presence(context: Context, doctor_ids: Sequence[int], days: Sequence[date]) -> Presence:
    """Give when these doctors are there on each of the days: hours, breaks, holidays and exceptions considered."""
    if not days or not doctor_ids:
        return {}
    ids = list(doctor_ids)
    shifts, on_holidays = _shifts(context, ids), _on_holidays(context, ids)
    differences: dict[tuple[int, date], list[Difference]] = defaultdict(list)
    others = select(
        HoursException.doctor_id,
        HoursException.day,
        HoursException.kind,
        HoursException.starts,
        HoursException.ends,
    ).where(HoursException.doctor_id.in_(ids), HoursException.day.between(min(days), max(days)))
    for row in context.session.execute(others):
        differences[row.doctor_id, row.day].append(Difference(row.day, row.kind, row.starts, row.ends))
    named = named_days(context, min(days), max(days))
    holidays = {day for day, found in named.items() if any(each.off for each in found)}
    zone = context.time_zone
    return {
        (number, day): present(
            day,
            shifts[number],
            differences[number, day],
            zone,
            closed=day in holidays and number not in on_holidays,
        )
        for number in ids
        for day in days
    }


def _shifts(context: Context, ids: list[int]) -> dict[int, list[Shift]]:
    found: dict[int, list[Shift]] = {number: [] for number in ids}
    hours = select(
        WeeklyHours.doctor_id,
        WeeklyHours.weekday,
        WeeklyHours.starts,
        WeeklyHours.ends,
        WeeklyHours.kind,
        WeeklyHours.valid_from,
        WeeklyHours.valid_until,
    )
    for doctor, *shift in context.session.execute(hours.where(WeeklyHours.doctor_id.in_(ids))):
        found[doctor].append(Shift(*shift))
    return found


def _on_holidays(context: Context, ids: list[int]) -> set[int]:
    statement = select(Doctor.id).where(Doctor.id.in_(ids), Doctor.holidays)
    return set(context.session.execute(statement).scalars())


def taken(
    context: Context,
    doctor_ids: Iterable[int],
    facility_ids: Iterable[int],
    first: datetime,
    last: datetime,
    *,
    but: int | None = None,
) -> tuple[dict[int, list[Taken]], dict[int, list[Taken]]]:
    """Give what is taken of doctors and of rooms and devices between two moments; `but` one appointment, which moves."""
    doctors, facilities = list(doctor_ids), list(facility_ids)
    of_facility = select(FacilityUse.appointment_id).where(FacilityUse.facility_id.in_(facilities))
    statement = select(
        Appointment.id,
        Appointment.doctor_id,
        Appointment.service_id,
        Appointment.starts_at,
        Appointment.ends_at,
        Appointment.buffer_before,
        Appointment.buffer_after,
        Appointment.capacity,
    ).where(
        or_(Appointment.doctor_id.in_(doctors), Appointment.id.in_(of_facility)),
        Appointment.starts_at < last,
        Appointment.ends_at > first,
        OCCUPYING,
    )
    if but is not None:
        statement = statement.where(Appointment.id != but)
    of_doctors: dict[int, list[Taken]] = defaultdict(list)
    of_facilities: dict[int, list[Taken]] = defaultdict(list)
    with context.system("times that are taken, without saying whose") as system:
        rows = system.session.execute(statement).all()
        uses = uses_of(system, [row.id for row in rows]) if facilities else {}
    for row in rows:
        group = (row.doctor_id, row.service_id, row.starts_at) if row.capacity > 1 else None
        each = Taken(_busy(row), group)
        of_doctors[row.doctor_id].append(each)
        for number in uses.get(row.id, ()):
            of_facilities[number].append(each)
    return of_doctors, of_facilities


def times_of(context: Context, patient_id: int, first: datetime, last: datetime) -> list[Interval]:
    """Give when a patient has appointments between two moments, with whomever."""
    return list(times_of_patients(context, [patient_id], first, last)[patient_id].values())


def times_of_patients(
    context: Context, patient_ids: Iterable[int], first: datetime, last: datetime
) -> dict[int, dict[int, Interval]]:
    """Give when patients have appointments, by patient and appointment; one query."""
    statement = select(
        Appointment.patient_id, Appointment.id, Appointment.starts_at, Appointment.ends_at
    ).where(
        Appointment.patient_id.in_(list(patient_ids)),
        Appointment.starts_at < last,
        Appointment.ends_at > first,
        OCCUPYING,
    )
    found: dict[int, dict[int, Interval]] = defaultdict(dict)
    with context.system("when patients are elsewhere") as system:
        for patient, number, starts, ends in system.session.execute(statement):
            found[patient][number] = Interval(starts, ends)
    return found


def uses_of(context: Context, appointment_ids: Sequence[int]) -> dict[int, set[int]]:
    """Give the rooms and devices that appointments take, by appointment."""
    if not appointment_ids:
        return {}
    statement = select(FacilityUse.appointment_id, FacilityUse.facility_id)
    found: dict[int, set[int]] = defaultdict(set)
    chosen = statement.where(FacilityUse.appointment_id.in_(list(appointment_ids)))
    for appointment, facility in context.session.execute(chosen):
        found[appointment].add(facility)
    return found


def _busy(row: Any) -> Interval:
    """The time of an appointment with its buffers."""
    return Interval(
        row.starts_at - timedelta(minutes=row.buffer_before),
        row.ends_at + timedelta(minutes=row.buffer_after),
    )


def bounds(context: Context, days: Sequence[date]) -> tuple[datetime, datetime]:
    """Give the moments between which the days lie, with some hours around for buffers."""
    around = timedelta(hours=6)
    zone = context.time_zone
    return whole_day(min(days), zone).starts - around, whole_day(max(days), zone).ends + around
