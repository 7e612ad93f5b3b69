"""A card reader is a fast keyboard: what it types into a form and into the palette, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


@pytest.fixture
def page(desk: FrontDesk, open_page: OpenPage) -> Page:
    """A receptionist's browser before the form of a new person."""
    page = open_page("/persons/new", height=844)
    page.locator("#username").fill(desk.receptionist())
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/persons/new")
    return page


def scan(page: Page, track: str) -> None:
    """Type as a reader does: without a pause, and Enter at once."""
    page.keyboard.type(track)
    page.keyboard.press("Enter")


def test_a_scan_fills_the_field_and_does_not_send_the_half_filled_form(desk: FrontDesk, page: Page) -> None:
    page.locator("#last_name").fill("کارتی")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.is_navigation_request() else None)
    page.locator("#card_number").focus()
    scan(page, ";603712345=9912?")
    expect(page.locator("#card_number")).to_have_value("603712345")
    expect(page.locator("#card_number")).not_to_be_focused()
    assert sent == []
    expect(page).to_have_url(f"{desk.address}/persons/new")
    page.locator(".form-foot").get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"/persons/\d+$"))
    expect(page.locator("main")).to_contain_text(re.compile("۶۰۳۷۱۲۳۴۵|603712345"))


def late(route: Route) -> None:
    """Answer after the pause that typing is given before a search, as a distant server does."""
    time.sleep(0.4)
    route.continue_()


@pytest.mark.parametrize("slow", [False, True])
def test_a_scan_in_the_palette_opens_the_person(desk: FrontDesk, page: Page, slow: bool) -> None:
    if slow:
        page.route("**/search/palette*", late)
    number = "6037998" if slow else "6037999"
    person = desk.create("person", last_name="دارنده کارت", card_number=number)
    desk.create("person", last_name="دیگری", card_number=f"{number}1")
    page.locator("[data-palette]:visible").first.click()
    expect(page.locator("#palette input")).to_be_focused()
    scan(page, f";{number}=9912?")
    page.wait_for_url(f"**/persons/{person}")
    expect(page.locator("h1")).to_contain_text("دارنده کارت")
