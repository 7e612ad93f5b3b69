"""No page leads to one that is refused: every link that a user of a pattern is shown is followed once for each kind of page.

Numbers aside, addresses of one kind lead to one page, so a new page is covered by being linked.
"""

from __future__ import annotations

import re
from collections import deque
from html import unescape

import pytest

from kernel.data.engines import Engines
from kernel.testing.users import Wanted
from plugins.medical.tests.conftest import Clinic
from tests.browser.crawling import kind_of
from tests.faults.conftest import DESK
from tests.web.conftest import Browser, SignIn

LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
TEMPLATE = re.compile(r"<template\b.*?</template>", re.DOTALL)
"""What scripts make rows of: addresses there have no numbers yet."""
NOT_FOLLOWED = re.compile(r"^/(sign-out|static/|api/)")
USERS: dict[str, Wanted] = {
    "reception": DESK,
    "own": dict.fromkeys(DESK, "own"),
    "reader": {(name, "view"): "all" for name in ("party", "medical.appointment", "interaction", "message")},
    "nothing": {},
}


def follow(browser: Browser) -> tuple[dict[str, str], list[str]]:
    """Follow all links from the home page; gives where each kind was found, and what was refused."""
    found, refused = {"/?": "the address bar"}, []
    waiting = deque(["/"])
    while waiting:
        address = waiting.popleft()
        htmx = address != "/" and found[kind_of(address)].endswith("hx-get")
        answer = browser.get(address, htmx=htmx)
        if answer.status_code >= 400:
            refused.append(f"{answer.status_code} {address}, linked on {found[kind_of(address)]}")
        if answer.mimetype != "text/html":
            continue
        shown = TEMPLATE.sub("", answer.text)
        for match in LINK.finditer(shown):
            link = unescape(match[1])
            kind = kind_of(link)
            if kind not in found and not NOT_FOLLOWED.match(link):
                found[kind] = f"{address} {match[0].partition('=')[0]}"
                waiting.append(link)
    return found, refused


@pytest.fixture
def records(desk: Browser, clinic: Clinic) -> None:
    """A person and a firm with all that has a page of its own: place, post, note, interaction, appointment."""
    values = {"first_name": "مینا", "last_name": "راد", "mobile": "09121234567"}
    places = {"addresses": [{"province": 8, "street": "خیابان یکم"}]}
    person = clinic.run("record.create", resource="person", values=values, parts=places)
    desk.post(f"/persons/{person}/notes", {"body": "یادداشت"})
    clinic.run(
        "medical.book",
        doctor=clinic.doctors[0],
        patient=person,
        service=clinic.services[0],
        starts_at="2026-11-21 9:00",
        note="",
    )


@pytest.mark.parametrize("pattern", USERS)
def test_no_link_that_is_shown_is_refused(records: None, sign_in: SignIn, pattern: str) -> None:
    found, refused = follow(sign_in(f"walker-{pattern}", USERS[pattern]))
    assert refused == []
    assert len(found) > 8


@pytest.mark.long
def test_no_link_that_an_administrator_is_shown_is_refused(
    records: None, sign_in: SignIn, engines: Engines
) -> None:
    found, refused = follow(sign_in("walker-head", administrator=True))
    assert refused == []
    assert len(found) > 150


def test_the_timeline_offers_only_plugins_of_which_one_sees_something(desk: Browser, sign_in: SignIn) -> None:
    person = desk.made("/persons/new", last_name="کریمی")
    assert f'href="{person}?kind=medical"' in desk.get(person).text
    reader = sign_in("reader", {("party", "view"): "all"})
    page = reader.get(person).text
    assert "kind=notes" in page
    assert "kind=medical" not in page
    assert reader.get(f"{person}?kind=medical").status_code == 200
