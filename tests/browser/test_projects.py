"""The main job with projects in a real browser: tasks with values, percents in the plan, and the sum that follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.projects.suggestions import PATTERNS
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
MANAGER = next(pattern.grants for pattern in PATTERNS if pattern.name == "manager")


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "projects") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def test_the_progress_follows_what_is_entered_in_the_plan(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    page = open_page("/projects/projects/new", width=1440, height=844)
    page.locator("#username").fill(desk.user("sara", MANAGER))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/projects/projects/new")
    page.locator("#title").fill("پل کارون")
    page.locator("#record-form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/projects/projects/\d+"))
    number = int(page.url.partition("?")[0].rpartition("/")[2])
    for title, value in (("پی‌ریزی", "3"), ("رنگ", "1")):
        desk.create("projects.task", title=title, project=number, value=value)
    page.goto(f"{desk.address}/projects/{number}/plan")
    page.get_by_label("پی‌ریزی").last.fill("۵۰")
    page.keyboard.press("Enter")
    expect(page.locator("tfoot")).to_contain_text("۳۷٫۵٪")
    page.get_by_label("پی‌ریزی").last.fill("۱۰۱")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-invalid=true]")).to_have_value("۱۰۱")
    expect(page.locator("tfoot")).to_contain_text("۳۷٫۵٪")
