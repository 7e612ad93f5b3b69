"""A day's work of an academy in a real browser: attendance by thumb, grades by keyboard, a certificate that is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.education.suggestions import PATTERNS
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
HEAD = next(pattern.grants for pattern in PATTERNS if pattern.name == "head")
RULE = {
    "scale": "20",
    "pass_mark": "10",
    "rounding_step": "0.25",
    "rounding_way": "nearest",
    "empty_as": "wait",
    "absent_as": "zero",
    "drop_lowest": "0",
    "least_attendance": "0",
}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "education") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def test_attendance_grades_and_certificate(desk: FrontDesk, open_page: Callable[..., Page]) -> None:
    course = desk.create("education.course", title="پایتون", **RULE)
    now = desk.runtime.clock()
    offering = desk.create(
        "education.offering", course=course, capacity=5, begins_on=now.date().isoformat(), fee=0
    )
    for title, weight in (("میان‌ترم", "1"), ("پایان‌ترم", "2")):
        desk.create("education.item", offering=offering, title=title, weight=weight, maximum="20")
    for name in ("احمدی", "باقری"):
        person = desk.create("person", last_name=name)
        desk.run("education.enrol", offering=offering, student=person)
    session = desk.create(
        "education.session",
        offering=offering,
        starts_at=(now - timedelta(hours=1)).isoformat(),
        ends_at=now.isoformat(),
    )
    page = open_page(f"/education/sessions/{session}/attendance", width=390, height=844)
    page.locator("#username").fill(desk.user("sara", HEAD))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/attendance")
    page.get_by_role("group", name="باقری").get_by_label("غایب").check()
    page.get_by_role("button", name="ثبت حضور و غیاب").click()
    expect(page.get_by_role("group", name="باقری").get_by_label("غایب")).to_be_checked()

    page.set_viewport_size({"width": 1280, "height": 844})
    page.goto(f"{desk.address}/education/classes/{offering}/grades")
    cells = page.locator("[data-grid] input.input")
    cells.nth(0).click()
    page.keyboard.type("۱۷")
    page.keyboard.press("Tab")
    page.keyboard.type("۱۹")
    cells.nth(0).focus()
    page.keyboard.press("Enter")
    expect(cells.nth(2)).to_be_focused()
    page.keyboard.type("۰")
    page.keyboard.press("ArrowUp")
    expect(cells.nth(0)).to_be_focused()
    cells.nth(3).fill("غ")
    page.get_by_role("button", name="ثبت نمره‌ها").click()
    expect(page.locator("[data-grid] tbody tr").nth(0)).to_contain_text("۱۸٫۲۵")
    page.get_by_role("button", name="نهایی کردن نتیجه‌ها").click()
    page.get_by_role("button", name="صدور گواهی‌نامهٔ همهٔ قبول‌شدگان").click()
    page.wait_for_url(re.compile(rf"/classes/{offering}$"))
    page.goto(f"{desk.address}/education/certificates")
    page.locator("tr[data-id] a").first.click()
    page.wait_for_url(re.compile(r"/education/certificates/\d+"))
    page.get_by_role("link", name="آن‌گونه که همه می‌بینند").click()
    expect(page.locator("main")).to_contain_text("معتبر است")
    expect(page.locator("main")).to_contain_text("احمدی")
