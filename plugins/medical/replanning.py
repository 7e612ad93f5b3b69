"""Appointments that no longer fit: their day became a holiday, the doctor is away or takes none any more, the hours were
changed, or a room or device of theirs is out of use.

They are found by comparing what stands with when doctors are there, so that nothing has to tell of a change. For each a
free time near to it is proposed, no time to two of them, and none at which the patient is elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from kernel.api import Context
from plugins.medical.hours import Interval, Taken, Wish, fits, starts_in
from plugins.medical.models import Appointment, Doctor, Facility, FacilityUse, Service
from plugins.medical.presence import Presence, bounds, presence, taken, times_of_patients, uses_of
from plugins.medical.slots import wishes_of

AHEAD = 90
"""Days that are looked through."""
TRIED = 30
"""Days after the appointment in which another time is looked for."""
MOST = 200
STANDING = ("booked", "confirmed")


@dataclass(frozen=True)
class Misfit:
    """An appointment to be planned anew, and the free time that is proposed for it."""

    appointment: Appointment
    proposal: datetime | None


def misfits(context: Context, *, day: date | None = None, doctor: int | None = None) -> list[Misfit]:
    """Give what no longer fits, of one day or doctor where asked, with proposals; a constant number of queries."""
    chosen = _misfitting(context, day, doctor)
    if not chosen:
        return []
    days = _days(context, chosen)
    doctors = sorted({each.doctor_id for each in chosen})
    there = presence(context, doctors, days)
    statement = select(Service).where(Service.id.in_({each.service_id for each in chosen}))
    wishes = wishes_of(context, list(context.session.execute(statement).scalars()))
    needed = {number for wish in wishes.values() for each in wish.needs.values() for number in each}
    of_doctors, of_facilities = taken(context, doctors, needed, *bounds(context, days))
    step = context.runtime.setting("medical.slot_minutes")
    patients = times_of_patients(context, {each.patient_id for each in chosen}, *bounds(context, days))
    found = []
    active = _active_doctors(context, doctors)
    uses = uses_of(context, [each.id for each in chosen])
    for each in chosen:
        wish = _as_long(wishes.get(each.service_id), each)
        proposal = None
        if wish is not None and each.doctor_id in active:
            own = _own_marks(each, uses.get(each.id, set()), of_doctors, of_facilities)
            for marks, mark in own:
                marks.remove(mark)
            mine = patients[each.patient_id]
            before = mine.pop(each.id, None)
            proposal = _propose(context, each, wish, there, days, step, of_doctors, of_facilities, mine)
            if proposal is not None:
                mine[each.id] = wish.visit(proposal)
            elif before is not None:
                mine[each.id] = before
            for marks, mark in own:
                marks.append(mark)
        found.append(Misfit(each, proposal))
    return found


def _as_long(wish: Wish | None, appointment: Appointment) -> Wish | None:
    """The visit stays as long as it is, whatever its service says."""
    if wish is None or wish.capacity > 1:
        return wish
    return replace(wish, minutes=(appointment.ends_at - appointment.starts_at) // timedelta(minutes=1))


def _own_marks(
    appointment: Appointment,
    uses: set[int],
    of_doctors: dict[int, list[Taken]],
    of_facilities: dict[int, list[Taken]],
) -> list[tuple[list[Taken], Taken]]:
    """What the appointment itself takes: it is not in its own way, but in that of others until it is moved."""
    span = Interval(
        appointment.starts_at - timedelta(minutes=appointment.buffer_before),
        appointment.ends_at + timedelta(minutes=appointment.buffer_after),
    )
    lists = [of_doctors.get(appointment.doctor_id, [])]
    lists += [of_facilities[number] for number in uses if number in of_facilities]
    found = []
    for marks in lists:
        mark = next((each for each in marks if each.interval == span), None)
        if mark is not None:
            found.append((marks, mark))
    return found


def _active_doctors(context: Context, ids: Sequence[int]) -> set[int]:
    statement = select(Doctor.id).where(Doctor.id.in_(list(ids)), Doctor.active)
    return set(context.session.execute(statement).scalars())


def restorable(context: Context) -> list[Appointment]:
    """Give what was planned anew and could have its former time back: the doctor is there again, and the time is to come."""
    statement = (
        select(Appointment)
        .where(
            Appointment.planned_from > context.now,
            Appointment.state.in_((*STANDING, "cancelled")),
        )
        .order_by(Appointment.planned_from, Appointment.id)
        .limit(MOST)
    )
    rows = list(context.session.execute(statement).scalars())
    if not rows:
        return []
    zone = context.time_zone
    days = sorted({_former(row).starts.astimezone(zone).date() for row in rows})
    doctors = sorted({row.doctor_id for row in rows})
    there, active = presence(context, doctors, days), _active_doctors(context, doctors)
    found = []
    for row in rows:
        former = _former(row)
        hours = there[row.doctor_id, former.starts.astimezone(zone).date()]
        if row.doctor_id in active and any(each.holds(former) for each in hours):
            found.append(row)
    return found


def _former(row: Appointment) -> Interval:
    begin = row.planned_from or row.starts_at
    return Interval(begin, begin + (row.ends_at - row.starts_at))


def count(context: Context) -> int:
    """Give how many there are, up to the most that are shown."""
    return len(_misfitting(context, None, None))


def _misfitting(context: Context, day: date | None, doctor: int | None) -> list[Appointment]:
    statement = (
        select(Appointment)
        .join(Doctor, Doctor.id == Appointment.doctor_id)
        .where(
            Appointment.state.in_(STANDING),
            Appointment.starts_at > context.now,
            Appointment.starts_at < context.now + timedelta(days=AHEAD),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    if doctor is not None:
        statement = statement.where(Appointment.doctor_id == doctor)
    rows = list(context.session.execute(statement).scalars())
    if not rows:
        return []
    zone = context.time_zone
    days = sorted({row.starts_at.astimezone(zone).date() for row in rows})
    doctors = sorted({row.doctor_id for row in rows})
    there, active = presence(context, doctors, days), _active_doctors(context, doctors)
    without_room = _out_of_use(context)
    found = []
    for row in rows:
        own = row.starts_at.astimezone(zone).date()
        visit = Interval(row.starts_at, row.ends_at)
        holds = any(each.holds(visit) for each in there[row.doctor_id, own])
        fitting = row.doctor_id in active and row.id not in without_room and (row.outside or holds)
        if (day is None or own == day) and not fitting:
            found.append(row)
    return found[:MOST]


def _out_of_use(context: Context) -> set[int]:
    """The appointments to come that have a room or device which is no longer in use."""
    statement = (
        select(FacilityUse.appointment_id)
        .join(Appointment, Appointment.id == FacilityUse.appointment_id)
        .where(
            FacilityUse.facility_id.not_in(select(Facility.id).where(Facility.active)),
            Appointment.starts_at > context.now,
            Appointment.state.in_(STANDING),
        )
    )
    return set(context.session.execute(statement).scalars())


def _days(context: Context, chosen: Sequence[Appointment]) -> list[date]:
    zone = context.time_zone
    first = max(context.today, min(each.starts_at.astimezone(zone).date() for each in chosen))
    last = max(each.starts_at.astimezone(zone).date() for each in chosen) + timedelta(days=TRIED)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _propose(
    context: Context,
    appointment: Appointment,
    wish: Wish,
    there: Presence,
    days: Sequence[date],
    step: int,
    of_doctors: dict[int, list[Taken]],
    of_facilities: dict[int, list[Taken]],
    elsewhere: Mapping[int, Interval],
) -> datetime | None:
    """Find the own time, where that is free but for a room, else the doctor's first free time from that day on; and take
    it so that no other gets it.
    """
    zone = context.time_zone
    begin = appointment.starts_at.astimezone(zone).date()
    doctor = appointment.doctor_id
    for day in days:
        if not begin <= day <= begin + timedelta(days=TRIED):
            continue
        starts = starts_in(there[doctor, day], wish.minutes, step, context.now)
        same = any(each.holds(wish.visit(appointment.starts_at)) for each in there[doctor, day])
        for start in [appointment.starts_at, *starts] if same else starts:
            if any(each.overlaps(wish.visit(start)) for each in elsewhere.values()):
                continue
            rooms = fits(
                start,
                wish,
                appointment.service_id,
                of_doctors.get(doctor, ()),
                of_facilities,
                doctor_id=doctor,
            )
            if rooms is not None:
                group = (doctor, appointment.service_id, start) if wish.capacity > 1 else None
                mark = Taken(wish.busy(start), group)
                of_doctors.setdefault(doctor, []).append(mark)
                for number in rooms.values():
                    of_facilities.setdefault(number, []).append(mark)
                return start
    return None
