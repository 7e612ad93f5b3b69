"""Names and keys computed from a party's own values."""

import pytest

from kernel.fa.text import search_terms
from kernel.parties.addressing import addressed
from kernel.parties.keys import LONGEST_KEY, fill_names, fill_private
from kernel.parties.models import ORGANISATION, PERSON, Party


def person(**values):
    return Party(kind=PERSON, **values)


def organisation(**values):
    return Party(kind=ORGANISATION, **values)


def named(party, title=None):
    fill_names(party, title)
    return party


def test_display_name_of_a_person_begins_with_the_title():
    party = named(person(first_name="علی", last_name="رضایی"), "دکتر")
    assert party.display_name == "دکتر علی رضایی"


def test_an_organisation_is_shown_by_its_registered_name_and_has_no_title():
    party = named(organisation(name="شرکت فرش کاشان", short_name="فرشینه"), "دکتر")
    assert party.display_name == "شرکت فرش کاشان"


@pytest.mark.parametrize("typed", ["علي رضائی", "رضایی علی", "رضا‌یی", "علی‌رضایی", "رضايي"])
def test_every_spelling_finds_a_person(typed):
    party = named(person(first_name="علی", last_name="رضایی"), "دکتر")
    assert all(term in party.search_key for term in search_terms(typed))


def test_search_key_begins_with_the_name_without_title_and_a_separator():
    assert named(person(first_name="علی", last_name="رضایی"), "دکتر").search_key.startswith("علیرضایی|")
    assert named(person(last_name="رضایی")).search_key == "رضایی|رضایی"
    assert named(organisation(name="کاوه")).search_key == "کاوه|"


def test_public_codes_of_an_organisation_are_searched_and_those_of_a_person_are_not():
    firm = named(organisation(name="کاوه", legal_id="10380284790", short_name="کاوه نو"))
    assert firm.search_key == "کاوه|کاوهنو|10380284790"
    someone = named(person(last_name="رضایی", national_code="0084575948"))
    assert "0084575948" not in someone.search_key


def test_persons_sort_by_last_name():
    names = [("زهرا", "آذری"), ("آرش", "پارسا"), ("علی", "یزدی"), ("بابک", "پارسا")]
    parties = [named(person(first_name=first, last_name=last)) for first, last in names]
    in_order = sorted(parties, key=lambda party: party.sort_key)
    assert [party.display_name for party in in_order] == ["زهرا آذری", "آرش پارسا", "بابک پارسا", "علی یزدی"]


def test_a_long_name_fits_the_index():
    party = named(organisation(name="ی" * 600, short_name="ن" * 600))
    assert len(party.search_key) == LONGEST_KEY


def test_private_key_holds_numbers_as_stored_and_as_dialled():
    party = person(mobile="+989121234567", national_code="0084575948", email="Ali@Example.com")
    fill_private(party, ["+982188776655", "30001234"])
    found = party.search_private.split("|")
    assert found == [
        *("989121234567", "09121234567", "aliexamplecom"),
        *("982188776655", "02188776655", "30001234", "0084575948"),
    ]


def test_private_key_holds_each_form_once():
    party = person(mobile="+989121234567")
    fill_private(party, ["+989121234567"])
    assert party.search_private == "989121234567|09121234567"


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (None, "دکتر علی رضایی"),
        ("مهندس", "مهندس علی رضایی"),
        ("جناب آقای دکتر رضایی", "جناب آقای دکتر رضایی"),
        ("حاج آقا رضائی", "حاج آقا رضائی"),
    ],
)
def test_the_wish_of_a_party_overrides_its_title(wish, expected):
    assert addressed("علی رضایی", "رضایی", "دکتر", wish) == expected


def test_without_title_and_wish_the_name_addresses():
    assert addressed("علی رضایی", "رضایی", None, None) == "علی رضایی"
