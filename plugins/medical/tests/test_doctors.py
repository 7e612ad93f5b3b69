"""What the suggested pattern of doctors lets them do, and how a site that took it over earlier gets what is new in it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.access.actor import Actor
from kernel.access.models import AccessGrant
from kernel.data.engines import Engines
from kernel.parties.models import PersonHealth
from kernel.resources.errors import Forbidden, Invalid
from plugins.medical.tests.conftest import Clinic
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
