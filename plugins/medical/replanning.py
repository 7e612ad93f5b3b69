"""Appointments that no longer fit: their day became a holiday, the doctor is away or takes none any more, the hours were
changed, or a room or device of theirs is out of use.

They are found by comparing what stands with when doctors are there, so that nothing has to tell of a change. For each a
free time near to it is proposed, no time to two of them, and none at which the patient is elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from kernel.api import Context
from plugins.medical.hours import Interval, Taken, Wish, day_of, fits, starts_in
from plugins.medical.models import STANDING, Appointment, Doctor, Facility, FacilityUse, Service
from plugins.medical.presence import bounds, presence, taken, times_of_patients, uses_of
from plugins.medical.slots import wishes_of

AHEAD = 90
"""Days that are looked through."""
TRIED = 30
"""Days after the appointment in which another time is looked for."""
MOST = 200


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
    calendar = _Calendar(context, chosen)
    return [Misfit(each, calendar.propose(each)) for each in chosen]


class _Calendar:
    """What is taken around the appointments that are planned anew, and what was proposed of it: nothing to two of them."""

    def __init__(self, context: Context, chosen: Sequence[Appointment]) -> None:
        doctors = sorted({each.doctor_id for each in chosen})
        services = select(Service).where(Service.id.in_({each.service_id for each in chosen}))
        self.wishes = wishes_of(context, list(context.session.execute(services).scalars()))
        self.days = _days(context, chosen)
        self.now, self.zone = context.now, context.time_zone
        self.step = context.runtime.setting("medical.slot_minutes")
        self.active = _active_doctors(context, doctors)
        self.there = presence(context, doctors, self.days)
        self.uses = uses_of(context, [each.id for each in chosen])
        around = bounds(context, self.days)
        needed = {number for wish in self.wishes.values() for each in wish.needs.values() for number in each}
        self.of_doctors, self.of_facilities = taken(context, doctors, needed, *around)
        self.patients = times_of_patients(context, {each.patient_id for each in chosen}, *around)

    def propose(self, appointment: Appointment) -> datetime | None:
        """Find another time for an appointment, and take it so that no other gets it; it is not in its own way."""
        wish = _as_long(self.wishes.get(appointment.service_id), appointment)
        if wish is None or appointment.doctor_id not in self.active:
            return None
        own = _own_marks(
            appointment, self.uses.get(appointment.id, set()), self.of_doctors, self.of_facilities
        )
        for marks, mark in own:
            marks.remove(mark)
        patient = self.patients[appointment.patient_id]
        before = patient.pop(appointment.id, None)
        found = self._find(appointment, wish, patient.values())
        if found is not None:
            patient[appointment.id] = wish.visit(found)
        elif before is not None:
            patient[appointment.id] = before
        for marks, mark in own:  # until it is moved, it takes its former time from others
            marks.append(mark)
        return found

    def _find(self, appointment: Appointment, wish: Wish, elsewhere: Collection[Interval]) -> datetime | None:
        """The own time, where that is free but for a room, else the doctor's first free time from that day on."""
        begin = day_of(appointment.starts_at, self.zone)
        doctor, own = appointment.doctor_id, wish.visit(appointment.starts_at)
        for day in self.days:
            if not begin <= day <= begin + timedelta(days=TRIED):
                continue
            hours = self.there[doctor, day]
            starts = starts_in(hours, wish.minutes, self.step, self.now)
            same = any(each.holds(own) for each in hours)
            for start in [appointment.starts_at, *starts] if same else starts:
                if any(each.overlaps(wish.visit(start)) for each in elsewhere):
                    continue
                if self._take(appointment, wish, start):
                    return start
        return None

    def _take(self, appointment: Appointment, wish: Wish, start: datetime) -> bool:
        """Take a time where it is free, with the rooms and devices of the visit."""
        doctor, service = appointment.doctor_id, appointment.service_id
        mine = self.of_doctors.get(doctor, ())
        rooms = fits(start, wish, service, mine, self.of_facilities, doctor_id=doctor)
        if rooms is None:
            return False
        mark = Taken(wish.busy(start), (doctor, service, start) if wish.capacity > 1 else None)
        self.of_doctors.setdefault(doctor, []).append(mark)
        for number in rooms.values():
            self.of_facilities.setdefault(number, []).append(mark)
        return True


def _as_long(wish: Wish | None, appointment: Appointment) -> Wish | None:
    """The visit stays as long as it is, whatever its service says."""
    if wish is None or wish.capacity > 1:
        return wish
    return replace(wish, minutes=appointment.minutes)


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
    days = sorted({day_of(_former(row).starts, zone) for row in rows})
    doctors = sorted({row.doctor_id for row in rows})
    there, active = presence(context, doctors, days), _active_doctors(context, doctors)
    found = []
    for row in rows:
        former = _former(row)
        hours = there[row.doctor_id, day_of(former.starts, zone)]
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
    days = sorted({day_of(row.starts_at, zone) for row in rows})
    doctors = sorted({row.doctor_id for row in rows})
    there, active = presence(context, doctors, days), _active_doctors(context, doctors)
    without_room = _out_of_use(context)
    found = []
    for row in rows:
        own = day_of(row.starts_at, zone)
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
    first = max(context.today, min(day_of(each.starts_at, zone) for each in chosen))
    last = max(day_of(each.starts_at, zone) for each in chosen) + timedelta(days=TRIED)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
