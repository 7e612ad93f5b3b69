"""A day's work of an insurance expert in a real browser: the call list, a call noted, and the renewal that ends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.insurance.suggestions import PATTERNS
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
HEAD = next(pattern.grants for pattern in PATTERNS if pattern.name == "head")


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "insurance") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def policy(desk: FrontDesk) -> int:
    """A policy that ends in five days."""
    holder = desk.create("person", last_name="کریمی", mobile="09121234567")
    insurer = desk.create("insurance.insurer", title="بیمهٔ ایران")
    ends = desk.today + timedelta(days=5)
    return desk.create(
        "insurance.policy",
        holder=holder,
        line="third_party",
        insurer=insurer,
        number="1404/12",
        plate="12ب345-67",
        begins_on=ends - timedelta(days=365),
        ends_on=ends,
        premium=50_000_000,
    )


def test_a_policy_is_renewed_from_the_call_list(desk: FrontDesk, open_page: Callable[..., Page]) -> None:
    policy(desk)
    page = open_page("/insurance/calls", width=1440, height=844)
    page.locator("#username").fill(desk.user("sara", HEAD))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/insurance/calls")
    row = page.locator("tbody tr")
    expect(row).to_contain_text("کریمی")
    row.get_by_role("link", name="ثبت تماس").click()
    page.locator("#outcome").select_option("wants")
    page.get_by_role("button", name="ثبت تماس").click()
    page.wait_for_url("**/insurance/calls")
    expect(page.locator("main")).to_contain_text("امروز برای تمدید با کسی تماس لازم نیست")
    page.goto(f"{desk.address}/insurance/renewals?look=board")
    page.get_by_role("link", name="کریمی").first.click()
    page.wait_for_url(re.compile(r"/insurance/\d+/file"))
    page.get_by_role("link", name="تمدید کردن").click()
    page.locator("#number").fill("۱۴۰۵/۹۹")
    page.locator("#premium").fill("۶۲۰۰۰۰۰۰")
    page.locator("#instalments").fill("۴")
    page.get_by_role("button", name="تمدید بیمه‌نامه").click()
    page.wait_for_url(re.compile(r"/insurance/\d+/file"))
    expect(page.locator("main")).to_contain_text("1405/99")
    expect(page.locator("#instalments tbody tr")).to_have_count(4)
    page.locator("#instalments").get_by_role("button", name="پرداخت شد").first.click()
    expect(page.locator("#instalments .badge.green")).to_have_count(1)
    page.goto(f"{desk.address}/insurance/renewals?f.renewal.is=renewed")
    expect(page.locator("tbody tr")).to_contain_text("کریمی")
