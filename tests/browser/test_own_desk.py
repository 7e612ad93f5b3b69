"""The desk arranged in a real browser: by the arrows on the keyboard, by dragging; blocks that are fetched by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
RIGHTS = {("party", action): "all" for action in ("view", "create", "edit", "report")}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        for name, gender in (("احمدی", "female"), ("بهرامی", "male")):
            made.create("person", last_name=name, gender=gender)
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def titles(page: Page) -> list[str]:
    return page.locator(".cards section.card h2").all_inner_texts()


def test_blocks_are_arranged_by_keys_and_by_dragging_and_fetch_themselves(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    page = open_page("/persons/report?group=gender&figure=count::&chart=bars", width=1440, height=844)
    page.locator("#username").fill(desk.user("sara", RIGHTS))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.get_by_role("button", name="گزارش‌های ذخیره‌شده").click()
    page.get_by_text("ذخیره به‌عنوان گزارش تازه").click()
    page.locator("#view-name").fill("جنسیت‌ها")
    page.locator("#dialog form").get_by_role("button", name="ذخیره").click()
    page.wait_for_url(re.compile("view="))
    page.goto(f"{desk.address}/")
    page.get_by_role("button", name="چیدمان").click()
    items = page.locator(".desk-order li")
    report = items.filter(has_text="جنسیت‌ها")
    report.get_by_role("checkbox").check()
    up = report.get_by_role("button", name=re.compile("بالا"))
    up.focus()
    for _step in range(items.count()):
        page.keyboard.press("Enter")
    expect(items.first).to_contain_text("جنسیت‌ها")
    expect(up).to_be_focused()
    report.get_by_role("combobox").last.select_option("3")
    page.locator("#dialog").get_by_role("button", name="نگه‌داشتن برای من").click()
    expect(page.locator(".cards section.card").first).to_contain_text("جنسیت‌ها")
    expect(page.locator(".cards table.report")).to_contain_text("مرد")
    first = titles(page)
    page.get_by_role("button", name="چیدمان").click()
    items.last.locator(".grip").drag_to(items.first.locator(".grip"))
    page.locator("#dialog").get_by_role("button", name="نگه‌داشتن برای من").click()
    page.wait_for_load_state()
    expect(page.locator(".cards section.card h2").first).not_to_have_text("جنسیت‌ها")
    assert sorted(titles(page)) == sorted(first)
    page.set_viewport_size({"width": 390, "height": 844})
    boxes = [box for each in page.locator(".cards section.card").all() if (box := each.bounding_box())]
    assert len({round(box["x"]) for box in boxes}) == 1
