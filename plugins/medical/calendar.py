"""Days of the clinic: who is there, who comes when, and what is still free; by doctor, by room, and over a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context
from plugins.medical.hours import Interval, Wish, fits, joined, starts_in, whole_day
from plugins.medical.models import OCCUPYING, Appointment, Doctor, Facility, FacilityUse, Service
from plugins.medical.presence import bounds, doctor_present, presence, taken, uses_of
from plugins.medical.resources import APPOINTMENT
from plugins.medical.slots import earliest, last_day, wish_of

__all__ = [
    "DoctorDay",
    "Entry",
    "day_view",
    "doctor_present",
    "doctors",
    "facilities",
    "room_view",
    "week_view",
]


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
    queue_number: int | None = None
    doctor: str = ""
    others: int = 0
    """How many more come at the same time."""


@dataclass(frozen=True)
class Who:
    """Whose time an appointment takes: the doctor, and the rooms and devices."""

    doctor_id: int
    facilities: frozenset[int]


@dataclass(frozen=True)
class DoctorDay:
    """One column of the calendar: a doctor's day, that of a room, or one day of a week."""

    doctor_id: int | None
    name: str
    room: str | None
    there: list[Interval]
    entries: list[Entry]
    free: list[Interval]
    day: date | None = None
    all_day: bool = False
    """Whether nothing is closed: a room has no hours."""


def doctors(
    context: Context, *, specialty: int | None = None, group: int | None = None, ids: Sequence[int] = ()
) -> list[Doctor]:
    """Give the doctors who take appointments, of one specialty or department or these alone where asked."""
    statement = select(Doctor).where(Doctor.active).order_by(Doctor.sort_key, Doctor.id)
    if specialty is not None:
        statement = statement.where(Doctor.specialty_id == specialty)
    if group is not None:
        statement = statement.where(Doctor.group_id == group)
    if ids:
        statement = statement.where(Doctor.id.in_(list(ids)))
    return list(context.session.execute(statement).scalars())


def facilities(context: Context) -> list[Facility]:
    """Give the rooms and devices in use."""
    statement = select(Facility).where(Facility.active).order_by(Facility.kind.desc(), Facility.sort_key)
    return list(context.session.execute(statement).scalars())


def day_view(
    context: Context,
    day: date,
    chosen: Sequence[Doctor],
    minutes: int,
    step: int,
    service: Service | None = None,
) -> list[DoctorDay]:
    """Give the day of each doctor with what is free for a visit of `minutes` or a service; a constant number of queries.

    An appointment that the reader may not see takes up its time without saying whose it is.
    """
    ids = [doctor.id for doctor in chosen]
    there = presence(context, ids, [day])
    entries = _entries(context, [day], Appointment.doctor_id.in_(ids))
    free = _free(context, ids, [day], there, minutes, step, service)
    busy = _busy(context, [day], Appointment.doctor_id.in_(ids))
    result = []
    for doctor in chosen:
        shown = _with_hidden(
            [entry for who, _day, entry in entries if who.doctor_id == doctor.id],
            [interval for who, _day, interval in busy if who.doctor_id == doctor.id],
        )
        slots = free.get((doctor.id, day), [])
        result.append(
            DoctorDay(doctor.id, doctor.name, doctor.room, there[doctor.id, day], shown, slots, day)
        )
    return result


def week_view(
    context: Context,
    days: Sequence[date],
    chosen: Sequence[Doctor],
    step: int,
    service: Service | None,
    titles: Sequence[str],
    facility: Facility | None = None,
) -> list[DoctorDay]:
    """Give several days of a doctor, of a group of doctors, or of a room, a column for each day."""
    ids = [doctor.id for doctor in chosen]
    condition = Appointment.doctor_id.in_(ids) if facility is None else _in([facility.id])
    entries = _entries(context, days, condition)
    busy = _busy(context, days, condition)
    there = presence(context, ids, days) if facility is None else {}
    alone = ids[0] if facility is None and len(ids) == 1 else None
    free = _free(context, ids, days, there, 0, step, service) if alone is not None else {}
    return [
        DoctorDay(
            alone,
            title,
            None,
            joined(interval for number in ids for interval in there.get((number, day), [])),
            _with_hidden(
                [entry for _who, on, entry in entries if on == day],
                [interval for _who, on, interval in busy if on == day],
            ),
            free.get((alone, day), []) if alone is not None else [],
            day,
            all_day=facility is not None,
        )
        for day, title in zip(days, titles, strict=True)
    ]


def room_view(context: Context, day: date, chosen: Sequence[Facility]) -> list[DoctorDay]:
    """Give the day of each room and device."""
    ids = [facility.id for facility in chosen]
    condition = _in(ids)
    entries = _entries(context, [day], condition)
    busy = _busy(context, [day], condition)
    return [
        DoctorDay(
            None,
            facility.title,
            None,
            [],
            _with_hidden(
                [entry for who, _day, entry in entries if facility.id in who.facilities],
                [each for who, _day, each in busy if facility.id in who.facilities],
            ),
            [],
            day,
            all_day=True,
        )
        for facility in chosen
    ]


