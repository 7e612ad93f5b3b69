"""A day at the clinic's desk in a real browser: a free time is found and booked, the patient arrives and is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.medical.suggestions import PATTERNS
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
RECEPTION = next(pattern.grants for pattern in PATTERNS if pattern.name == "receptionist")


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def test_a_free_time_is_found_booked_and_the_patient_gets_a_number(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    desk.doctor("دکتر ماندگار")
    desk.create("medical.service", title="ویزیت", minutes="20")
    patient = desk.create("person", first_name="رویا", last_name="نوبتی")
    page = open_page(f"/medical/free?patient={patient}", width=1440, height=844)
    page.locator("#username").fill(desk.user("sara", RECEPTION))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/medical/free**")
    page.locator(".medical-times a").first.click()
    page.locator(".form-foot").get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"/medical/visits/\d+$"))
    desk.today_is_the_day(int(page.url.rpartition("/")[2]))
    page.reload()
    page.get_by_role("button", name="حاضر").click()
    expect(page.locator("main")).to_contain_text("شمارهٔ صف ۱")
    page.locator(".crumbs a").first.click()
    page.wait_for_url("**/medical/day**")
    expect(page.locator(".day-grid")).to_contain_text("رویا نوبتی")
