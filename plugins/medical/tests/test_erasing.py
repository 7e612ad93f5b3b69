"""A patient is erased: appointments stay without a word of him, in the history too."""

from __future__ import annotations

from sqlalchemy import select, text

from plugins.medical.models import Appointment
from plugins.medical.tests.conftest import Clinic

SECRET = "zqxvj"


def test_appointments_stay_without_what_was_noted(clinic: Clinic, engines) -> None:
    booked = clinic.book("2026-11-21T09:00:00+03:30", note=SECRET)
    other = clinic.book("2026-11-21T10:00:00+03:30", patient=1, note="other")
    clinic.run("medical.cancel", appointment=booked, by="patient", reason=f"{SECRET}2")
    clinic.run("party.erase", party_id=clinic.persons[0], confirmed=clinic.persons[0])
    with clinic.runtime.reading(clinic.administrator) as context:
        rows = context.session.execute(
            select(Appointment.id, Appointment.note, Appointment.cancel_reason).order_by(Appointment.id)
        ).all()
    assert [tuple(row) for row in rows] == [(booked, None, None), (other, "other", None)]
    with engines.owner(clinic.runtime.site).connect() as owner:
        told = owner.execute(text("SELECT subject_id, changes::text FROM kernel.history ORDER BY id")).all()
    assert SECRET not in str(told)
    assert any('"other"' in row.changes for row in told)
    assert sum("•••" in row.changes for row in told if row.subject_id == booked) >= 2
