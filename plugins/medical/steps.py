"""The first steps of a clinic: a doctor with hours, and the first appointment."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from kernel.api import Context, FirstStep, _
from plugins.medical.models import Appointment, Doctor


def first_steps(context: Context) -> Iterator[FirstStep]:
    """Give the steps, each ticked where the actor sees that it was taken."""
    yield FirstStep(
        key="doctor",
        title=_("Enter a doctor with the weekly hours"),
        url="/medical/doctors/new",
        done=context.session.execute(select(Doctor.id).limit(1)).first() is not None,
        permission=("medical.doctor", "create"),
        order=100,
    )
    yield FirstStep(
        key="appointment",
        title=_("Book the first appointment"),
        url="/medical/day",
        done=context.session.execute(select(Appointment.id).limit(1)).first() is not None,
        permission=("medical.appointment", "create"),
        order=110,
    )
