"""Writing appointments: new ones, and those that get another time. Who may do so is judged by commands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from kernel.api import Context, Invalid, give_role
from plugins.medical.booking import Place, find_place
from plugins.medical.charging import shares_of
from plugins.medical.models import TAKING, Appointment, Doctor, FacilityUse, Patient, Service

PATIENT_ROLE = "medical.patient"


def enter(
    context: Context,
    doctor: Doctor,
    patient_id: int,
    service: Service,
    starts_at: datetime,
    *,
    minutes: int | None = None,
    note: str | None = None,
    outside_hours: bool = False,
    walk_in: bool = False,
    source: str = "desk",
    series_id: int | None = None,
    state: str = "booked",
) -> Appointment:
    """Write an appointment; raise `Invalid` where the time cannot be had. The caller has judged the right."""
    place = find_place(
        context,
        doctor,
        patient_id,
        service,
        starts_at,
        minutes=minutes,
        outside_hours=outside_hours,
        at_once=walk_in,
    )
    if place.problems:
        raise Invalid(place.problems)
    appointment = Appointment(
        doctor_id=doctor.id,
        patient_id=patient_id,
        service_id=service.id,
        doctor_user_id=doctor.user_id,
        note=note,
        state=state,
        walk_in=walk_in,
        source=source,
        series_id=series_id,
        price=service.price,
    )
    place.put(appointment)
    _insure(context, appointment)
    context.session.add(appointment)
    context.session.flush()
    _use(context, appointment, place)
    with context.system("whoever has an appointment is a patient") as system:
        give_role(system, appointment.patient_id, PATIENT_ROLE)
    return appointment


def _insure(context: Context, appointment: Appointment) -> None:
    """Note the insurers of the patient's file on the visit, and their parts of the price."""
    statement = select(Patient.insurer_id, Patient.supplementary_id).where(
        Patient.party_id == appointment.patient_id
    )
    with context.system("the insurers of the patient's file") as system:
        found = system.session.execute(statement).one_or_none()
    if found is not None and any(found):
        appointment.insurer_id, appointment.supplementary_id = found
        appointment.insurer_part, appointment.supplementary_part = shares_of(context, appointment)


def put(
    context: Context,
    record: Appointment,
    doctor: Doctor,
    starts_at: datetime,
    *,
    minutes: int | None = None,
    outside_hours: bool = False,
    as_before: bool = False,
) -> None:
    """Give an appointment another time; raise `Invalid` where it cannot be had."""
    service = context.session.get_one(Service, record.service_id)
    place = find_place(
        context,
        doctor,
        record.patient_id,
        service,
        starts_at,
        minutes=minutes,
        outside_hours=outside_hours,
        as_before=as_before,
        but=record.id,
    )
    if place.problems:
        raise Invalid(place.problems)
    _leave(context, record)
    record.doctor_id = doctor.id
    record.doctor_user_id = doctor.user_id
    place.put(record)
    record.planned_from = record.asked_at = None
    context.session.flush()
    _use(context, record, place)


def _use(context: Context, record: Appointment, place: Place) -> None:
    """Note what an appointment takes; the constraint on these rows refuses what is taken."""
    if not place.facilities:
        return
    with context.system("the rooms and devices of an appointment") as system:
        taking = select(Appointment.id, *(getattr(Appointment, name) for name in TAKING))
        row = system.session.execute(taking.where(Appointment.id == record.id)).one()
        system.session.add_all(
            FacilityUse(
                appointment_id=row.id, facility_id=number, **{name: getattr(row, name) for name in TAKING}
            )
            for number in place.facilities.values()
        )
        system.session.flush()


def _leave(context: Context, record: Appointment) -> None:
    """Give up the rooms and devices before an appointment moves: they would move along with it."""
    with context.system("the rooms and devices of an appointment") as system:
        system.session.execute(delete(FacilityUse).where(FacilityUse.appointment_id == record.id))