def _in(facility_ids: Sequence[int]) -> Any:
    uses = select(FacilityUse.appointment_id).where(FacilityUse.facility_id.in_(list(facility_ids)))
    return Appointment.id.in_(uses)


def _free(
    context: Context,
    ids: Sequence[int],
    days: Sequence[date],
    there: dict[tuple[int, date], list[Interval]],
    minutes: int,
    step: int,
    service: Service | None,
) -> dict[tuple[int, date], list[Interval]]:
    wish = wish_of(context, service) if service is not None else Wish(minutes)
    needed = [number for each in wish.needs.values() for number in each]
    of_doctors, of_facilities = taken(context, ids, needed, *bounds(context, days)) if days else ({}, {})
    not_before, horizon = context.now, None
    if service is not None:
        not_before, horizon = earliest(context, service), last_day(context, service)
    found: dict[tuple[int, date], list[Interval]] = defaultdict(list)
    shown = timedelta(minutes=min(step, wish.minutes))
    number_of = service.id if service is not None else 0
    for (doctor, day), hours in there.items():
        if horizon is not None and day > horizon:
            continue
        mine = of_doctors.get(doctor, ())
        for start in starts_in(hours, wish.minutes, step, not_before):
            if fits(start, wish, number_of, mine, of_facilities, doctor_id=doctor) is not None:
                found[doctor, day].append(Interval(start, start + shown))
    return found


def _with_hidden(shown: list[Entry], busy: list[Interval]) -> list[Entry]:
    known = {entry.interval for entry in shown}
    hidden = [Entry(interval) for interval in dict.fromkeys(busy) if interval not in known]
    return sorted([*shown, *hidden], key=lambda entry: entry.interval)


def _entries(context: Context, days: Sequence[date], condition: Any) -> list[tuple[Who, date, Entry]]:
    """Who comes, with whom and where; those who come together as one entry."""
    if not context.may(APPOINTMENT.permission, "view"):
        return []
    wholes = [(day, whole_day(day, context.time_zone)) for day in sorted(days)]
    first, last = wholes[0][1].starts, wholes[-1][1].ends
    statement = (
        select(Appointment, Service.title, Doctor.name)
        .join(Service, Service.id == Appointment.service_id, isouter=True)
        .join(Doctor, Doctor.id == Appointment.doctor_id, isouter=True)
        .where(
            condition,
            Appointment.starts_at < last,
            Appointment.ends_at > first,
            Appointment.state != "cancelled",
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    rows = context.session.execute(statement).all()
    people = APPOINTMENT.by_name["patient"].labels(sorted({row[0].patient_id for row in rows}), context)  # type: ignore[attr-defined]
    uses = uses_of(context, [row[0].id for row in rows])
    found: list[tuple[Who, Entry]] = []
    together: dict[tuple[Any, ...], int] = {}
    for appointment, service, doctor in rows:
        key = (appointment.doctor_id, appointment.service_id, appointment.starts_at)
        if appointment.capacity > 1 and appointment.state != "missed":
            if key in together:
                who, entry = found[together[key]]
                found[together[key]] = (who, replace(entry, others=entry.others + 1))
                continue
            together[key] = len(found)
        who = Who(appointment.doctor_id, frozenset(uses.get(appointment.id, ())))
        entry = Entry(
            Interval(appointment.starts_at, appointment.ends_at),
            id=appointment.id,
            version=appointment.version,
            patient_id=appointment.patient_id,
            patient=people.get(appointment.patient_id, ""),
            service=service or "",
            state=appointment.state,
            note=appointment.note,
            queue_number=appointment.queue_number,
            doctor=doctor or "",
        )
        found.append((who, entry))
    return [
        (who, day, replace(entry, interval=part))
        for who, entry in found
        for day, part in _by_days(entry.interval, wholes)
    ]


def _by_days(interval: Interval, wholes: Sequence[tuple[date, Interval]]) -> Iterator[tuple[date, Interval]]:
    """Give what of an interval lies on each of the days: a visit that goes over midnight has a part on both."""
    for day, whole in wholes:
        if interval.overlaps(whole):
            yield day, Interval(max(interval.starts, whole.starts), min(interval.ends, whole.ends))


def _busy(context: Context, days: Sequence[date], condition: Any) -> list[tuple[Who, date, Interval]]:
    """What is taken, whoever may see whose it is."""
    wholes = [(day, whole_day(day, context.time_zone)) for day in sorted(days)]
    first, last = wholes[0][1].starts, wholes[-1][1].ends
    statement = select(
        Appointment.id,
        Appointment.doctor_id,
        Appointment.starts_at,
        Appointment.ends_at,
    ).where(condition, Appointment.starts_at < last, Appointment.ends_at > first, OCCUPYING)
    found = []
    with context.system("times that are taken, without saying whose") as system:
        rows = system.session.execute(statement).all()
        uses = uses_of(system, [row.id for row in rows])
        for row in rows:
            who = Who(row.doctor_id, frozenset(uses.get(row.id, ())))
            parts = _by_days(Interval(row.starts_at, row.ends_at), wholes)
            found += [(who, day, part) for day, part in parts]
    return found
