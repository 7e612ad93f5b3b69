"""Those who wait: a time that comes free is held for the first in line, who is asked by SMS; then for the next.

The place is held by an appointment in the state *offered*, so that nobody else can have it meanwhile. Whoever does not take
it in time, or declines, stays in line for other times; after some offers without an answer the wait ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from kernel.api import Context, Party
from plugins.medical.booking import find_place
from plugins.medical.charging import take_back_bill
from plugins.medical.entering import enter
from plugins.medical.hours import Interval, day_of
from plugins.medical.models import Appointment, Doctor, Referral, Service, Waiting
from plugins.medical.presence import doctor_present
from plugins.medical.proposing import forget
from plugins.medical.slots import HOURS, free_slots, givers
from plugins.medical.telling import CALLED_OFF, tell_doctor, tell_patient

AWAKE = range(8, 22)
"""Hours of the day in which people are asked."""
LONGEST_LINE = 50
"""So many of a line are looked at for one time."""
MOST_SOUGHT = 500
"""For so many of all who wait a free time is looked for at once."""
MOST_OFFERS = 3
"""After so many offers without an answer a wait ends."""
UNREACHED_FOR = timedelta(hours=1)
"""So long whom no SMS reached is passed over, until he is tried again: a number may have been entered meanwhile."""


def call_off(context: Context, record: Appointment, by: str, reason: str | None) -> None:
    """Cancel an appointment, tell the doctor, and offer the time."""
    record.state = "cancelled"
    record.cancelled_by = by
    record.cancel_reason = reason
    record.planned_from = record.asked_at = None
    context.session.flush()
    if by != "offer":
        take_back_bill(context, record, reason or context.text(CALLED_OFF))
        _open_referral(context, record)
    tell_doctor(context, record)
    offer_place(context, record.doctor_id, record.starts_at)


def _open_referral(context: Context, record: Appointment) -> None:
    """Who was sent to another doctor and does not come there is still to be seen: the referral can be booked anew."""
    statement = select(Referral).where(
        Referral.appointment_id == record.id, Referral.state == "booked", Referral.binned_at.is_(None)
    )
    with context.system("the referral of an appointment that is cancelled") as system:
        for referral in system.session.execute(statement.with_for_update()).scalars():
            referral.state, referral.appointment_id = "open", None
        system.session.flush()


def offer_place(context: Context, doctor_id: int, starts_at: datetime) -> int | None:
    """Offer a time that came free to the first in line whom it suits; gives the id of the wait, or None."""
    if not _asking(context) or starts_at <= context.now:
        return None
    with context.system("offer a time that came free") as system:
        doctor = system.session.get(Doctor, doctor_id)
        if doctor is None:
            return None
        for waiting in _line(system, doctor_id, starts_at):
            if hold(system, waiting, doctor, starts_at):
                return waiting.id
    return None


def _asking(context: Context) -> bool:
    hour = context.now.astimezone(context.time_zone).hour
    return bool(context.runtime.setting("medical.offer_minutes")) and hour in AWAKE


def _line(system: Context, doctor_id: int, starts_at: datetime) -> Iterator[Waiting]:
    local = starts_at.astimezone(system.time_zone)
    parts = [part for part, (opens, closes) in HOURS.items() if opens <= local.hour < closes]
    statement = (
        select(Waiting.id)
        .where(
            *_waits(system),
            or_(Waiting.doctor_id.is_(None), Waiting.doctor_id == doctor_id),
            Waiting.first_day <= local.date(),
            Waiting.last_day >= local.date(),
            Waiting.part.in_(parts),
        )
        .order_by(Waiting.id)
        .limit(LONGEST_LINE)
    )
    for number in system.session.execute(statement).scalars().all():
        waiting = _turn_of(system, number)
        if waiting is not None:
            yield waiting


def _waits(system: Context) -> tuple[ColumnElement[bool], ...]:
    """Who can be offered a time: he waits, and was not out of reach just now."""
    tried_again = Waiting.unreached_at.is_(None) | (Waiting.unreached_at <= system.now - UNREACHED_FOR)
    return Waiting.state == "waiting", Waiting.binned_at.is_(None), tried_again


def _turn_of(system: Context, number: int) -> Waiting | None:
    """Give somebody in line, locked when it is his turn and not before: another time that comes free at once is for the
    next. None where he was offered one meanwhile, or is in the bin.
    """
    statement = select(Waiting).where(Waiting.id == number).with_for_update()
    row = system.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None or row.state != "waiting" or row.binned_at is not None:
        return None
    gone = select(Party.binned_at).where(Party.id == row.patient_id)
    return row if system.session.execute(gone).scalar_one_or_none() is None else None


def hold(system: Context, waiting: Waiting, doctor: Doctor, starts_at: datetime) -> bool:
    """Hold a time for somebody in line and ask by SMS, where it suits and was not offered to him before.

    Nothing is held for whom no SMS reaches: the line shows that he is to be called, and the time is the next one's.
    """
    service = system.session.get_one(Service, waiting.service_id)
    if starts_at in _refused(system, waiting, doctor.id):
        return False
    if find_place(system, doctor, waiting.patient_id, service, starts_at).problems:
        return False
    with system.session.begin_nested() as step:
        asked = _ask(system, waiting, doctor, service, starts_at)
        if not asked:
            step.rollback()
    waiting.unreached_at = None if asked else system.now
    system.session.flush()
    return asked


def _ask(system: Context, waiting: Waiting, doctor: Doctor, service: Service, starts_at: datetime) -> bool:
    """Hold the time and ask; False where the patient cannot be told, for all of this to be taken back."""
    held = enter(system, doctor, waiting.patient_id, service, starts_at, source="waiting", state="offered")
    minutes = system.runtime.setting("medical.offer_minutes")
    waiting.state = "offered"
    waiting.appointment_id = held.id
    waiting.offers += 1
    waiting.offered_until = min(system.now + timedelta(minutes=minutes), held.starts_at)
    system.session.flush()
    forget(system, waiting.patient_id)
    occasion = f"{waiting.id} {waiting.offers}"
    return not tell_patient(system, held, "offer", occasion=occasion, minutes=minutes).unreachable


def _refused(system: Context, waiting: Waiting, doctor_id: int) -> set[datetime]:
    statement = select(Appointment.starts_at).where(
        Appointment.patient_id == waiting.patient_id,
        Appointment.doctor_id == doctor_id,
        Appointment.cancelled_by == "offer",
    )
    return set(system.session.execute(statement).scalars())


def accept(system: Context, waiting: Waiting) -> Appointment | None:
    """Take the place that is offered; None where it is too late, or the doctor is not there any more."""
    held = _held(system, waiting)
    if held is None or waiting.offered_until is None or waiting.offered_until < system.now:
        return None
    if not _still_fits(system, held):
        release(system, waiting, answered=True)
        return None
    held.state = "booked"
    waiting.state = "booked"
    waiting.offered_until = None
    system.session.flush()
    return held


def _still_fits(system: Context, held: Appointment) -> bool:
    """Whether the doctor is still there: leave may have been entered since the time was offered."""
    doctor = system.session.get_one(Doctor, held.doctor_id)
    day = day_of(held.starts_at, system.time_zone)
    visit = Interval(held.starts_at, held.ends_at)
    there = doctor_present(system, [doctor.id], day)[doctor.id]
    return doctor.active and any(each.holds(visit) for each in there)


def release(system: Context, waiting: Waiting, *, answered: bool) -> None:
    """Give up the place that is held, and offer it to the next in line."""
    held = _held(system, waiting)
    waiting.appointment_id = waiting.offered_until = None
    waiting.state = "gone" if not answered and waiting.offers >= MOST_OFFERS else "waiting"
    system.session.flush()
    if held is not None:
        call_off(system, held, "offer", None)


def _held(system: Context, waiting: Waiting) -> Appointment | None:
    if waiting.state != "offered" or waiting.appointment_id is None:
        return None
    statement = select(Appointment).where(Appointment.id == waiting.appointment_id).with_for_update()
    held = system.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    return held if held is not None and held.state == "offered" else None


def offer_to(system: Context, party_ids: list[int]) -> Waiting | None:
    """Give the wait of one of these parties to which a place is offered at present, locked."""
    statement = (
        select(Waiting)
        .where(Waiting.patient_id.in_(party_ids), Waiting.state == "offered", Waiting.binned_at.is_(None))
        .order_by(Waiting.offered_until)
        .limit(1)
        .with_for_update()
    )
    return system.session.execute(statement).scalar_one_or_none()


def tend(system: Context) -> None:
    """End offers whose time is over and waits whose days are past; look for free times for those who wait.

    One worker does this at a time: two would stand in each other's way, and pass over those whom the other looks at.
    """
    key = func.hashtextextended("medical line", 5)
    if not system.session.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one():
        return
    late = (
        select(Waiting)
        .where(Waiting.state == "offered", Waiting.offered_until <= system.now)
        .order_by(Waiting.offered_until, Waiting.id)
    )
    for waiting in system.session.execute(late.with_for_update(skip_locked=True)).scalars().all():
        release(system, waiting, answered=False)
    for held in system.session.execute(_forgotten().with_for_update(skip_locked=True)).scalars().all():
        call_off(system, held, "offer", None)
    past = select(Waiting).where(Waiting.state == "waiting", Waiting.last_day < system.today)
    for waiting in system.session.execute(past.with_for_update(skip_locked=True)).scalars().all():
        waiting.state = "gone"
    system.session.flush()
    if _asking(system):
        _seek(system)


def _forgotten() -> Select[tuple[Appointment]]:
    """The places that are held for a wait which was put into the bin meanwhile."""
    asked = select(Waiting.appointment_id).where(
        Waiting.state == "offered", Waiting.binned_at.is_(None), Waiting.appointment_id == Appointment.id
    )
    return select(Appointment).where(
        Appointment.state == "offered", Appointment.binned_at.is_(None), ~asked.exists()
    )


def _seek(system: Context) -> None:
    """Look for a free time for each who waits; for those who wait for the same only until there is none."""
    statement = select(Waiting).where(*_waits(system)).order_by(Waiting.id).limit(MOST_SOUGHT)
    full: set[tuple[Any, ...]] = set()
    for waiting in system.session.execute(statement).scalars().all():
        wanted = (
            waiting.service_id,
            waiting.doctor_id,
            waiting.first_day,
            waiting.last_day,
            waiting.part,
        )
        if wanted in full:
            continue
        service = system.session.get_one(Service, waiting.service_id)
        doctors = [
            doctor
            for doctor in givers(system, service.id)
            if waiting.doctor_id is None or doctor.id == waiting.doctor_id
        ]
        known = {doctor.id: doctor for doctor in doctors}
        found = free_slots(
            system,
            service,
            doctors,
            waiting.first_day,
            waiting.last_day,
            part=waiting.part,
            most=LONGEST_LINE,
        )
        if not found:
            full.add(wanted)
            continue
        if _turn_of(system, waiting.id) is None:
            continue
        for slot in found:
            if (
                hold(system, waiting, known[slot.doctor_id], slot.starts_at)
                or waiting.unreached_at == system.now
            ):
                break
