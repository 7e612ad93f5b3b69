"""Records made in place, from a field that links to them: the same rights, rules and warnings as on their own form."""

from __future__ import annotations

import json

from tests.web.conftest import ALL, SignIn

LOOKUP = "/persons/options/employments-organisation"


def test_a_linked_record_is_made_with_what_was_typed_and_chosen(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    assert 'data-create="/organisations/quick?name=' in browser.get(f"{LOOKUP}?q=نیکان", htmx=True).text
    assert 'data-lookup-make="/organisations/quick"' in browser.get("/persons/new").text
    form = browser.get("/organisations/quick?name=نیکان", htmx=True).text
    assert 'id="quick-name"' in form
    assert 'value="نیکان"' in form
    made = browser.post("/organisations/quick", {"name": "نیکان پخش"}, htmx=True)
    assert made.status_code == 204
    chosen = json.loads(made.headers["HX-Trigger"])["lookup:pick"]
    assert chosen["label"] == "نیکان پخش"
    assert "نیکان پخش" in browser.get(f"/organisations/{chosen['value']}").text


def test_a_name_of_two_fields_is_taken_apart(sign_in: SignIn) -> None:
    form = sign_in("sara", ALL).get("/persons/quick?name=رضا مقدم زاده", htmx=True).text
    for name, value in (("first_name", "رضا"), ("last_name", "مقدم زاده")):
        (tag,) = [each for each in form.split("<") if f'name="{name}"' in each]
        assert f'value="{value}"' in tag


def test_what_is_refused_and_what_is_known_already_is_told_in_the_dialog(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    known = browser.made("/persons/new", first_name="رضا", last_name="مقدم", mobile="09121234567")
    wrong = browser.post("/persons/quick", {"last_name": "کریمی", "mobile": "12"}, htmx=True)
    assert wrong.status_code == 422
    assert 'id="quick-mobile-error"' in wrong.text
    again = {"first_name": "رضا", "last_name": "مقدم", "mobile": "09121234567"}
    asked = browser.post("/persons/quick", again, htmx=True)
    assert asked.status_code == 422
    assert f'data-lookup-take="{known.rsplit("/", 1)[1]}"' in asked.text
    assert browser.get("/persons").text.count("data-row ") == 1
    assert browser.post("/persons/quick", {**again, "_anyway": "1"}, htmx=True).status_code == 204


def test_without_the_right_nothing_is_offered_or_made(sign_in: SignIn) -> None:
    browser = sign_in("sara", {("party", "view"): "all", ("party", "edit"): "all"})
    assert "quick" not in browser.get(f"{LOOKUP}?q=نیکان", htmx=True).text
    assert browser.get("/organisations/quick").status_code == 403
    assert browser.post("/organisations/quick", {"name": "نیکان"}, htmx=True).status_code == 403
    assert "نیکان" not in browser.get("/organisations").text


def test_a_field_that_is_not_asked_cannot_be_smuggled_in(sign_in: SignIn) -> None:
    answer = sign_in("sara", ALL).post("/organisations/quick", {"name": "نیکان", "kind": "person"}, htmx=True)
    assert answer.status_code == 422
    assert "kind" in answer.text
