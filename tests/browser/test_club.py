"""The main job of the club in a real browser: a card at the counter opens the account, a purchase brings points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.club.tests.test_counter import COUNTER
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "club") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def test_a_card_opens_the_account_and_a_purchase_brings_points(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    person = desk.create("person", last_name="راد")
    desk.create("club.rank", title="برنزی", threshold=0, discount=0, multiplier=100)
    desk.create("club.rate", title="همه", points=1, per_amount=100_000, begins="2020-01-01")
    member = desk.run("club.join", party=person, card_number="90001234")
    page = open_page("/club/counter", width=390, height=844)
    page.locator("#username").fill(desk.user("sara", COUNTER))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/club/counter")
    page.keyboard.type("90001234")  # as a reader of cards types it
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/club/members/{member}\b|/club/account/{member}\b"))
    page.get_by_role("link", name="ثبت خرید").first.click()
    page.get_by_label("مبلغ").first.fill("۱۲٬۳۵۰٬۰۰۰")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/club/(account|purchase)/\d+$"))
    expect(page.locator("main")).to_contain_text("۱۲۳")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
