"""The days of appointments, for reminders: those that still stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select

from kernel.api import Context, DatedRecord, clock
from plugins.medical.models import STANDING, Appointment


def appointments_on(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give the appointments that stand and begin on one of the days, by the clock of the site."""
    if not days:
        return
    within = [clock.day_bounds(day, context.time_zone) for day in days]
    statement = select(
        Appointment.id, Appointment.starts_at, Appointment.patient_id, Appointment.doctor_user_id
    ).where(
        Appointment.state.in_(STANDING),
        Appointment.binned_at.is_(None),
        or_(*((Appointment.starts_at >= begin) & (Appointment.starts_at < end) for begin, end in within)),
    )
    for number, starts_at, patient_id, doctor in context.session.execute(statement):
        begins = clock.local(starts_at, context.time_zone)
        yield DatedRecord(
            record_id=number,
            day=begins.date(),
            party_id=patient_id,
            owner_id=doctor,
            at=begins.time(),
        )
