"""Personal facts, consents, cards and states as the people at the desk meet them: through pages."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import text

from kernel.parties.part import PART
from kernel.resources import base_data

DESK = {("party", action): "all" for action in ("view", "create", "edit", "delete", "export", "import")}
KINDS = ("party_family", "party_faith", "party_health", "party_diet", "consent")
TRUSTED = {**DESK, **{(kind, action): "all" for kind in KINDS for action in ("view", "create", "edit")}}
SECRET = "بیماری‌پنهان"
CONSENT = {
    "consents-rows": "1",
    "consents-0-covers_health": "1",
    "consents-0-how": "verbal",
}


@pytest.fixture
def seeded(runtime):
    with runtime.system_work("set the site up", "test") as context:
        base_data.seed(context, PART.base_lists)
    return runtime


@pytest.fixture
def desk(sign_in):
    return sign_in("desk", DESK)


@pytest.fixture
def trusted(sign_in):
    return sign_in("trusted", TRUSTED)


def value(owner: Any, source: str, code: str) -> str:
    wanted = text("SELECT id FROM kernel.base_value WHERE list = :list AND code = :code")
    return str(owner.execute(wanted, {"list": source, "code": code}).scalar_one())


@pytest.fixture
def values(seeded, site, engines):
    def find(source: str, code: str) -> str:
        with engines.owner(site).connect() as owner:
            return value(owner, source, code)

    return find


def test_the_form_says_what_is_missing_and_takes_it_in_the_same_save(trusted) -> None:
    answer = trusted.post("/persons/new", {"last_name": "Rad", "health.illnesses": SECRET})
    assert answer.status_code == 422
    assert "رضایت" in answer.text
    assert SECRET in answer.text
    person = trusted.made("/persons/new", **{"last_name": "Rad", "health.illnesses": SECRET, **CONSENT})
    assert SECRET in trusted.get(f"{person}?tab=personal").text


def test_no_page_shows_a_sensitive_fact_to_others(trusted, desk) -> None:
    person = trusted.made("/persons/new", **{"last_name": "Rad", "health.illnesses": SECRET, **CONSENT})
    for address in (
        person,
        f"{person}?tab=personal",
        f"{person}/edit",
        f"{person}?tab=history",
        "/persons",
        "/persons/filter",
        "/persons/export?format=csv",
        f"{person}/consents",
        f"{person}/field/health.illnesses",
        "/persons?f.health.illnesses.filled=",
        "/persons?cols=display_name,health.illnesses",
    ):
        answer = desk.get(address, follow_redirects=True)
        assert SECRET not in answer.text, address
        assert "بیماری‌ها و حساسیت‌ها" not in answer.text, address
    for address in (f"/search?q={SECRET}", f"/palette?q={SECRET}"):
        assert f'{person}"' not in desk.get(address).text
    assert desk.get(f"{person}/consents").status_code == 403
    assert desk.post(f"{person}/field/health.illnesses", {"value": "x"}).status_code in (403, 404)
    assert desk.post(f"{person}/edit", {"health.illnesses": "x", "last_name": "Rad"}).status_code == 422
    assert SECRET in trusted.get(f"{person}?tab=personal").text


def test_saving_the_form_of_somebody_else_keeps_what_one_may_not_see(trusted, desk) -> None:
    person = trusted.made("/persons/new", **{"last_name": "Rad", "health.illnesses": SECRET, **CONSENT})
    answer = desk.post(
        f"{person}/edit",
        {"last_name": "Radi", "_version": desk.version(f"{person}/edit"), "facts.times": "صبح"},
    )
    assert answer.status_code == 303
    assert SECRET in trusted.get(f"{person}?tab=personal").text
    assert "صبح" in trusted.get(person).text


def test_one_fact_is_edited_in_place_under_the_same_rule(trusted) -> None:
    person = trusted.made("/persons/new", last_name="Rad")
    field = f"{person}/field/health.illnesses"
    assert trusted.post(field, {"value": SECRET}, htmx=True).status_code == 422
    version = trusted.version(f"{person}/edit")
    assert (
        trusted.post(f"{person}/edit", {"last_name": "Rad", "_version": version, **CONSENT}).status_code
        == 303
    )
    answer = trusted.post(field, {"value": SECRET}, htmx=True)
    assert answer.status_code == 200
    assert SECRET in answer.text


def test_a_consent_is_shown_filed_and_withdrawn_on_its_page(trusted) -> None:
    person = trusted.made("/persons/new", **{"last_name": "Rad", "health.illnesses": SECRET, **CONSENT})
    page = trusted.get(f"{person}/consents").text
    address = re.search(r'action="([^"]+/withdraw)"', page)[1]
    file = {"file": (io.BytesIO(b"%PDF-1.4 signed"), "consent.pdf")}
    assert trusted.post(address.replace("withdraw", "document"), file).status_code == 303
    document = trusted.link(trusted.get(f"{person}/consents").text, "/files/")
    assert trusted.get(document).data.startswith(b"%PDF")
    trusted.post(address, {})
    assert SECRET in trusted.get(f"{person}?tab=personal").text
    trusted.post(address, {"then": "erase"})
    assert SECRET not in trusted.get(f"{person}?tab=personal").text
    assert SECRET not in trusted.get(f"{person}?tab=history").text
    assert address not in trusted.get(f"{person}/consents").text


@pytest.mark.parametrize(
    "typed", ["60371234", ";60371234=9912?", "%B60371234^RAD^9912?", "۶۰۳۷۱۲۳۴", "6037 1234"]
)
def test_a_scanned_card_is_stored_as_its_number_and_opens_its_person(desk, typed: str) -> None:
    person = desk.made("/persons/new", last_name="Rad", card_number=typed)
    desk.made("/persons/new", last_name="Other", mobile="0912 603 7123", card_number="603712345")
    assert 'value="60371234"' in desk.get(f"{person}/edit").text
    for scan in ("60371234", ";60371234=9912?"):
        answer = desk.get("/search", query_string={"q": scan})
        assert answer.headers.get("Location") == person
        assert desk.ids(f"/persons?q={scan.replace(';', '%3B').replace('?', '%3F').replace('=', '%3D')}") == [
            person.rpartition("/")[2]
        ]
        palette = desk.get("/palette", query_string={"q": scan}).text
        assert re.search(r'data-href="([^"]+)"', palette)[1] == person


def test_a_card_belongs_to_one_person_and_the_message_names_the_field(desk) -> None:
    desk.made("/persons/new", last_name="Rad", card_number="60371234")
    answer = desk.post("/persons/new", {"last_name": "Two", "card_number": ";60371234?", "_anyway": "1"})
    assert answer.status_code == 422
    assert re.search(r'id="card_number-error"', answer.text)


def test_titles_and_wishes_address_a_person(desk, values) -> None:
    doctor = values("title", "doctor")
    person = desk.made("/persons/new", first_name="سارا", last_name="راد", title=doctor)
    assert "دکتر سارا راد" in desk.get(person).text
    wished = desk.made(
        "/persons/new", last_name="راد", title=doctor, form_of_address="استاد راد عزیز", _anyway="1"
    )
    head = desk.get(wished).text
    assert "خطاب: «استاد راد عزیز»" in head


def test_renaming_a_title_renames_those_who_carry_it(desk, sign_in, values) -> None:
    doctor = values("title", "doctor")
    person = desk.made("/persons/new", last_name="راد", title=doctor)
    boss = sign_in("boss", administrator=True)
    boss.post(f"/administration/base-data/title/{doctor}", {"do": "rename", "title": "پزشک"})
    assert "پزشک راد" in desk.get(person).text
    assert "دکتر راد" not in desk.get("/persons").text


def test_a_title_is_added_in_place(sign_in, values) -> None:
    clerk = sign_in("clerk", {**DESK, ("base_data", "create"): "all"})
    answer = clerk.post("/base-data/title/add", {"title": "سرهنگ"}, htmx=True)
    assert answer.status_code == 204
    assert "سرهنگ" in clerk.get("/persons/options/title?q=سر").text


def test_a_state_is_a_badge_with_what_to_do(desk, sign_in, values) -> None:
    angry = values("party_state", "angry")
    boss = sign_in("boss", administrator=True)
    advice = {"do": "rename", "title": "عصبانی", "advice": "همین امروز تماس بگیرید"}
    boss.post(f"/administration/base-data/party_state/{angry}", advice)
    assert "همین امروز تماس بگیرید" in boss.get("/administration/base-data/party_state").text
    person = desk.made(
        "/persons/new",
        **{"last_name": "Rad", "states-rows": "1", "states-0-state": angry, "states-0-reason": "دیرکرد"},
    )
    page = desk.get(person).text
    assert "همین امروز تماس بگیرید" in page
    assert "دیرکرد" in page
    assert "عصبانی" in desk.get("/persons").text
    assert desk.ids(f"/persons?f.state.is={angry}") == [person.rpartition("/")[2]]


def test_occupations_are_filtered_by_several_at_once(desk, values) -> None:
    teacher, physician, lawyer = (values("occupation", code) for code in ("teacher", "physician", "lawyer"))
    people = [
        desk.made("/persons/new", **{"last_name": f"P{each}", "facts.occupation": each})
        for each in (teacher, physician, lawyer)
    ]
    found = desk.ids(f"/persons?f.facts.occupation.any={teacher}&f.facts.occupation.any={lawyer}")
    assert sorted(found) == sorted(people[place].rpartition("/")[2] for place in (0, 2))


def test_who_wants_no_calls_is_marked(desk) -> None:
    person = desk.made("/persons/new", **{"last_name": "Rad", "facts.do_not_call": "1"})
    assert "تماس نگیرید" in desk.get(person).text
    assert "تماس نگیرید" in desk.get("/persons").text


def test_administrators_choose_our_own_organisation(desk, sign_in) -> None:
    firm = desk.made("/organisations/new", name="Alborz")
    assert f"{firm}/own" not in desk.get(firm).text
    assert desk.post(f"{firm}/own").status_code == 403
    boss = sign_in("boss", administrator=True)
    assert f"{firm}/own" in boss.get(firm).text
    boss.post(f"{firm}/own")
    assert "سازمان ما" in desk.get(firm).text


def test_contacts_stand_first_on_the_page_of_an_organisation(desk) -> None:
    people = [desk.made("/persons/new", last_name=name).rpartition("/")[2] for name in ("Alef", "Be", "Pe")]
    staff = {
        "staff-rows": "1",
        "staff-0-person": people[0],
        "staff-1-person": people[1],
        "staff-2-person": people[2],
    }
    firm = desk.made("/organisations/new", name="Alborz", **staff, **{"staff-2-is_main_contact": "1"})
    page = desk.get(firm).text
    places = [page.index(f'/persons/{number}"') for number in (people[2], people[0], people[1])]
    assert places[0] == min(places)
