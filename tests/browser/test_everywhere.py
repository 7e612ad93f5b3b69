"""What stands on every page, in a real browser: the bell, the palette by keyboard, taking back, the bar of open records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served
from tests.web.conftest import ALL

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
def enter(open_page: OpenPage) -> Callable[..., Page]:
    """Sign in through the page and go to an address."""

    def signed_in(username: str, path: str) -> Page:
        page = open_page(path, height=844)
        page.locator("#username").fill(username)
        page.locator("#password").fill(PASSWORD)
        page.locator("form.form").get_by_role("button").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return signed_in


def test_the_bell_opens_a_panel_that_leads_to_the_record(desk: FrontDesk, enter: Callable[..., Page]) -> None:
    page = enter(desk.user("told", ALL), "/persons")
    person = desk.create("person", first_name="رویا", last_name="شریفی")
    desk.run("record.assign", resource="person", record_id=person, owner=_newest_user(desk))
    page.reload()
    bell = page.locator("[data-bell]")
    expect(bell.locator(".bell-count")).to_have_text("۱")
    bell.focus()
    page.keyboard.press("Enter")
    expect(bell).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#bell-panel")).to_be_hidden()
    expect(bell).to_be_focused()
    bell.click()
    page.locator("#bell-panel").get_by_role("button", name=re.compile("رویا شریفی")).click()
    page.wait_for_url(f"**/persons/{person}")
    expect(page.locator(".bell-count")).to_have_count(0)


def _newest_user(desk: FrontDesk) -> int:
    with desk.engines.owner(desk.site).connect() as owner:
        return int(owner.exec_driver_sql("SELECT max(id) FROM kernel.user_account").scalar_one())


def test_the_palette_works_by_keyboard_with_either_layout(
    desk: FrontDesk, enter: Callable[..., Page]
) -> None:
    person = desk.create("person", first_name="نیک", last_name="مهرگان")
    page = enter(desk.user("palette", ALL), f"/persons/{person}")
    # On a Persian layout the key K writes «ن»; the shortcut is the key.
    page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ن', code: 'KeyK', ctrlKey: true, bubbles: true}))"
    )
    box = page.locator("#palette")
    expect(box).to_be_visible()
    page.keyboard.type("liv'hk")  # «مهرگان», typed with the Latin layout
    expect(box.locator("[role=option]").first).to_contain_text("مهرگان")
    page.locator("#palette input").fill(",dvhda")
    expect(box.locator("[role=option][aria-selected=true]")).to_contain_text("ویرایش")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/persons/{person}/edit"))


def test_a_deletion_is_read_out_and_taken_back_by_keyboard(
    desk: FrontDesk, enter: Callable[..., Page]
) -> None:
    person = desk.create("person", first_name="نسرین", last_name="کاوه")
    page = enter(desk.user("undo", ALL), f"/persons/{person}")
    page.locator("[popovertarget=record-more]").click()
    page.get_by_role("button", name="انتقال به بازیافت").click()
    page.locator("#confirm [value=yes]").click()
    toast = page.locator(".toasts[role=status] .toast")
    expect(toast).to_contain_text("«نسرین کاوه» به بازیافت رفت")
    expect(page.locator("[data-undo]")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(toast.or_(page.locator(".notices"))).to_contain_text("برگردانده شد")
    page.goto(f"{desk.address}/persons/{person}")
    expect(page.get_by_role("heading", name="نسرین کاوه").first).to_be_visible()


def test_opened_records_stand_in_the_bar_and_are_reached_and_closed_by_keys(
    desk: FrontDesk, enter: Callable[..., Page]
) -> None:
    people = [desk.create("person", last_name=name) for name in ("یکم", "دوم")]
    page = enter(desk.user("bar", ALL), f"/persons/{people[0]}")
    tabs = page.locator(".open-tab a")
    expect(tabs).to_have_text(["یکم"])
    page.goto(f"{desk.address}/persons/{people[1]}")
    expect(tabs).to_have_text(["یکم", "دوم"])
    page.keyboard.press("g")
    page.keyboard.press("1")
    page.wait_for_url(f"**/persons/{people[0]}")
    expect(tabs.first).to_have_attribute("aria-current", "page")
    tabs.nth(1).focus()
    page.keyboard.press("Delete")
    expect(tabs).to_have_text(["یکم"])
