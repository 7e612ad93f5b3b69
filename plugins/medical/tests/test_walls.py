"""The statement corpus over real models of the kernel and of this plugin: each wall alone, and both together."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM, Actor
from kernel.access.identity import Identity
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.parties.models import Address, ContactPoint, Party, PartyRole
from kernel.testing.corpus import SHAPES, Subject, examine
from plugins.medical.models import Appointment, Patient
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_commands import make

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

OWN = {
    (resource, action): "own"
    for resource in ("party", "medical.appointment", "medical.patient")
    for action in ("view", "create", "edit", "purge")
}
READING = {("medical.doctor", "view"): "all", ("medical.service", "view"): "all"}


@pytest.fixture
def sara(clinic: Clinic, engines: Engines) -> Actor:
    """Somebody with rows of her own among those of others."""
    actors = [
        make(clinic, engines, name, {**OWN, **READING, ("party", "assign"): "own"})
        for name in ("sara", "omid")
    ]
    for place, actor in enumerate(actors):
        for number in range(2):
            person = clinic.run(
                "record.create",
                actor,
                resource="person",
                values={"last_name": f"Rad {place}{number}", "note": "x"},
                parts={
                    "contacts": [{"kind": "mobile", "value": f"0912000{place}{number}00", "label": "x"}],
                    "addresses": [{"street": "Azadi", "is_main": "1"}],
                },
                facets={"medical": {"file_number": f"{place}{number}"}},
            )
            clinic.run(
                "medical.book",
                actor,
                doctor=clinic.doctors[place],
                patient=person,
                service=clinic.services[0],
                starts_at=f"1405/08/30 {9 + number}:00",
                note="x",
            )
    return actors[0]


def subjects(clinic: Clinic, sara: Actor) -> list[Subject]:
    """Each model with the ids of the rows that are hers and those that are not."""
    with clinic.runtime.reading(SYSTEM("test")) as context:

        def ids(statement: Any) -> frozenset[int]:
            return frozenset(context.session.execute(statement).scalars())

        hers = select(Party.id).where(Party.owner_id == sara.user_id)
        found = [(Party, "note", Party.owner_id == sara.user_id)]
        found += [(model, column, model.party_id.in_(hers)) for model, column in CHILDREN]
        found.append((Appointment, "note", Appointment.patient_id.in_(hers)))
        made = []
        for model, column, visible in found:
            seen = ids(select(model.id).where(visible))
            made.append(Subject(model, seen, ids(select(model.id)) - seen, column))
    assert all(subject.visible and subject.hidden for subject in made)
    return made


CHILDREN = ((ContactPoint, "label"), (Address, "street"), (PartyRole, "role"), (Patient, "file_number"))


WALLS = ("wall 1 alone", "wall 2 alone", "both")
TURNS = 3


@pytest.mark.parametrize("walls", WALLS)
@pytest.mark.parametrize(
    "turn", [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(1, TURNS))]
)
def test_no_statement_reaches_a_hidden_row(
    turn: int, walls: str, clinic: Clinic, sara: Actor, engines: Engines
) -> None:
    """Every statement meets every model behind all three walls, each pair at one of them in each turn.

    The gate takes the first turn; which wall a statement meets there goes round from model to model.
    """
    site, policies = clinic.runtime.site, clinic.runtime.policies
    app, owner = engines.app(site), engines.owner(site)
    tried, complaints = 0, []
    for place, subject in enumerate(subjects(clinic, sara)):
        if walls == "wall 2 alone":
            session = Session(app, expire_on_commit=False)
            Identity(site.signing_key, sara).announce(session.connection())
        else:
            session = open_session(app if walls == "both" else owner, site, sara, policies)
        with session:
            for number, shape in enumerate(SHAPES):
                if shape.fits(subject) and (place + number + turn) % TURNS == WALLS.index(walls):
                    tried += 1
                    wrong = examine(shape, subject, session, site.signing_key, wall1=walls != "wall 2 alone")
                    # What the model's own foreign keys stop has reached nothing.
                    if wrong and "RestrictViolation" not in wrong:
                        complaints.append(f"{subject.name}: {shape.name}: {wrong}")
                    session.expunge_all()
    assert tried > 14 * 6
    assert not complaints, "\n".join(complaints)
