"""A day with guarantees in a real browser: registered at the desk, a claim to its end, and what a dealer sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.carpet.menus import PATTERNS
from plugins.carpet.models import Serial
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
GRANTS = {pattern.name: pattern.grants for pattern in PATTERNS}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "carpet") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def signed_in(desk: FrontDesk, page: Page, username: str) -> Page:
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(re.compile("/carpet/"))
    return page


def cards(desk: FrontDesk, dealer_users: list[str]) -> list[str]:
    """A batch of five cards, the first three at a dealer; gives the serials."""
    model = desk.create("carpet.model", code="A1", title="افشان ۷۰۰ شانه")
    firm = desk.create("organisation", name="فرش سرای نگین")
    from kernel.access.models import UserAccount

    with desk.runtime.reading(desk.administrator) as context:
        wanted = select(UserAccount.id).where(UserAccount.username.in_(dealer_users))
        users = [{"user": number} for number in context.session.execute(wanted).scalars()]
    dealer = desk.create("carpet.dealer", {"users": users}, code="D1", title="فرش سرای نگین", party=firm)
    desk.run("carpet.make_batch", model=model, produced_on=desk.today.isoformat(), count=5)
    with desk.runtime.reading(desk.administrator) as context:
        numbers = list(context.session.execute(select(Serial.number).order_by(Serial.place)).scalars())
    desk.run("carpet.give_serials", first=numbers[0], last=numbers[2], dealer=dealer)
    return numbers


def test_a_day_from_the_card_to_another_carpet(desk: FrontDesk, open_page: Callable[..., Page]) -> None:
    seller = desk.user("dealer", GRANTS["dealer"])
    serials = cards(desk, [seller])
    page = signed_in(
        desk, open_page("/carpet/desk", width=1440, height=844), desk.user("boss", GRANTS["manager"])
    )
    page.locator("#carpet-q").fill(f"{serials[0][:4]} {serials[0][4:8]} {serials[0][8:]}")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="ثبت ضمانت").first.click()
    page.locator("#last_name").fill("بهرامی")
    page.locator("#mobile").fill("۰۹۱۲۵۵۵۰۰۰۱")
    page.locator("form.form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/carpet/guarantees/\d+"))
    expect(page.locator("main")).to_contain_text("بهرامی")
    page.get_by_role("link", name="ثبت درخواست خسارت").click()
    page.locator("#fault").fill("لبه")
    page.get_by_role("option").first.click()
    page.locator("#description").fill("لبه باز شده است")
    page.locator("form.form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/carpet/claims/\d+"))
    claim = page.url.partition("?")[0]
    page.get_by_role("link", name="ثبت نتیجهٔ بازدید").click()
    page.locator("#findings").fill("ایراد تأیید شد")
    page.locator("form.form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/carpet/claims/\d+"))
    number = claim.rpartition("/")[2]
    desk.run("carpet.decide_claim", claim=int(number), verdict="accepted", decision="ایراد بافت")
    page.goto(f"{desk.address}/carpet/claim/{number}/replace")
    page.locator("#serial").fill(serials[3])
    page.locator("form.form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/carpet/claims/\d+"))
    expect(page.locator("main")).to_contain_text("جایگزین‌شده")
    seen = signed_in(desk, open_page("/carpet/serials", width=390, height=844), seller)
    expect(seen.locator("main")).to_contain_text("افشان")
    seen.goto(f"{desk.address}/carpet/guarantees")
    expect(seen.locator("main")).to_contain_text("بهرامی")
    assert seen.goto(f"{desk.address}/carpet/batches").status == 403  # type: ignore[union-attr]
