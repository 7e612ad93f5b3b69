"""Appointments as a board: who may move what, what the server says of it, and what is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.plugin import PATTERNS
from plugins.medical.tests.conftest import SATURDAY, Clinic
from plugins.medical.tests.test_commands import stored

BOARD = "/medical/appointments?look=board"
SEEING = {
    ("party", "view"): "all",
    ("medical.appointment", "view"): "all",
    ("medical.doctor", "view"): "all",
    ("medical.service", "view"): "all",
}
DESK = next(each.grants for each in PATTERNS if each.name == "receptionist")
MOVING = {**SEEING, ("medical.appointment", "edit"): "all"}
Enter = Callable[[str, Mapping[tuple[str, str], Any]], Browser]


@pytest.fixture
def enter(clinic: Clinic, clinic_site: Site, config: Config, engines: Engines) -> Enter:
    """Make a user with these grants and give a browser in which he has signed in."""
    wsgi = PeyvandWSGI(config, engines=engines)

    def enter(username: str, grants: Mapping[tuple[str, str], Any]) -> Browser:
        with engines.owner(clinic_site).begin() as owner:
            let_in(owner, add_user(owner, username, grants).user_id, locale="fa")
        browser = Browser(wsgi, clinic_site.hosts[0])
        browser.sign_in(username)
        return browser

    return enter


def cards(page: str) -> dict[str, list[str]]:
    """The names on the cards by the lane in which they stand."""
    found: dict[str, list[str]] = {}
    for tag, name in re.findall(r'<article ([^>]+)>\s*<a class="title"[^>]*><bdi>([^<]*)', page):
        lane = re.search(r'data-lane="([^"]*)"', tag)
        assert lane
        found.setdefault(lane[1], []).append(name)
    return found


def drop(browser: Browser, number: int, lane: str, version: int, **more: Any) -> Any:
    address = f"/medical/appointments/{number}/move?look=board"
    return browser.post(address, {"lane": lane, "version": version, "drop": 1, **more}, htmx=True)


def test_cards_stand_in_their_lanes_counted_and_further_forms_lead_on(clinic: Clinic, enter: Enter) -> None:
    first = clinic.book("1405/08/30 09:00")
    clinic.book("1405/08/30 10:00", patient=1)
    clinic.run("medical.set_state", appointment=first, state="confirmed")
    page = enter("sara", MOVING).get(BOARD).text
    assert cards(page) == {"confirmed": ["Sara Rad"], "booked": ["Omid Kia"]}
    assert 'href="/medical/appointments"' in page
    assert 'aria-current="page"><svg' in re.sub(r"\s+", " ", page)
    assert "۱۴۰۵/۰۸/۳۰ ۱۰:۰۰" in page
    assert page.count('<b class="num">۱</b>') >= 2


def test_the_list_names_appointments_by_their_day_and_hour(clinic: Clinic, enter: Enter) -> None:
    clinic.book("1405/08/30 09:00")
    page = enter("sara", SEEING).get("/medical/appointments").text
    assert re.search(r"<bdi[^>]*>۱۴۰۵/۰۸/۳۰ ۰۹:۰۰</bdi>", page)
    assert "2026-11-21 " not in page


def test_who_may_book_finds_the_way_on_every_form_of_the_list(clinic: Clinic, enter: Enter) -> None:
    desk, looking = enter("desk", DESK), enter("sara", SEEING)
    for address in ("/medical/appointments", "/medical/appointments?f.state.is=done"):
        assert 'href="/medical/book"' in desk.get(address).text
        assert 'href="/medical/book"' not in looking.get(address).text
    assert desk.get("/medical/book").status_code == 200


def test_a_drop_runs_the_plugins_command_and_gives_the_new_heads(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    answer = drop(enter("sara", MOVING), number, "confirmed", 1)
    assert answer.status_code == 200
    assert stored(clinic, number).state == "confirmed"
    assert f'hx-target="#card-{number}"' in answer.text
    assert 'data-version="2"' in answer.text
    assert cards(answer.text) == {"confirmed": ["Sara Rad"]}
    assert answer.text.count('hx-target="#sum-') == 4


def test_a_state_that_may_not_follow_is_refused_in_words(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    answer = drop(enter("sara", MOVING), number, "done", 1)
    assert answer.status_code == 422
    assert "toast" in answer.headers["HX-Trigger"]
    assert stored(clinic, number).state == "booked"


def test_who_moves_what_changed_meanwhile_is_told_and_nothing_happens(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    clinic.run("medical.set_state", appointment=number, state="confirmed")
    answer = drop(enter("sara", MOVING), number, "arrived", 1)
    assert answer.status_code == 422
    assert "toast" in answer.headers["HX-Trigger"]
    assert stored(clinic, number).state == "confirmed"


def test_a_card_does_not_go_to_another_doctor_by_the_board(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    clinic.book("1405/08/30 09:00", doctor=1, patient=1)
    answer = drop(enter("sara", MOVING), number, "confirmed", 1, swim=str(clinic.doctors[1]))
    assert answer.status_code == 422
    assert stored(clinic, number).state == "booked"


def test_who_may_only_look_gets_no_way_to_move(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    looking = enter("looking", SEEING)
    page = looking.get(BOARD).text
    assert cards(page) == {"booked": ["Sara Rad"]}
    assert "data-to=" not in page
    assert "/move" not in page
    assert drop(looking, number, "confirmed", 1).status_code == 403
    assert stored(clinic, number).state == "booked"


def test_appointments_of_others_are_not_on_the_board_and_cannot_be_moved(
    clinic: Clinic, enter: Enter
) -> None:
    number = clinic.book("1405/08/30 09:00")
    own = enter("own", {right: "own" if right[0] == "medical.appointment" else "all" for right in MOVING})
    page = own.get(BOARD).text
    assert cards(page) == {}
    assert "Sara Rad" not in page
    assert drop(own, number, "confirmed", 1).status_code == 404
    assert drop(own, 999_999, "confirmed", 1).status_code == 404


def test_the_dialog_moves_without_scripts_too(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    browser = enter("sara", MOVING)
    address = f"/medical/appointments/{number}/move?look=board&q="
    page = browser.get(address)
    assert "<html" in page.text
    assert re.findall(r'name="lane" value="(\w+)"', page.text) == ["confirmed", "arrived", "missed"]
    assert "<html" not in browser.get(address, htmx=True).text
    answer = browser.post(address, {"lane": "arrived", "version": 1})
    assert answer.headers["Location"] == BOARD
    assert stored(clinic, number).state == "arrived"
    again = browser.post(address, {"lane": "booked", "version": 2})
    assert again.status_code == 422
    assert 'role="alert"' in again.text


def test_what_cannot_be_noted_yet_is_not_offered(clinic: Clinic, enter: Enter) -> None:
    years_on = SATURDAY + timedelta(weeks=468)
    past = clinic.book("1405/08/30 09:00")
    ahead = clinic.book(f"{years_on.isoformat()} 09:00", patient=1)
    page = enter("sara", MOVING).get(BOARD).text
    found = dict(re.findall(r'<article class="deal" id="card-(\d+)".*?data-to="([^"]*)"', page))
    assert found == {str(past): "confirmed arrived missed", str(ahead): "confirmed"}
    assert drop(enter("desk", MOVING), ahead, "missed", 1).status_code == 422
    assert stored(clinic, ahead).state == "booked"


def test_the_board_keeps_filters_and_a_saved_view_opens_it(clinic: Clinic, enter: Enter) -> None:
    clinic.book("1405/08/30 09:00")
    clinic.book("1405/08/30 09:00", doctor=1, patient=1)
    browser = enter("sara", MOVING)
    asked = f"{BOARD}&f.doctor.is={clinic.doctors[1]}"
    page = browser.get(asked).text
    assert cards(page) == {"booked": ["Omid Kia"]}
    assert f'href="/medical/appointments?f.doctor.is={clinic.doctors[1]}"' in page
    made = browser.post(
        f"/medical/appointments/views/new?look=board&f.doctor.is={clinic.doctors[1]}", {"name": "تختهٔ دو"}
    )
    opened = browser.get(made.headers["Location"])
    assert "look=board" in opened.headers["Location"]
    assert cards(browser.get(opened.headers["Location"]).text) == {"booked": ["Omid Kia"]}


def test_further_cards_of_a_lane_are_asked_for(
    clinic: Clinic, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.resources.views.boards.CARDS", 1)
    clinic.book("1405/08/30 09:00")
    clinic.book("1405/08/30 10:00", patient=1)
    browser = enter("sara", MOVING)
    page = browser.get(BOARD).text
    assert cards(page) == {"booked": ["Omid Kia"]}
    rest = browser.get(browser.link(page, "/lane?", attribute="hx-get"), htmx=True).text
    assert cards(rest) == {"booked": ["Sara Rad"]}
    assert "/lane?" not in rest


def test_a_folded_swim_lane_is_asked_for_when_it_is_opened(
    clinic: Clinic, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.resources.views.boards.CELLS_AT_FIRST", 1)
    clinic.book("1405/08/30 09:00")
    clinic.book("1405/08/30 10:00", doctor=1, patient=1)
    browser = enter("sara", MOVING)
    page = browser.get(BOARD).text
    lanes = browser.get(browser.link(page, "/swim?", attribute="hx-get"), htmx=True).text
    assert sorted([*cards(page)["booked"], *cards(lanes)["booked"]]) == ["Omid Kia", "Sara Rad"]
    assert page.count("<details") - page.count('<details class="swim" open') >= 1
    for wrong in ("&swim=999999", "&swim=none", "&swim=%00", ""):
        assert browser.get(f"/medical/appointments/swim?look=board{wrong}").status_code == 404, wrong
    assert browser.get("/medical/appointments/swim?look=calendar&swim=1").status_code == 404


def test_strange_questions_are_answered_politely(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/08/30 09:00")
    browser = enter("sara", MOVING)
    assert browser.get("/medical/appointments/lane").status_code == 404
    assert browser.get("/medical/appointments/lane?look=board&lane=nothing").status_code == 404
    assert browser.get(f"{BOARD}&after=nothing").status_code == 200
    assert browser.get("/medical/appointments?look=nothing").status_code == 200
    assert browser.get(f"/medical/appointments/{number}/move").status_code == 404
    assert drop(browser, number, "nothing", 1).status_code == 404
    assert drop(browser, number, "confirmed", 1, swim="nothing").status_code == 404
