"""No page answers with data to those who may not see it, whatever its address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from kernel.data.site import Site
from kernel.testing.addresses import by_turns
from kernel.web.wsgi import PeyvandWSGI
from tests.web.conftest import ALL, Browser, SignIn

SECRET = "پنهان‌زاده"
OPEN_TO_ALL = {
    "account.sign_in",
    "account.forgotten",
    "account.open_link",
    "account.set_password",
    "second_factor.code",
    "branding.colours",
    "carpet.activate",
    "carpet.card",
    "carpet.check",
    "club.survey",
    "branding.image",
    "doors.door",
    "leaving.page",
    "medical.turn",
    "medical.turn_answer",
    "medical.turn_book",
    "education.check",
    "education.check_form",
}
WITHOUT_DATA = {
    *(
        "home.desk",
        "home.arrange",
        "account.page",
        "account.password",
        "search.page",
        "search.palette",
        "deputies.own",
    ),
    *("work.own", "tokens.own", "reference.page", "notices.page", "notices.panel", "notices.chosen"),
    *("opened.bar", "opened.favourites"),
}
"""Pages that every signed-in user has; what they show is his own."""


FOR_PROGRAMS = "rest."
"""Endpoints of the interface for programs: a browser's cookie opens none of them. See `tests/rest`."""


TURNS = [pytest.param(8, id="by turns"), pytest.param(1, id="all", marks=pytest.mark.long)]
"""The gate asks for all pages of persons, and of other kinds by turns."""


def rules(app: Flask, turns: int) -> Iterator[tuple[str, str, str]]:
    for rule in by_turns(app.url_map.iter_rules(), turns, always=("person",)):
        address = re.sub(r"<int:\w+>", "1", rule.rule)
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", address)
        address = re.sub(r"<\w+>", "title", address)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, address


@pytest.fixture
def app(sign_in: SignIn, site: Site, wsgi: PeyvandWSGI) -> Flask:
    browser = sign_in("owner", ALL)
    browser.made("/persons/new", first_name="رویا", last_name=SECRET)
    return wsgi._apps[site.name][1]


@pytest.mark.parametrize("turns", TURNS)
def test_nobody_sees_no_page(app: Flask, nobody: Browser, turns: int) -> None:
    for endpoint, method, address in rules(app, turns):
        if endpoint in OPEN_TO_ALL:
            continue
        answer = nobody.get(address) if method == "GET" else nobody.post(address)
        assert answer.status_code in {302, 401}, (method, address, answer.status_code)
        if endpoint.startswith(FOR_PROGRAMS):
            assert answer.mimetype == "application/problem+json"
        else:
            assert "/sign-in" in answer.headers["Location"]
        assert SECRET not in answer.text


@pytest.mark.parametrize("turns", TURNS)
def test_a_user_without_grants_sees_no_data(app: Flask, sign_in: SignIn, turns: int) -> None:
    browser = sign_in("newcomer", {})
    for endpoint, method, address in rules(app, turns):
        if endpoint in OPEN_TO_ALL or endpoint == "account.sign_out":
            continue
        answer = browser.get(address) if method == "GET" else browser.post(address)
        assert SECRET.encode() not in answer.data, (method, address)
        if endpoint.startswith(FOR_PROGRAMS):
            assert answer.status_code == (200 if endpoint == "rest.openapi" else 401), (method, address)
        elif endpoint not in WITHOUT_DATA and not endpoint.startswith(("account.", "second_factor.")):
            assert answer.status_code in {303, 403, 404, 422}, (method, address, answer.status_code)


@pytest.mark.parametrize("turns", TURNS)
def test_a_user_who_sees_his_own_records_sees_no_others(app: Flask, sign_in: SignIn, turns: int) -> None:
    own = {(("party"), action): "own" for action in ("view", "create", "edit", "delete", "export")}
    browser = sign_in("omid", own)
    mine = browser.made("/persons/new", first_name="مریم", last_name="دیدنی")
    for endpoint, method, address in rules(app, turns):
        if method == "GET" and endpoint != "account.sign_in":
            assert SECRET.encode() not in browser.get(address).data, address
    assert "دیدنی" in browser.get(mine).text
    assert "دیدنی" in browser.get("/persons").text


def test_a_hidden_record_and_an_absent_one_answer_alike(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("omid", {("party", "view"): "own"})
    hidden, absent = browser.get("/persons/1"), browser.get("/persons/999999")
    assert (hidden.status_code, hidden.text) == (absent.status_code, absent.text)
    assert hidden.status_code == 404
