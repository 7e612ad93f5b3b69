"""The main job with tasks in a real browser: the cartable, a checklist ticked in place, the percent in the cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
RIGHTS = {("tasks.task", action): "own" for action in ("view", "create", "edit", "assign")}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "tasks") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def test_a_task_is_worked_on_from_the_cartable(desk: FrontDesk, open_page: Callable[..., Page]) -> None:
    page = open_page("/tasks/tasks/new", width=1440, height=844)
    page.locator("#username").fill(desk.user("sara", RIGHTS))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/tasks/tasks/new")
    page.locator("#title").fill("آماده‌سازی نمایشگاه")
    page.locator("#record-form button[type=submit]").last.click()
    page.wait_for_url("**/tasks/tasks/*")
    lines = page.locator("#checklist")
    for count, title in enumerate(("غرفه", "بروشور"), start=1):
        lines.locator("input[name=title]").fill(title)
        lines.locator("input[name=title]").press("Enter")
        expect(lines.locator("ol > li")).to_have_count(count)
    lines.get_by_role("button", name="تیک زدن «غرفه»").click()
    expect(lines.locator("li.done")).to_have_text("غرفه")
    expect(lines).to_contain_text("۱ از ۲")
    page.goto(f"{desk.address}/tasks/tasks?f.box.is=inbox")
    page.locator('[data-field="percent"]').dblclick()
    page.locator("#cell-editor input[name=value]").fill("۱۰۰")
    page.keyboard.press("Enter")
    expect(page.locator("#cell-editor")).to_have_count(0)
    page.reload()
    expect(page.locator("tbody tr[data-id]")).to_have_count(0)
    page.goto(f"{desk.address}/tasks/tasks?f.state.is=done")
    expect(page.locator("tbody tr[data-id]")).to_have_count(1)
