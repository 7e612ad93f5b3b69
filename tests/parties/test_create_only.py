"""Whoever may make parties and not edit them makes them whole: what comes along with a record needs no further right."""

import pytest
from sqlalchemy import select

from kernel.parties.models import (
    Address,
    Consent,
    ContactPoint,
    Employment,
    Household,
    HouseholdMember,
    Party,
    PartyGroupMember,
    PartyRole,
    PersonFaith,
)
from kernel.resources.errors import Forbidden, Invalid
from kernel.resources.history import entries
from kernel.resources.importing.creating import create_many
from kernel.resources.importing.reading import Entered
from kernel.resources.models import BaseValue
from tests.parties.conftest import Office

SARA = {"first_name": "سارا", "last_name": "احمدی"}
CONTACTS = {"contacts": [{"kind": "email", "value": "sara@example.org", "label": "کار"}]}
CONSENT = {"consents": [{"covers_faith": "1", "how": "form"}]}


@pytest.fixture
def desk(runtime, make_user):
    """Somebody who sees all parties and makes new ones, and may not change any."""
    grants = {("party", "view"): "all", ("party", "create"): "own"}
    grants |= {(resource, "view"): "all" for resource in ("party_group", "place", "base_data")}
    return Office(runtime, make_user("neda", grants))


def with_consents(runtime, make_user, name, *further):
    grants = {("party", "view"): "all", ("party", "create"): "own", ("base_data", "view"): "all"}
    grants |= {("consent", action): "all" for action in ("view", *further)}
    grants |= {("party_faith", action): "all" for action in ("view", *further)}
    return Office(runtime, make_user(name, grants))


def rows_of(office, model, key, number):
    return office.all(select(model).where(getattr(model, key) == number))


def test_a_person_is_made_with_role_numbers_address_group_and_post(desk, office):
    firm = office.organisation(name="پارس")
    group = office.create("person_group", name="همکاران")
    parts = {
        **CONTACTS,
        "addresses": [{"street": "خیابان یکم"}],
        "groups": [{"group": group}],
        "employments": [{"organisation": firm, "is_contact": "1"}],
    }
    number = desk.person(parts, **SARA)
    assert [row.value for row in rows_of(desk, ContactPoint, "party_id", number)] == ["sara@example.org"]
    assert [row.is_main for row in rows_of(desk, Address, "party_id", number)] == [True]
    assert [row.group_id for row in rows_of(desk, PartyGroupMember, "party_id", number)] == [group]
    assert [row.is_main_contact for row in rows_of(desk, Employment, "person_id", number)] == [True]
    assert rows_of(desk, Party, "id", number)[0].owner_id == desk.actor.user_id


def test_the_first_role_and_the_searched_numbers_are_there(desk):
    number = desk.person(CONTACTS, **SARA)
    assert [row.role for row in rows_of(desk, PartyRole, "party_id", number)] == ["lead"]
    assert "saraexampleorg" in rows_of(desk, Party, "id", number)[0].search_private


def test_an_organisation_is_made_with_its_staff_and_a_household_with_its_members(desk, office):
    person = office.person(**SARA)
    firm = desk.organisation({"staff": [{"person": person}]}, name="پارس")
    assert [row.person_id for row in rows_of(desk, Employment, "organisation_id", firm)] == [person]
    home = desk.create("household", {"members": [{"person": person, "part": "head"}]}, name="خانواده احمدی")
    assert [row.person_id for row in rows_of(desk, HouseholdMember, "household_id", home)] == [person]
    assert rows_of(desk, Household, "id", home)[0].owner_id == desk.actor.user_id


def test_the_history_names_who_made_it(desk, runtime):
    number = desk.person(CONTACTS, **SARA)
    with runtime.reading(desk.actor) as context:
        told = entries(context, "kernel.party", number)
    assert {entry.actor_id for entry in told} == {desk.actor.user_id}


FURTHER = {
    "record.edit": {"resource": "person", "values": {"first_name": "رضا"}, "parts": {"contacts": []}},
    "party.give_role": {"resource": "person", "role": "customer"},
    "record.delete": {"resource": "person"},
}


@pytest.mark.parametrize("command", FURTHER)
def test_nothing_more_is_allowed(desk, command):
    number = desk.person(CONTACTS, **SARA)
    key = "party_id" if command.startswith("party") else "record_id"
    with pytest.raises(Forbidden):
        desk.run(command, **{key: number}, **FURTHER[command])
    assert len(rows_of(desk, ContactPoint, "party_id", number)) == 1


def test_a_wrong_row_is_named_and_nothing_is_left(desk):
    with pytest.raises(Invalid) as refused:
        desk.person({"contacts": [{"kind": "mobile", "value": "12"}]}, **SARA)
    assert [(problem.part, problem.field) for problem in refused.value.problems] == [("contacts", "value")]
    assert not desk.all(select(Party).where(Party.last_name == "احمدی"))


def test_what_has_a_right_of_its_own_needs_that_right(runtime, make_user):
    admin = Office(runtime, make_user("admin", administrator=True))
    shia = admin.one(select(BaseValue.id).where(BaseValue.list == "religion", BaseValue.code == "shia"))
    for number, granted in enumerate(((), ("edit",), ("create", "edit"))):
        clerk = with_consents(runtime, make_user, f"clerk{number}", *granted)
        values = {"values": {**SARA}, "parts": CONSENT, "facets": {"faith": {"religion": str(shia)}}}
        if "create" not in granted:
            with pytest.raises((Invalid, Forbidden)):
                clerk.run("record.create", resource="person", **values)
            assert not clerk.all(select(Party).where(Party.last_name == "احمدی"))
            continue
        made = clerk.run("record.create", resource="person", **values)
        assert len(rows_of(clerk, Consent, "party_id", made)) == 1
        assert len(rows_of(clerk, PersonFaith, "party_id", made)) == 1


def test_a_right_of_its_own_reaches_as_far_as_its_scope(runtime, make_user):
    """A consent may be made for one's own parties only, and a party in nobody's care is not one's own."""
    grants = {("party", "view"): "all", ("party", "create"): "all"}
    grants |= {("consent", "view"): "all", ("consent", "create"): "own", ("consent", "edit"): "all"}
    clerk = Office(runtime, make_user("mina", grants))
    other = make_user("ali", {("party", "view"): "all"})
    with pytest.raises(Forbidden):
        clerk.person(CONSENT, **SARA, owner=other.user_id)
    assert clerk.person(CONSENT, **SARA)


def test_an_import_needs_no_further_right_either(desk, runtime):
    person = runtime.resource("person")
    rows = [
        Entered(number, [], dict(values), dict(values))
        for number, values in enumerate(
            ({"last_name": "یک", "first_role": "customer", "street": "خیابان یکم"}, {"last_name": "دو"})
        )
    ]
    with runtime.writing(desk.actor, "import") as context:
        made = create_many(context, person, rows)
    roles = [rows_of(desk, PartyRole, "party_id", number)[0].role for number in made]
    assert roles == ["customer", "lead"]
    assert len(rows_of(desk, Address, "party_id", made[0])) == 1
