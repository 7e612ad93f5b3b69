"""What follows from a change of a doctor: whose sign-in sees the appointments, referrals and documents of that doctor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select, update

from kernel.api import Context
from plugins.medical.models import Appointment, Doctor, FileEntry, Referral


def follow_doctor(context: Context, ids: Sequence[int], action: str) -> None:
    """A doctor was written. Rows that were made before the doctor had a sign-in, and those that still matter, are seen by
    the sign-in of now; what is past stays with whoever it was then.
    """
    if action != "changed":
        return
    still_matters: tuple[tuple[Any, Any], ...] = (
        (Appointment, Appointment.starts_at >= context.now),
        (Referral, Referral.state == "open"),
        (FileEntry, None),
    )
    with context.system("whose sign-in a doctor has") as system:
        for model, matters in still_matters:
            user = select(Doctor.user_id).where(Doctor.id == model.doctor_id).scalar_subquery()
            without = model.doctor_user_id.is_(None)
            system.session.execute(
                update(model)
                .where(
                    model.doctor_id.in_(list(ids)),
                    model.doctor_user_id.is_distinct_from(user),
                    without if matters is None else or_(without, matters),
                )
                .values(doctor_user_id=user)
                .execution_options(synchronize_session=False)
            )
