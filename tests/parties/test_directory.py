"""The phone book lists everybody, changes nobody; who serves, staffs and is addressed how."""

from datetime import date

import pytest
from sqlalchemy import select

from kernel.parties.addresses import address_for
from kernel.parties.addressing import addressed_as
from kernel.parties.employments import contact_persons
from kernel.parties.models import Party
from kernel.parties.rules import retitle
from kernel.resources.errors import Forbidden, Invalid
from kernel.resources.lists import ListQuery, page
from kernel.resources.models import BaseValue


def listed(office, resource, **query):
    declared = office.runtime.resource(resource)
    with office.runtime.reading(office.actor) as context:
        return [row.id for row in page(context, declared, ListQuery(**query)).rows]


def base_value(office, source, code):
    return office.one(select(BaseValue.id).where(BaseValue.list == source, BaseValue.code == code))


@pytest.fixture
def people(office):
    firm = office.organisation(name="بازرگانی کاوه", phone="02188776655")
    director = base_value(office, "position", "managing_director")
    posts = [{"organisation": firm, "position": director, "is_contact": "1"}]
    ahmadi = office.person({"employments": posts}, last_name="احمدی", mobile="09121234567")
    former = [{"organisation": firm, "position": director, "is_contact": "1", "until": "1404/01/01"}]
    bahrami = office.person({"employments": former}, last_name="بهرامی", title="خانم")
    return {"firm": firm, "ahmadi": ahmadi, "bahrami": bahrami, "director": director}


def test_the_phone_book_lists_persons_and_organisations_by_name(office, people):
    assert listed(office, "party") == [people["ahmadi"], people["firm"], people["bahrami"]]
    assert listed(office, "person") == [people["ahmadi"], people["bahrami"]]
    assert listed(office, "organisation") == [people["firm"]]


@pytest.mark.parametrize(
    ("typed", "found"), [("کاوه", "firm"), ("احمدي", "ahmadi"), ("۰۹۱۲۱۲۳", "ahmadi"), ("88776655", "firm")]
)
def test_the_phone_book_is_searched_by_name_and_number(office, people, typed, found):
    assert listed(office, "party", search=typed) == [people[found]]


def test_the_phone_book_changes_nobody(office, people):
    with pytest.raises(Forbidden):
        office.edit("party", people["ahmadi"])
    with pytest.raises(Forbidden):
        office.create("party")


def test_lists_are_filtered_by_position_and_role_of_the_present(office, people):
    position = ("position", "is", str(people["director"]))
    assert listed(office, "person", filters=(position,)) == [people["ahmadi"]]
    office.run("party.give_role", resource="person", party_id=people["bahrami"], role="customer")
    assert listed(office, "person", filters=(("role", "is", "customer"),)) == [people["bahrami"]]
    office.run("party.end_role", resource="person", party_id=people["bahrami"], role="customer")
    assert listed(office, "person", filters=(("role", "is", "customer"),)) == []


def test_contact_persons_are_those_of_the_present(office, people):
    with office.runtime.reading(office.actor) as context:
        assert contact_persons(context, [people["firm"], people["ahmadi"]]) == {
            people["firm"]: [people["ahmadi"]]
        }


def test_parties_are_addressed_with_their_title_or_wish(office, people):
    office.edit("person", people["ahmadi"], form_of_address="استاد احمدی")
    with office.runtime.reading(office.actor) as context:
        assert addressed_as(context, list(people.values())) == {
            people["firm"]: "بازرگانی کاوه",
            people["ahmadi"]: "استاد احمدی",
            people["bahrami"]: "خانم بهرامی",
        }


def test_a_renamed_title_is_written_in_all_names(office, people, runtime):
    title = office.one(select(Party.title_id).where(Party.id == people["bahrami"]))
    with runtime.writing(office.actor, "test") as context:
        with context.system("rename") as system:
            system.session.execute(
                select(BaseValue).where(BaseValue.id == title)
            ).scalar_one().title = "سرکار خانم"
        assert retitle(context, title) == 1
    assert office.one(select(Party.display_name).where(Party.id == people["bahrami"])) == "سرکار خانم بهرامی"


def test_a_dispatch_takes_the_address_of_its_purpose_else_the_main_one(office):
    factory, store = (base_value(office, "address_purpose", code) for code in ("factory", "store"))
    rows = [
        {"street": "یک", "purpose": factory},
        {"street": "دو", "is_main": True},
        {"street": "سه", "purpose": store},
    ]
    several = office.organisation({"addresses": rows}, name="کاوه")
    nowhere = office.organisation(name="نور")
    with office.runtime.reading(office.actor) as context:

        def street(purpose):
            found = address_for(context, [several, nowhere], purpose)
            return {party_id: address.street for party_id, address in found.items()}

        assert street("store") == {several: "سه"}
        assert street("factory") == {several: "یک"}
        assert street("warehouse") == {several: "دو"}


def test_posts_are_dated(office, people):
    rows = [{"organisation": people["firm"], "since": date(2026, 1, 2), "until": date(2026, 1, 1)}]
    with pytest.raises(Invalid) as caught:
        office.person({"employments": rows}, last_name="کریمی")
    assert [problem.place for problem in caught.value.problems] == ["employments-0-until"]
