"""What patients do themselves, by link, SMS and USSD: book, confirm and cancel, within what the clinic allows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from kernel.api import Context, Invalid, Party, Problem, Refused, _
from plugins.medical.booking import wait_for
from plugins.medical.entering import enter
from plugins.medical.hours import day_of
from plugins.medical.models import STANDING, Appointment, BookingLink, Doctor, Service
from plugins.medical.slots import free_slots, givers, wish_of
from plugins.medical.telling import tell_doctor, tell_patient
from plugins.medical.waitlist import call_off

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without signs that are taken for one another."""
CODE_LENGTH = 12
LINK_DAYS = 180


def book_for_self(
    system: Context, party_id: int, service_id: int, doctor_id: int, starts_at: datetime, source: str
) -> Appointment:
    """Book a time for a patient who asks himself; raise `Invalid` or `Refused` in words for him."""
    service = system.session.get(Service, service_id)
    if service is None or service.binned_at is not None or not service.active or not service.self_booking:
        raise Invalid([Problem("service", _("This service cannot be booked at present."))])
    doctor = next((each for each in givers(system, service.id) if each.id == doctor_id), None)
    if doctor is None:
        raise Invalid([Problem("doctor", _("This doctor takes no appointments at present."))])
    wait_for(system, doctor, party_id, wish_of(system, service))
    _limit(system, party_id)
    day = day_of(starts_at, system.time_zone)
    if all(slot.starts_at != starts_at for slot in free_slots(system, service, [doctor], day, day)):
        raise Invalid([Problem("starts_at", _("This time is no longer free."))])
    made = enter(system, doctor, party_id, service, starts_at, source=source)
    tell_doctor(system, made)
    tell_patient(system, made, "booked")
    return made


def _limit(system: Context, party_id: int) -> None:
    most = system.runtime.setting("medical.self_most")
    statement = select(func.count()).where(
        Appointment.patient_id == party_id,
        Appointment.state.in_(STANDING),
        Appointment.starts_at > system.now,
        Appointment.source != "desk",
        Appointment.binned_at.is_(None),
    )
    if system.session.execute(statement).scalar_one() >= most:
        raise Refused(_("You have %(most)s appointments already. Please call us for another one.", most=most))


def coming(system: Context, party_ids: Sequence[int], limit: int = 5) -> list[Appointment]:
    """Give the standing appointments of parties that are to come, the next one first."""
    statement = (
        select(Appointment)
        .where(
            Appointment.patient_id.in_(list(party_ids)),
            Appointment.state.in_(STANDING),
            Appointment.starts_at > system.now,
            Appointment.binned_at.is_(None),
        )
        .order_by(Appointment.starts_at)
        .limit(limit)
        .with_for_update()
    )
    return list(system.session.execute(statement).scalars())


def shown_coming(system: Context, party_id: int) -> list[tuple[Appointment, str, str]]:
    """Give the same for a page that only reads, with the names of doctor and service."""
    statement = (
        select(Appointment, Doctor.name, Service.title)
        .join(Doctor, Doctor.id == Appointment.doctor_id)
        .join(Service, Service.id == Appointment.service_id)
        .where(
            Appointment.patient_id == party_id,
            Appointment.state.in_(STANDING),
            Appointment.starts_at > system.now,
            Appointment.binned_at.is_(None),
        )
        .order_by(Appointment.starts_at)
    )
    return [(row[0], row[1], row[2]) for row in system.session.execute(statement)]


def confirm(system: Context, appointment: Appointment) -> None:
    """Note that the patient will come."""
    appointment.asked_at = None
    if appointment.state == "booked":
        appointment.state = "confirmed"
    system.session.flush()


def cancel_by_patient(system: Context, appointment: Appointment) -> None:
    """Cancel on behalf of the patient; raise `Refused` where it is too late for that."""
    hours = system.runtime.setting("medical.cancel_hours")
    if hours and appointment.starts_at - system.now < timedelta(hours=hours):
        raise Refused(
            _("It is too late to cancel: less than %(hours)s hours are left. Please call us.", hours=hours)
        )
    call_off(system, appointment, "patient", None)


def link_code(system: Context, party_id: int) -> str:
    """Give the code of a patient's booking page: the one he has, as long as it is good for a while, else a new one."""
    key = func.hashtextextended(f"medical link {party_id}", 6)
    system.session.execute(select(func.pg_advisory_xact_lock(key)))
    until = system.today + timedelta(days=LINK_DAYS)
    statement = select(BookingLink).where(BookingLink.party_id == party_id).with_for_update()
    known = system.session.execute(statement).scalar_one_or_none()
    if known is None:
        known = BookingLink(party_id=party_id, code=_new_code(), until=until)
        system.session.add(known)
    elif known.until < system.today:
        known.code = _new_code()
    known.until = until
    system.session.flush()
    return known.code


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def whose(system: Context, code: str) -> int | None:
    """Give the party whose code this is; None where it is nobody's, is good no more, or he is in the bin."""
    statement = (
        select(BookingLink.party_id)
        .join(Party, Party.id == BookingLink.party_id)
        .where(
            BookingLink.code == code.strip().lower()[:40],
            BookingLink.until >= system.today,
            Party.binned_at.is_(None),
        )
    )
    return system.session.execute(statement).scalar_one_or_none()
