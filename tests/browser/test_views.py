"""Boards and calendars in a real browser: dragged, moved by keys, refused, and cut off from the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.axe import violations
from tests.browser.conftest import Complaints
from tests.browser.front_desk import FrontDesk, served
from tests.browser.test_front_desk import enter, fits

pytestmark = pytest.mark.browser
__all__ = ["enter"]
Enter = Callable[..., Page]
BOARD = "/medical/appointments?look=board"


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


@pytest.fixture(scope="module")
def doctor(desk: FrontDesk) -> int:
    return desk.doctor("Dr Board")


@pytest.fixture(scope="module")
def service(desk: FrontDesk) -> int:
    return desk.create("medical.service", title="Visit", minutes="30")


@pytest.fixture
def book(desk: FrontDesk, doctor: int, service: int) -> Iterator[Callable[..., int]]:
    """Book an appointment of somebody new at a time of the next working day; they are cancelled after the test."""
    made: list[int] = []

    def booked(name: str, time: str = "09:00") -> int:
        person = desk.create("person", last_name=name)
        at = f"{desk.workday()} {time}"
        number: int = desk.run("medical.book", doctor=doctor, patient=person, service=service, starts_at=at)
        made.append(number)
        return number

    yield booked
    for number in made:
        if state(desk, number) not in ("done", "cancelled", "in_visit"):
            desk.run("medical.cancel", appointment=number, by="clinic")


def state(desk: FrontDesk, number: int) -> str:
    from plugins.medical.models import Appointment

    with desk.runtime.reading(desk.administrator) as context:
        found = context.session.get(Appointment, number)
        assert found is not None
        return found.state


def on_board(enter: Enter, username: str, width: int = 1440) -> Page:
    """Open the board and wait for its scripts, which are fetched when it comes into a page."""
    page = enter(username, BOARD, width)
    page.locator("[data-module=board][data-ready]").wait_for()
    return page


def pile(page: Page, lane: str) -> Locator:
    return page.locator(f'.pile[data-lane="{lane}"]').first


def drag(page: Page, card: Locator, target: Locator) -> None:
    """Take a card by its middle and let it go in the upper part of a pile, as a hand does: in several steps."""
    card.hover()  # waits until it stands still
    start, end = card.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.locator("[data-module=board][data-awake]").wait_for()
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2 + 8, start["y"] + start["height"] / 2 + 8, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 30, steps=12)
    page.mouse.up()


def test_a_card_is_dragged_and_what_may_not_be_snaps_back_in_words(
    desk: FrontDesk, enter: Enter, book: Callable[..., int]
) -> None:
    number = book("Dragged")
    desk.today_is_the_day(number)
    page = on_board(enter, desk.receptionist())
    card = page.locator(f"#card-{number}")
    with page.expect_response(re.compile("/move")):
        drag(page, card, pile(page, "confirmed"))
    expect(card).to_have_attribute("data-lane", "confirmed")
    expect(pile(page, "confirmed").locator(".deal")).to_have_count(1)
    assert state(desk, number) == "confirmed"
    desk.run("medical.cancel", appointment=number, by="patient")  # somebody else, meanwhile
    with page.expect_response(re.compile("/move")):
        drag(page, card, pile(page, "arrived"))
    expect(page.locator(".toast.error")).to_be_visible()
    expect(pile(page, "confirmed").locator(".deal")).to_have_count(1)
    assert state(desk, number) == "cancelled"
    drag(page, card, pile(page, "done"))  # the board lets nothing go there from here
    expect(pile(page, "confirmed").locator(".deal")).to_have_count(1)
    assert state(desk, number) == "cancelled"


def test_a_card_goes_by_keys_and_by_the_dialog(
    desk: FrontDesk, enter: Enter, book: Callable[..., int]
) -> None:
    number = book("Keyed", "09:30")
    desk.today_is_the_day(number)
    page = on_board(enter, desk.receptionist())
    card = page.locator(f"#card-{number}")
    card.focus()
    with page.expect_response(re.compile("/move")):
        page.keyboard.press("Alt+ArrowLeft")
    expect(pile(page, "confirmed").locator(f"#card-{number}")).to_be_focused()
    expect(page.locator("[data-board-said]")).to_contain_text("Keyed")
    assert state(desk, number) == "confirmed"
    card.locator(".to").press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    dialog.locator('[value="arrived"]').click()
    expect(pile(page, "arrived").locator(f"#card-{number}")).to_be_visible()
    assert state(desk, number) == "arrived"


def test_a_lost_connection_leaves_the_card_where_the_server_has_it(
    desk: FrontDesk, enter: Enter, book: Callable[..., int], complaints: Complaints
) -> None:
    complaints.expected.append("ERR_INTERNET_DISCONNECTED")
    complaints.expected.append("Failed to fetch")
    number = book("Offline", "10:00")
    page = on_board(enter, desk.receptionist())
    card = page.locator(f"#card-{number}")
    page.context.set_offline(True)
    card.focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator(".toast.error").first).to_be_visible()
    expect(pile(page, "booked").locator(f"#card-{number}")).to_be_visible()
    page.context.set_offline(False)
    with page.expect_response(re.compile(r"look=board"), timeout=20_000):
        pass
    assert state(desk, number) == "booked"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_board_fits_and_is_accessible(
    desk: FrontDesk, enter: Enter, book: Callable[..., int], width: int
) -> None:
    book("Fitting", "10:30")
    page = on_board(enter, desk.receptionist(), width)
    expect(page.locator(".deal").first).to_be_visible()
    fits(page)
    assert violations(page) == []


def starts(desk: FrontDesk, number: int) -> str:
    from plugins.medical.models import Appointment

    with desk.runtime.reading(desk.administrator) as context:
        found = context.session.get(Appointment, number)
        assert found is not None
        return f"{found.starts_at.astimezone(desk.site.time_zone):%Y-%m-%d %H:%M}"


def test_an_entry_is_dragged_moved_by_keys_and_refused_in_words(
    desk: FrontDesk, enter: Enter, book: Callable[..., int]
) -> None:
    number, day = book("Calendar", "09:00"), desk.workday()
    page = enter(desk.receptionist(), f"/medical/appointments?look=calendar.day&at={day}")
    page.locator("[data-module=calendar][data-ready]").wait_for()
    block = page.locator(f'[data-entry="{number}"]')
    block.hover()
    box = block.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 84, steps=8)  # twelve rows of five minutes
    with page.expect_response(re.compile("/move")):
        page.mouse.up()
    expect(block).to_have_attribute("data-start", f"{day}T10:00")
    assert starts(desk, number) == f"{day} 10:00"
    block.locator(".to-record").focus()
    with page.expect_response(re.compile("/move")):
        page.keyboard.press("Alt+ArrowDown")
    expect(block).to_have_attribute("data-start", f"{day}T10:15")
    expect(block.locator(".to-record")).to_be_focused()
    book("Taken", "10:45")
    with page.expect_response(re.compile("/move")):
        page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".toast.error")).to_be_visible()
    expect(block).to_have_attribute("data-start", f"{day}T10:15")
    assert starts(desk, number) == f"{day} 10:15"
    block.hover()
    block.locator(".to").click()
    expect(page.locator("#dialog")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("look", ["calendar", "calendar.week", "calendar.day"])
def test_a_calendar_fits_and_is_accessible(
    desk: FrontDesk, enter: Enter, book: Callable[..., int], look: str
) -> None:
    book("Fitting", "11:00")
    page = enter(desk.receptionist(), f"/medical/appointments?look={look}&at={desk.workday()}")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        fits(page)
        assert violations(page) == []
