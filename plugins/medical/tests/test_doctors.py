"""What the suggested pattern of doctors lets them do, and how a site that took it over earlier gets what is new in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.access.actor import Actor
from kernel.access.models import AccessGrant
from kernel.data.engines import Engines
from kernel.parties.models import PersonHealth
from kernel.resources.errors import Forbidden, Invalid, NotFound
from plugins.medical.calendar import day_view, doctors
from plugins.medical.tests.conftest import SATURDAY, Clinic
from plugins.medical.tests.test_commands import make

PATTERN = "medical.doctor"


@pytest.fixture
def older(clinic: Clinic, engines: Engines) -> int:
    """The pattern as sites took it over before doctors could edit persons; gives its id."""
    number: int = clinic.run("pattern.take_over", suggestion=PATTERN)
    with engines.owner(clinic.runtime.site).begin() as owner:
        gone = owner.execute(
            text(
                "DELETE FROM kernel.access_grant WHERE pattern_id = :id AND resource = 'party' AND action = 'edit'"
            ),
            {"id": number},
        )
        assert gone.rowcount == 1
    return number


def doctor(clinic: Clinic, engines: Engines, pattern: int, name: str) -> Actor:
    """Give somebody with exactly the pattern's rights."""
    with engines.owner(clinic.runtime.site).connect() as owner:
        rows = owner.execute(
            select(AccessGrant.resource, AccessGrant.action, AccessGrant.scope).where(
                AccessGrant.pattern_id == pattern
            )
        )
        return make(clinic, engines, name, {(row.resource, row.action): row.scope for row in rows})


def note_illness(clinic: Clinic, actor: Actor) -> Any:
    return clinic.run(
        "record.edit",
        actor,
        resource="person",
        record_id=clinic.persons[0],
        values={},
        parts={"consents": [{"covers_health": "1", "how": "form", "given_on": "1405/08/01"}]},
        facets={"health": {"illnesses": "asthma"}},
    )


def test_doctors_note_what_they_find_once_the_site_takes_the_new_rights_over(
    clinic: Clinic, engines: Engines, older: int
) -> None:
    with pytest.raises(Forbidden):
        note_illness(clinic, doctor(clinic, engines, older, "early"))
    assert clinic.run("pattern.take_over", suggestion=PATTERN) == older
    actor = doctor(clinic, engines, older, "late")
    note_illness(clinic, actor)
    with clinic.runtime.reading(actor) as context:
        query = select(PersonHealth.illnesses).where(PersonHealth.party_id == clinic.persons[0])
        assert context.session.scalars(query).all() == ["asthma"]
    with pytest.raises(Forbidden):
        clinic.run("record.delete", actor, resource="person", record_id=clinic.persons[0])


def test_who_may_change_facts_but_not_begin_them_is_told_so(
    clinic: Clinic, engines: Engines, older: int
) -> None:
    clinic.run("pattern.take_over", suggestion=PATTERN)
    with engines.owner(clinic.runtime.site).begin() as owner:
        owner.execute(
            text(
                "DELETE FROM kernel.access_grant WHERE pattern_id = :id AND resource = 'party_health' AND action = 'create'"
            ),
            {"id": older},
        )
    actor = doctor(clinic, engines, older, "half")
    with pytest.raises(Invalid, match="“Health” cannot be entered here"):
        note_illness(clinic, actor)
    with clinic.runtime.reading(clinic.administrator) as context:
        assert context.session.scalars(select(PersonHealth.id)).all() == []


def test_a_sign_in_that_is_given_later_sees_what_was_booked_before(clinic: Clinic, engines: Engines) -> None:
    """A clinic books for months before a doctor gets a sign-in; when the sign-in changes, what is to come goes along."""
    rights = {(name, "view"): "all" for name in ("party", "medical.doctor", "medical.service")}
    rights |= {("medical.appointment", action): "own" for action in ("view", "edit")}
    old, new = (make(clinic, engines, name, rights) for name in ("old", "new"))
    document = {"patient": clinic.persons[0], "title": "Finding", "doctor": clinic.doctors[0]}
    clinic.run("record.create", resource="medical.document", values=document)
    booked = clinic.book("1405/08/30 09:00")
    others = clinic.book("1405/08/30 10:00", doctor=1)

    def sign_in(actor: Actor | None) -> None:
        values = {"user": actor.user_id if actor is not None else None}
        clinic.run("record.edit", resource="medical.doctor", record_id=clinic.doctors[0], values=values)

    def confirm(actor: Actor, appointment: int) -> None:
        clinic.run("medical.set_state", actor, appointment=appointment, state="confirmed")

    sign_in(old)
    confirm(old, booked)
    with pytest.raises(NotFound):
        confirm(old, others)
    with engines.owner(clinic.runtime.site).connect() as owner:
        seen_by = owner.execute(text("SELECT doctor_user_id FROM medical.file_entry")).scalars().all()
    assert seen_by == [old.user_id]
    sign_in(new)
    with pytest.raises(NotFound):
        clinic.run("medical.step_back", old, appointment=booked)
    clinic.run("medical.step_back", new, appointment=booked)
    sign_in(None)
    with pytest.raises(NotFound):
        confirm(new, booked)


def test_a_night_shift_is_told_how_it_stands(clinic: Clinic) -> None:
    night = {"weekday": "0", "starts": "22:00", "ends": "06:00"}
    with pytest.raises(Invalid, match="two rows: until 23:59") as refused:
        clinic.run(
            "record.edit",
            resource="medical.doctor",
            record_id=clinic.doctors[0],
            values={},
            parts={"hours": [night]},
        )
    assert [each.field for each in refused.value.problems] == ["ends"]
    halves = [
        {"weekday": "0", "starts": "22:00", "ends": "23:59"},
        {"weekday": "1", "starts": "00:00", "ends": "06:00"},
    ]
    clinic.run(
        "record.edit",
        resource="medical.doctor",
        record_id=clinic.doctors[0],
        values={},
        parts={"hours": halves},
    )
    with pytest.raises(Invalid, match="go over midnight") as over:
        clinic.book("1405/08/30 23:50")
    assert [each.field for each in over.value.problems] == ["starts_at"]
    assert clinic.book("1405/08/30 23:39")
    assert clinic.book("1405/09/01 00:00", patient=1)


def test_a_visit_over_midnight_stands_on_both_days(clinic: Clinic) -> None:
    """It is booked outside the hours, by right; each day shows its own part, and the doctor is busy for all of it."""
    clinic.book("1405/08/30 23:50", outside_hours=True)
    parts = []
    with clinic.runtime.reading(clinic.administrator) as context:
        chosen = doctors(context)[:1]
        for day in (SATURDAY, SATURDAY + timedelta(days=1)):
            (column,) = day_view(context, day, chosen, 20, 15)
            parts += [(entry.patient, entry.interval) for entry in column.entries]
    assert [name for name, _part in parts] == ["Sara Rad", "Sara Rad"]
    assert [(part.ends - part.starts).total_seconds() / 60 for _name, part in parts] == [10, 10]
    with pytest.raises(Invalid, match="doctor already has"):
        clinic.book("1405/09/01 00:05", patient=1, outside_hours=True)
