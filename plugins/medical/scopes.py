"""A doctor's own patients: whoever has, or had, an appointment with the doctor as whom the user signs in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from kernel.api import Party, RowScope, _
from plugins.medical.models import Appointment, Doctor


def patients_of(user: ColumnElement[Any]) -> Select[Any]:
    """The parties with an appointment that was not cancelled with a doctor whose sign-in is this user."""
    return (
        select(Appointment.patient_id)
        .join(Doctor, Doctor.id == Appointment.doctor_id)
        .where(
            Doctor.user_id == user,
            Doctor.binned_at.is_(None),
            Appointment.binned_at.is_(None),
            Appointment.state != "cancelled",
        )
    )


OWN_PATIENTS = RowScope(key="own_patients", title=_("Own patients"), rows=patients_of, covers={Party: "id"})
