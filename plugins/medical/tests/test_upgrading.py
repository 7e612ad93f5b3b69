"""A clinic that began with the first release: its tables with data go through every later step, and work as before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

import plugins.medical
from kernel.lifecycle.migrate import migrate
from plugins.medical.tests.conftest import Clinic

MIGRATIONS = Path(plugins.medical.__file__).parent / "migrations"
AT = "2026-11-21T09:00:00+03:30"


def first_release(owner: Connection, clinic: Clinic) -> None:
    """What a clinic of the first release has: doctors with hours and an absence, services, patients, appointments."""
    values = {"a": clinic.persons[0], "b": clinic.persons[1], "c": clinic.persons[2]}
    for statement in (
        "INSERT INTO kernel.base_value (list, title, search_key) VALUES"
        " ('medical.illness', 'دیابت', 'دیابت'), ('medical.illness', 'آسم', 'اسم')",
        "INSERT INTO medical.patient (party_id, file_number, illness_id) SELECT :a, '12', min(id)"
        " FROM kernel.base_value WHERE list = 'medical.illness'",
        "INSERT INTO medical.doctor (party_id, name, search_key, sort_key) VALUES (:c, 'Dr Old', 'drold', 'drold')",
        "INSERT INTO medical.weekly_hours (doctor_id, weekday, starts, ends) SELECT id, 0, '09:00', '12:00'"
        " FROM medical.doctor",
        "INSERT INTO medical.hours_exception (doctor_id, day, kind) SELECT id, '2026-11-28', 'away'"
        " FROM medical.doctor",
        "INSERT INTO medical.service (title, minutes, price, search_key, sort_key)"
        " VALUES ('Visit', 20, 1500000, 'visit', 'visit')",
    ):
        owner.execute(text(statement), values)
    booking = text(
        "INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at, state, cancelled_by)"
        " SELECT d.id, :party, s.id, CAST(:at AS timestamptz) + :late * interval '1 minute',"
        " CAST(:at AS timestamptz) + (:late + 20) * interval '1 minute', :state, :by"
        " FROM medical.doctor d, medical.service s"
    )
    for party, late, state, by in (
        ("a", 0, "booked", None),
        ("b", 0, "cancelled", "patient"),
        ("b", 20, "confirmed", None),
        ("a", 60, "missed", None),
        ("b", 60, "done", None),
    ):
        given = {"party": values[party], "at": AT, "late": late, "state": state, "by": by}
        owner.execute(booking, given)


@pytest.fixture
def upgraded(clinic: Clinic) -> Any:
    """A connection to the tables as they are after all steps; nothing of it stays."""
    engine = clinic.runtime.engines.owner(clinic.runtime.site)
    with engine.connect() as owner:
        step = owner.begin()
        owner.execute(text("DROP SCHEMA medical CASCADE"))
        owner.execute(text("CREATE SCHEMA medical"))
        migrate(owner, "medical", MIGRATIONS, target="0001")
        first_release(owner, clinic)
        migrate(owner, "medical", MIGRATIONS)
        yield owner
        step.rollback()


def test_old_rows_are_kept_and_guarded(upgraded: Connection) -> None:
    def one(statement: str) -> Any:
        return upgraded.execute(text(statement)).scalar_one()

    assert one("SELECT count(*) FROM medical.appointment") == 5
    assert (
        one("SELECT i.title FROM medical.patient p JOIN medical.illness i ON i.id = p.illness_id") == "دیابت"
    )
    assert one("SELECT count(*) FROM kernel.base_value WHERE list = 'medical.illness'") == 0
    assert one("SELECT count(*) FROM medical.illness") == 2
    assert one("SELECT count(*) FROM medical.appointment WHERE occupies") == 3
    assert one("SELECT sum(busy_until - busy_from) FROM medical.appointment") == 5 * 20 * 60
    assert upgraded.execute(text("SELECT kind, valid_from FROM medical.weekly_hours")).one() == ("work", None)
    copy = (
        "INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at)"
        " SELECT doctor_id, {who}, service_id, starts_at + interval '5 minutes', ends_at"
        " FROM medical.appointment WHERE state = 'booked'"
    )
    for who, name in (
        ("(SELECT party_id FROM medical.doctor)", "doctor"),
        ("patient_id", "(doctor|patient)"),
    ):
        with upgraded.begin_nested() as step:
            with pytest.raises(IntegrityError, match=f"ex_appointment_{name}"):
                upgraded.execute(text(copy.format(who=who)))
            step.rollback()
