"""The state of a customer: one at a time, dated, with what to do; our own organisation; main contacts."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from kernel.parties.models import Employment, Party, PartyRole, PartyState
from kernel.parties.own import own_name
from kernel.resources.errors import CommandError, Forbidden, Invalid
from kernel.resources.lists import Filter, ListQuery, page
from kernel.resources.models import BaseValue
from tests.parties.conftest import Office


@pytest.fixture
def states(office):
    with office.runtime.reading(office.actor) as context:
        rows = context.session.execute(
            select(BaseValue.code, BaseValue.id).where(BaseValue.list == "party_state")
        )
        return {code: str(number) for code, number in rows}


@pytest.fixture
def boss(runtime, make_user):
    return Office(runtime, make_user("boss", administrator=True))


def found(office, resource, *filters):
    with office.runtime.reading(office.actor) as context:
        query = ListQuery(filters=tuple(Filter(*each) for each in filters))
        return [row.id for row in page(context, office.runtime.resource(resource), query).rows]


def periods(office, number):
    statement = (
        select(PartyState).where(PartyState.party_id == number).order_by(PartyState.since, PartyState.id)
    )
    with office.runtime.reading(office.actor) as context:
        return [
            (str(row.since), row.until and str(row.until))
            for row in context.session.execute(statement).scalars()
        ]


def test_each_state_ends_where_the_next_begins_however_they_are_entered(office, states):
    rows = [
        {"state": states["angry"], "since": "2026-03-01", "reason": "دیرکرد"},
        {"state": states["potential"], "since": "2026-01-01"},
        {"state": states["actual"], "since": "2026-02-01"},
    ]
    number = office.person({"states": rows}, last_name="راد")
    assert periods(office, number) == [
        ("2026-01-01", "2026-02-01"),
        ("2026-02-01", "2026-03-01"),
        ("2026-03-01", None),
    ]
    assert found(office, "person", ("state", "is", states["angry"])) == [number]
    assert found(office, "person", ("state", "any", [states["actual"], states["potential"]])) == []


def test_the_present_state_can_be_taken_back(office, states):
    rows = [
        {"state": states["actual"], "since": "2026-02-01"},
        {"state": states["angry"], "since": "2026-03-01"},
    ]
    number = office.person({"states": rows}, last_name="راد")
    kept = office.one(select(PartyState.id).where(PartyState.state_id == int(states["actual"])))
    office.edit("person", number, {"states": [{"id": str(kept), **rows[0]}]})
    assert periods(office, number) == [("2026-02-01", None)]


def test_a_command_moves_on_to_the_next_state(office, states):
    number = office.organisation(name="البرز")
    set_state = {"resource": "organisation", "party_id": number}
    assert office.run("party.set_state", state="actual", **set_state)
    assert not office.run("party.set_state", state="actual", **set_state)
    assert office.run("party.set_state", state="dissatisfied", reason="کیفیت", **set_state)
    assert found(office, "organisation", ("state", "is", states["dissatisfied"])) == [number]
    assert found(office, "organisation", ("state", "is_not", states["dissatisfied"])) == []
    with pytest.raises(Invalid):
        office.run("party.set_state", state="nothing", **set_state)


def test_a_state_is_not_known_of_the_future(office, states):
    with pytest.raises(Invalid):
        office.person({"states": [{"state": states["angry"], "since": "2030-01-01"}]}, last_name="راد")


def test_one_organisation_is_our_own(boss, office):
    first, second = boss.organisation(name="ما"), boss.organisation(name="ما نیز")
    with boss.runtime.reading(boss.actor) as context:
        assert own_name(context) == boss.runtime.site.title
    for number in (first, second):
        boss.run("party.set_own", party_id=number)
    assert boss.all(select(Party.id).where(Party.is_own)) == [second]
    with office.runtime.reading(office.actor) as context:
        assert own_name(context) == "ما نیز"
    with pytest.raises(Forbidden):
        office.run("party.set_own", party_id=first)
    with pytest.raises(CommandError):
        boss.run("record.delete", resource="organisation", record_id=second)
    assert boss.all(select(Party.id).where(Party.is_own)) == [second]


def test_a_person_is_not_our_own_organisation(boss):
    number = boss.person(last_name="راد")
    with pytest.raises(CommandError):
        boss.run("party.set_own", party_id=number)


def test_units_of_our_organisation_are_internal_and_no_circle(boss):
    own = boss.organisation(name="ما")
    boss.run("party.set_own", party_id=own)
    sales = boss.organisation(name="فروش", part_of=str(own))
    desk = boss.organisation(name="میز فروش", part_of=str(sales))
    internal = set(boss.all(select(PartyRole.party_id).where(PartyRole.role == "internal")))
    assert {own, sales, desk} <= internal
    with pytest.raises(Invalid) as caught:
        boss.edit("organisation", own, part_of=str(desk))
    assert [problem.field for problem in caught.value.problems] == ["part_of"]


def test_an_organisation_has_one_main_contact_at_a_time(office):
    firm = office.organisation(name="البرز")
    people = [office.person(last_name=name) for name in ("یک", "دو", "سه")]
    staff = [{"person": str(number), "is_contact": "1"} for number in people]
    office.edit("organisation", firm, {"staff": staff})
    main = select(Employment.person_id).where(Employment.is_main_contact)
    assert office.all(main) == [people[0]]
    ids = office.all(select(Employment.id).order_by(Employment.id))
    two = [{**row, "id": str(number), "is_main_contact": "1"} for row, number in zip(staff, ids, strict=True)]
    with pytest.raises(Invalid):
        office.edit("organisation", firm, {"staff": two})
    two[0]["is_main_contact"] = two[1]["is_main_contact"] = ""
    office.edit("organisation", firm, {"staff": two})
    assert office.all(main) == [people[2]]
    with office.runtime.reading(office.actor) as context:
        from kernel.parties.employments import contact_persons

        assert contact_persons(context, [firm]) == {firm: [people[2], people[0], people[1]]}


def test_main_contacts_of_different_times_do_not_collide(office):
    firm = office.organisation(name="البرز")
    people = [office.person(last_name=name) for name in ("یک", "دو")]
    staff = [
        {"person": str(people[0]), "is_main_contact": "1", "since": "1400/01/01", "until": "1402/12/29"},
        {"person": str(people[1]), "is_main_contact": "1", "since": "1403/01/01"},
    ]
    office.edit("organisation", firm, {"staff": staff})
    assert office.all(select(func.count()).where(Employment.is_main_contact)) == [2]


def test_the_database_itself_refuses_a_second_main_contact(office, owner):
    firm = office.organisation(name="البرز")
    people = [office.person(last_name=name) for name in ("یک", "دو")]
    rows = [
        {"person_id": each, "organisation_id": firm, "is_contact": True, "is_main_contact": True}
        for each in people
    ]
    owner.execute(Employment.__table__.insert(), rows)
    with pytest.raises(IntegrityError):
        owner.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_staff_are_found_by_their_part_in_buying(office):
    firm, person = office.organisation(name="البرز"), office.person(last_name="راد")
    decider = office.one(
        select(BaseValue.id).where(BaseValue.list == "buying_role", BaseValue.code == "decider")
    )
    office.edit("organisation", firm, {"staff": [{"person": str(person), "buying_role": str(decider)}]})
    office.person(last_name="دیگر")
    assert found(office, "person", ("buying_role", "is", str(decider))) == [person]
