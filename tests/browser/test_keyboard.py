"""A day's work by keys alone, and moving cards by finger: nothing needs a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served
from tests.web.conftest import ALL

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until something is reached; the focus is always to be seen on the way."""
    for _press in range(most):
        page.keyboard.press("Tab")
        reached, shown = page.evaluate(
            """selector => { const at = document.activeElement;
            return [at.matches(selector), at === document.body || at.checkVisibility()]; }""",
            selector,
        )
        assert shown, "the focus went to something that is not seen"
        if reached:
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_day_without_a_mouse(desk: FrontDesk, open_page: Callable[..., Page]) -> None:
    people = [desk.create("person", last_name=name) for name in ("Kavir One", "Kavir Three", "Kavir Two")]
    page = open_page("/sign-in")
    page.keyboard.type(desk.user("keys", ALL))
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    # Find, in the list of persons.
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/persons")
    page.keyboard.press("/")
    page.keyboard.type("kavir")
    expect(page.locator("tr[data-id]")).to_have_count(3)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/persons/{people[0]}\b"))
    # Edit: a further telephone.
    page.keyboard.press("e")
    page.wait_for_url("**/edit**")
    tab_to(page, "#contacts > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#contacts [data-repeat-add]")
    page.keyboard.press("Enter")
    expect(page.locator("#contacts-0-kind")).to_be_focused()
    expect(page.locator("#contacts .repeat-row")).to_have_count(1)
    for _option in ("mobile", "phone"):
        page.keyboard.press("ArrowDown")
    tab_to(page, "#contacts-0-value")
    page.keyboard.type("02188776655")
    tab_to(page, ".form-foot button", 160)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/persons/{people[0]}\b(?!/edit)"))
    expect(page.locator("main")).to_contain_text("۸۸۷۷ ۶۶۵۵")
    # The next record of the same list.
    page.keyboard.press("j")
    page.wait_for_url(re.compile(rf"/persons/{people[1]}\b"))
    # An action on two of them.
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/persons")
    page.keyboard.press("/")
    with page.expect_response("**/persons?q=kavir**"):
        page.keyboard.type("kavir")
    expect(page.locator("tr[data-id]")).to_have_count(3)
    page.keyboard.press("Escape")
    for _row in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    tab_to(page, ".bulk button[value=delete]", 160)
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    tab_to(page, "dialog[open] .btn.danger, dialog[open] .btn.primary")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-id]")).to_have_count(1)
    expect(page.locator("tr[data-id]")).to_contain_text("Kavir Two")


def test_a_card_and_an_entry_are_moved_by_finger(desk: FrontDesk, chromium: Browser) -> None:
    doctor, person = desk.doctor("Dr Touch"), desk.create("person", last_name="Touched")
    service = desk.create("medical.service", title="Visit", minutes="30")
    day = desk.workday()
    number = desk.run(
        "medical.book", doctor=doctor, patient=person, service=service, starts_at=f"{day} 09:00"
    )
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, service_workers="block"
    )
    try:
        page = phone.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{desk.address}/sign-in?next=/medical/appointments?look=board")
        page.locator("#username").fill(desk.receptionist())
        page.locator("#password").fill(PASSWORD)
        page.locator("form.form").get_by_role("button").tap()
        page.locator("[data-module=board][data-awake]").wait_for()
        page.locator(f"#card-{number} .to").tap()
        page.locator('#dialog [value="confirmed"]').tap()
        expect(page.locator(f'.pile[data-lane="confirmed"] #card-{number}')).to_have_count(1)
        for look in ("calendar.day", "calendar.week", "calendar"):
            page.goto(f"{desk.address}/medical/appointments?look={look}&at={day}")
            page.locator("[data-module=calendar][data-ready]").wait_for()
            page.locator(f'[data-entry="{number}"]:visible .to').first.tap()
            expect(page.locator("#dialog form")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator("#dialog")).to_be_hidden()
    finally:
        phone.close()
