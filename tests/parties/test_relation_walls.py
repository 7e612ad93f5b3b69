"""The statement corpus over what binds two parties: posts, relations, members of households; each wall alone, and both."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM
from kernel.access.identity import Identity
from kernel.access.session import open_session
from kernel.parties.models import Employment, HouseholdMember, Relation, RelationKind
from kernel.testing.corpus import SHAPES, Subject, examine
from tests.parties.conftest import Office

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

OWN = {("party", action): "own" for action in ("view", "create", "edit", "purge", "assign")}


@pytest.fixture
def reza(office, runtime, make_user):
    """Somebody with rows that bind his own parties, and rows that bind one of his to a colleague's."""
    mine = Office(runtime, make_user("reza", OWN))
    people = [(mine if place < 2 else office).person(last_name=f"نفر {place}") for place in range(4)]
    firms = [someone.organisation(name="شرکت") for someone in (mine, office)]
    sibling = office.one(select(RelationKind.id).where(RelationKind.code == "sibling"))
    for one, other in ((0, 1), (0, 2), (2, 3)):
        relation = {"relation": f"{sibling}.first", "other": people[other], "note": "x"}
        office.run("relation.add", party_id=people[one], **relation)
    for person, firm in ((0, 0), (0, 1), (2, 0), (3, 1)):
        office.run("post.add", person=people[person], organisation=firms[firm], unit="x")
    members = [{"person": number, "part": "other"} for number in people[:3]]
    mine_and_his = {"members": [*members[:2]]}
    household = mine.create("household", mine_and_his, name="ما")
    office.edit("household", household, {"members": [*_rows(office, household), members[2]]})
    office.create("household", {"members": [{"person": people[3], "part": "other"}]}, name="آنان")
    return mine


def _rows(office, household):
    statement = select(HouseholdMember).where(HouseholdMember.household_id == household)
    return [{"id": row.id, "person": row.person_id, "part": row.part} for row in office.all(statement)]


def subjects(runtime, actor):
    seen = {}
    with runtime.reading(SYSTEM("test")) as context:
        owned = Office(runtime, actor)
        for model, column in ((Employment, "unit"), (Relation, "note"), (HouseholdMember, "part")):
            everything = set(context.session.execute(select(model.id)).scalars())
            seen[model] = (everything, column)
    made = []
    for model, (everything, column) in seen.items():
        visible = frozenset(owned.all(select(model.id)))
        made.append(Subject(model, visible, frozenset(everything - visible), column))
    return made


@pytest.mark.parametrize(
    "walls", ["both", *(pytest.param(f"wall {one} alone", marks=pytest.mark.long) for one in (1, 2))]
)
def test_no_statement_reaches_a_row_with_a_hidden_end(walls, runtime, reza, engines):
    site, policies = runtime.site, runtime.policies
    app, owner = engines.app(site), engines.owner(site)
    found = subjects(runtime, reza.actor)
    assert [(len(one.visible), len(one.hidden)) for one in found] == [(1, 3), (1, 2), (2, 2)]
    complaints = []
    for subject in found:
        if walls == "wall 2 alone":
            session = Session(app, expire_on_commit=False)
            Identity(site.signing_key, reza.actor).announce(session.connection())
        else:
            session = open_session(app if walls == "both" else owner, site, reza.actor, policies)
        with session:
            for shape in SHAPES:
                if shape.fits(subject):
                    wrong = examine(shape, subject, session, site.signing_key, wall1=walls != "wall 2 alone")
                    # The column of members takes its own few words only: that check has reached nothing.
                    if wrong and "CheckViolation" not in wrong:
                        complaints.append(f"{subject.name}: {shape.name}: {wrong}")
                    session.expunge_all()
    assert not complaints, "\n".join(complaints)
