"""Two who edit one record: the second sees both versions and chooses."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from kernel.testing.browser import Browser
from tests.web.conftest import ALL, SignIn


def opened(browser: Browser, address: str) -> dict[str, str]:
    """What the form at an address carries hidden."""
    text = browser.get(address).text
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(_version|_opened)" value="([^"]+)"', text)
    }


def sent_again(text: str) -> dict[str, str]:
    """What the page of the two versions sends when its button is pressed."""
    form = text[text.index('id="record-form"') :]
    found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]+)" checked', form))
    found.pop("csrf_token")
    return {name: unescape(value) for name, value in found.items()}


NAMES = {"first_name": "رضا", "last_name": "مقدم"}


def test_the_second_chooses_field_by_field(sign_in: SignIn) -> None:
    first, second = sign_in("sara", ALL), sign_in("omid", ALL)
    person = first.made("/persons/new", **NAMES, father_name="علی", mobile="09121234567")
    form = opened(second, f"{person}/edit")
    first.post(
        f"{person}/edit",
        {
            **opened(first, f"{person}/edit"),
            **NAMES,
            "last_name": "مقدمی",
            "father_name": "حسن",
            "mobile": "09121234567",
        },
    )
    late = second.post(
        f"{person}/edit",
        {
            **form,
            "first_name": "علیرضا",
            "last_name": "مقدم‌زاده",
            "father_name": "علی",
            "mobile": "09121234567",
        },
    )
    assert late.status_code == 409
    for seen in ("sara", "مقدمی", "مقدم‌زاده", "حسن", "پیش از آن:"):
        assert seen in late.text
    again = sent_again(late.text)
    # Whose change it is where only one of them changed the field; both changed the family name.
    assert again["_pick.first_name"] == "mine"
    assert again["_pick.father_name"] == "theirs"
    assert "_pick.last_name" not in again
    assert "_pick.mobile" not in late.text
    asked = second.post(f"{person}/edit", again)
    assert asked.status_code == 422
    assert "یکی از دو نسخه" in asked.text
    saved = second.post(f"{person}/edit", {**again, "_pick.last_name": "theirs"})
    assert saved.status_code == 303, saved.text
    page = second.get(person).text
    for kept in ("علیرضا", "مقدمی", "حسن"):
        assert kept in page
    assert "مقدم‌زاده" not in page.split("timeline")[0]


def test_a_third_change_meanwhile_is_seen_too(sign_in: SignIn) -> None:
    first, second = sign_in("sara", ALL), sign_in("omid", ALL)
    person = first.made("/persons/new", **NAMES)
    form = opened(second, f"{person}/edit")
    first.post(f"{person}/edit", {**opened(first, f"{person}/edit"), **NAMES, "father_name": "حسن"})
    late = second.post(f"{person}/edit", {**form, **NAMES, "father_name": "علی"})
    again = {**sent_again(late.text), "_pick.father_name": "mine"}
    third = first.post(f"{person}/edit", {**opened(first, f"{person}/edit"), **NAMES, "father_name": "حسین"})
    assert third.status_code == 303
    once_more = second.post(f"{person}/edit", again)
    assert once_more.status_code == 409
    assert "حسین" in once_more.text


def test_rows_that_only_the_other_added_are_kept(sign_in: SignIn) -> None:
    first, second = sign_in("sara", ALL), sign_in("omid", ALL)
    person = first.made("/persons/new", **NAMES)
    form = opened(second, f"{person}/edit")
    row = {"contacts-rows": "1", "contacts-0-kind": "phone", "contacts-0-value": "02188776655"}
    first.post(f"{person}/edit", {**opened(first, f"{person}/edit"), **NAMES, **row})
    own = {"contacts-rows": "1", "contacts-0-kind": "email", "contacts-0-value": "reza@example.com"}
    late = second.post(f"{person}/edit", {**form, **NAMES, **own})
    assert late.status_code == 409, "a row that was added raises the record's version"
    again = sent_again(late.text)
    assert again["_pick.contacts"] == "both"
    assert second.post(f"{person}/edit", again).status_code == 303
    page = second.get(f"{person}/edit").text
    assert "reza@example.com" in page
    assert "02188776655" in page.replace(" ", "")


def test_a_row_taken_away_meanwhile_can_be_kept(sign_in: SignIn) -> None:
    first, second = sign_in("sara", ALL), sign_in("omid", ALL)
    row = {"contacts-0-kind": "phone", "contacts-0-value": "02188776655"}
    person = first.made("/persons/new", **NAMES, **row)
    (number,) = second.row_ids(f"{person}/edit", "contacts")
    form = opened(second, f"{person}/edit")
    first.post(f"{person}/edit", {**opened(first, f"{person}/edit"), **NAMES, "contacts-rows": "1"})
    own = {"contacts-rows": "1", "contacts-0-id": number, **row, "contacts-0-value": "02188776600"}
    late = second.post(f"{person}/edit", {**form, **NAMES, **own})
    assert late.status_code == 409
    again = sent_again(late.text)
    assert "_pick.contacts" not in again
    assert second.post(f"{person}/edit", {**again, "_pick.contacts": "mine"}).status_code == 303
    assert "02188776600" in second.get(f"{person}/edit").text.replace(" ", "")


def test_what_is_hidden_or_masked_from_the_second_is_left_out(
    sign_in: SignIn, run: Callable[..., object]
) -> None:
    first, second = sign_in("sara", ALL), sign_in("omid", ALL)
    for name, rule in (("national_code", "masked"), ("father_name", "hidden")):
        run(
            "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule) SELECT p.pattern_id, 'party', :name, :rule"
            " FROM kernel.user_pattern p JOIN kernel.user_account u ON u.id = p.user_id WHERE u.username = 'omid'",
            name=name,
            rule=rule,
        )
    person = first.made("/persons/new", **NAMES, national_code="0499370899", father_name="اکبر")
    form = opened(second, f"{person}/edit")
    changed = {**NAMES, "national_code": "0084575948", "father_name": "حسن"}
    first.post(f"{person}/edit", {**opened(first, f"{person}/edit"), **changed})
    late = second.post(f"{person}/edit", {**form, **NAMES, "last_name": "مقدمی"})
    assert late.status_code == 409
    for kept in ("0499370899", "0084575948", "حسن", "اکبر"):
        assert kept not in late.text
    assert second.post(f"{person}/edit", sent_again(late.text)).status_code == 303
    assert "0084575948" in first.get(f"{person}/edit").text


def test_long_names_emoji_and_marks_of_direction_are_answered_in_words(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    long = browser.post("/persons/new", {"first_name": "ن" * 5000, "last_name": "مقدم"})
    assert long.status_code == 422
    assert 'id="first_name-error"' in long.text
    person = browser.made("/persons/new", first_name="\u202eرضا\u202c😀", last_name="مقدم<b>")
    page = browser.get(person).text
    assert "\u202e" not in page
    assert "😀" in page
    assert "<b></" not in page
    assert "مقدم&lt;b&gt;" in page
