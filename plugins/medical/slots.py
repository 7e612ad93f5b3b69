"""Free times: of a service, with one doctor or several, on some days and in a part of the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, LazyText, _
from plugins.medical.hours import Interval, Taken, Wish, fits, starts_in
from plugins.medical.models import Doctor, Facility, Service, ServiceDoctor, ServiceFacility
from plugins.medical.presence import bounds, presence, taken, times_of

PARTS: dict[str, LazyText] = {
    "any": _("Any time"),
    "morning": _("Morning (until 12)"),
    "afternoon": _("Afternoon (12 to 16)"),
    "evening": _("Evening (after 16)"),
}
HOURS: dict[str, tuple[int, int]] = {
    "any": (0, 24),
    "morning": (0, 12),
    "afternoon": (12, 16),
    "evening": (16, 24),
}


@dataclass(frozen=True)
class Slot:
    """A time that is free."""

    doctor_id: int
    starts_at: datetime
    ends_at: datetime


def wish_of(context: Context, service: Service, minutes: int | None = None) -> Wish:
    """Give what a visit of a service takes."""
    wish = wishes_of(context, [service])[service.id]
    return wish if minutes is None else replace(wish, minutes=minutes)


def wishes_of(context: Context, chosen: Sequence[Service]) -> dict[int, Wish]:
    """Give what visits of these services take, by service; one query.

    What is always needed is a choice of one. A kind of which all rooms or devices are out of use is needed all the same:
    then nothing is free.
    """
    statement = (
        select(
            ServiceFacility.service_id,
            Facility.kind,
            Facility.id,
            Facility.active,
            ServiceFacility.always,
        )
        .join(Facility, ServiceFacility.facility_id == Facility.id)
        .where(ServiceFacility.service_id.in_([service.id for service in chosen]))
        .order_by(ServiceFacility.id)
    )
    needs: dict[int, dict[str, list[int]]] = {service.id: {} for service in chosen}
    for service_id, kind, number, active, always in context.session.execute(statement):
        need = f"{kind} {number}" if always else kind
        needs[service_id].setdefault(need, []).extend([number] if active else [])
    return {
        service.id: Wish(
            service.minutes,
            service.buffer_before,
            service.buffer_after,
            service.capacity,
            needs[service.id],
        )
        for service in chosen
    }


def givers(
    context: Context, service_id: int, *, specialty: int | None = None, group: int | None = None
) -> list[Doctor]:
    """Give the active doctors who give a service, of one specialty or group where asked; all, where none is named."""
    named = select(ServiceDoctor.doctor_id).where(ServiceDoctor.service_id == service_id)
    only = set(context.session.execute(named).scalars())
    statement = select(Doctor).where(Doctor.active).order_by(Doctor.sort_key, Doctor.id)
    if only:
        statement = statement.where(Doctor.id.in_(only))
    if specialty is not None:
        statement = statement.where(Doctor.specialty_id == specialty)
    if group is not None:
        statement = statement.where(Doctor.group_id == group)
    return list(context.session.execute(statement).scalars())


def earliest(context: Context, service: Service) -> datetime:
    """Give the first moment at which the service can still be booked: its notice from now."""
    return context.now + timedelta(hours=service.notice_hours)


def last_day(context: Context, service: Service) -> date | None:
    """Give the last day that can be booked; None where any can."""
    return context.today + timedelta(days=service.horizon_days) if service.horizon_days else None


def free_slots(
    context: Context,
    service: Service,
    doctors: Sequence[Doctor],
    first: date,
    last: date,
    *,
    part: str = "any",
    most: int | None = None,
    at_once: bool = False,
    minutes: int | None = None,
    patient: int | None = None,
) -> list[Slot]:
    """Give the free times between two days in the order of time, within notice and horizon; a constant number of queries.

    `at_once` is for somebody who is here: notice does not count. `minutes` where the visit is to be longer or shorter;
    of a `patient`, the times at which he is elsewhere are left out.
    """
    horizon = last_day(context, service)
    last = last if horizon is None else min(last, horizon)
    first = max(first, context.today)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if not days or not doctors:
        return []
    found: list[Slot] = []
    not_before = context.now if at_once else earliest(context, service)
    wish = wish_of(context, service, minutes)
    elsewhere = times_of(context, patient, *bounds(context, days)) if patient is not None else []
    for slot in _walk(context, service.id, wish, doctors, days, part, not_before):
        if any(each.overlaps(Interval(slot.starts_at, slot.ends_at)) for each in elsewhere):
            continue
        found.append(slot)
        if most is not None and len(found) >= most:
            break
    return found


def _walk(
    context: Context,
    service_id: int,
    wish: Wish,
    doctors: Sequence[Doctor],
    days: Sequence[date],
    part: str,
    not_before: datetime,
) -> Iterator[Slot]:
    ids = [doctor.id for doctor in doctors]
    there = presence(context, ids, days)
    needed = [number for each in wish.needs.values() for number in each]
    of_doctors, of_facilities = taken(context, ids, needed, *bounds(context, days))
    step = context.runtime.setting("medical.slot_minutes")
    opens, closes = HOURS[part]
    for day in days:
        candidates = sorted(
            (start, place, number)
            for place, number in enumerate(ids)
            for start in starts_in(there[number, day], wish.minutes, step, not_before)
            if opens <= start.astimezone(context.time_zone).hour < closes
        )
        around = Interval(*bounds(context, [day]))
        mine = {number: _within(of_doctors.get(number, ()), around) for number in ids}
        things = {number: _within(found, around) for number, found in of_facilities.items()}
        for start, _place, number in candidates:
            free = fits(start, wish, service_id, mine[number], things, doctor_id=number)
            if free is not None:
                yield Slot(number, start, wish.visit(start).ends)


def _within(found: Iterable[Taken], around: Interval) -> list[Taken]:
    """What of it touches a day: to look through all of a month for each time takes long."""
    return [each for each in found if each.interval.overlaps(around)]


def services(context: Context, *, by_patients: bool = False) -> list[Service]:
    """Give the services that can be booked; those alone that patients may book themselves where asked."""
    conditions: list[Any] = [Service.active]
    if by_patients:
        conditions.append(Service.self_booking)
    statement = select(Service).where(*conditions).order_by(Service.sort_key, Service.id)
    return list(context.session.execute(statement).scalars())
