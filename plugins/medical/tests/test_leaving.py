"""A doctor's sign-in goes to another user: the doctor, and the appointments to come, not those that were."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kernel.administration.leaving import belongings
from kernel.testing.users import add_user
from plugins.medical.models import Appointment, Doctor
from plugins.medical.tests.conftest import MORNING, Clinic


def test_appointments_to_come_go_along_and_past_ones_stay(clinic: Clinic, engines) -> None:
    with engines.owner(clinic.runtime.site).begin() as owner:
        old, new = (add_user(owner, name).user_id for name in ("old", "new"))
    clinic.run(
        "record.edit", resource="medical.doctor", record_id=clinic.doctors[0], values={"user": str(old)}
    )
    past = clinic.book("2026-11-21T09:00:00+03:30")
    coming = clinic.book("2026-11-21T10:00:00+03:30", patient=1)
    clinic.runtime.clock = lambda: MORNING + timedelta(minutes=90)
    with clinic.runtime.reading(clinic.administrator) as context:
        found = {each.key: each.count for each in belongings(context, old)}
    assert found == {"medical.doctor.user_id": 1, "medical.appointment.doctor_user_id": 1}
    assert clinic.run("user.hand_over", user_id=old, receivers=[new]) == 2
    with clinic.runtime.reading(clinic.administrator) as context:
        statement = select(Appointment.id, Appointment.doctor_user_id).order_by(Appointment.id)
        assert [tuple(row) for row in context.session.execute(statement)] == [(past, old), (coming, new)]
        mine = select(Doctor.user_id).where(Doctor.id == clinic.doctors[0])
        assert context.session.execute(mine).scalar_one() == new
