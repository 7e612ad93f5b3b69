"""What of a list is done by scripts: keys, dragging, editing in place, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
RIGHTS = {("party", action): "all" for action in ("view", "create", "edit", "delete")}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        for name, gender in (("احمدی", "female"), ("بهرامی", "male"), ("تقوی", "male")):
            made.create("person", last_name=name, gender=gender)
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


@pytest.fixture
def enter(desk: FrontDesk, open_page: OpenPage) -> Callable[..., Page]:
    """Sign in as somebody who may do all with parties, and go to an address."""

    def signed_in(path: str) -> Page:
        page = open_page(path, width=1440, height=844)
        page.locator("#username").fill(desk.user("sara", RIGHTS))
        page.locator("#password").fill(PASSWORD)
        page.locator("form.form").get_by_role("button").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return signed_in


def head(page: Page, key: str) -> Locator:
    return page.locator(f'th[data-col="{key}"]')


def width(page: Page, key: str) -> float:
    box = head(page, key).bounding_box()
    assert box is not None
    return box["width"]


def test_a_column_is_widened_by_dragging_and_by_keys_and_stays_so(enter: Callable[..., Page]) -> None:
    page = enter("/persons")
    before = width(page, "mobile")
    edge = head(page, "mobile").locator("[data-edge]")
    box = edge.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    with page.expect_response(re.compile("/columns/widths")):
        page.mouse.up()
    assert abs(width(page, "mobile") - before - 60) < 3
    edge.focus()
    with page.expect_response(re.compile("/columns/widths")):
        page.keyboard.press("ArrowRight")
    wanted = width(page, "mobile")
    assert abs(wanted - before - 44) < 3
    page.reload()
    assert abs(width(page, "mobile") - wanted) < 3
    page.locator("[data-search]").fill("احمدی")
    expect(page.locator("tr[data-id]")).to_have_count(1)
    assert abs(width(page, "mobile") - wanted) < 3
    edge.focus()
    with page.expect_response(re.compile("/columns/widths")):
        page.keyboard.press("Delete")
    page.reload()
    expect(head(page, "mobile")).not_to_have_attribute("data-width", re.compile("."))


def test_columns_are_put_in_order_by_keys_and_by_dragging(enter: Callable[..., Page]) -> None:
    page = enter("/persons")

    def keys() -> list[str]:
        return page.locator("th[data-col]").evaluate_all("all => all.map(th => th.dataset.col)")

    name, *others = keys()
    page.get_by_role("button", name="ستون‌ها").click()
    page.get_by_role("button", name="ترتیب و نگه‌داشتن").click()
    dialog = page.locator("#dialog")
    items = dialog.locator("li[data-movable]")
    items.first.locator('[data-move="1"]').focus()
    page.keyboard.press("Enter")
    expect(items.nth(1).locator('[data-move="1"]')).to_be_focused()
    page.wait_for_load_state("networkidle")
    items.nth(2).locator(".grip").drag_to(items.nth(0).locator(".grip"))
    dialog.get_by_role("button", name="نگه‌داشتن برای من").click()
    page.wait_for_url("**/persons")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert keys() == [name, others[2], others[1], others[0], *others[3:]]


def test_j_and_k_walk_the_rows_and_then_the_records(enter: Callable[..., Page]) -> None:
    page = enter("/persons?f.gender.is=male")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/persons/\d+"))
    page.keyboard.press("j")
    expect(page.locator("h2").first).to_contain_text("تقوی")
    page.locator('a[href*="#row-"]').first.click()
    expect(page.locator("tr:target .c-name a")).to_be_focused()


def test_groups_open_in_place(enter: Callable[..., Page]) -> None:
    page = enter("/persons?group=gender")
    man = page.locator("tr.group", has_text="مرد").locator("a")
    man.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-id]")).to_have_count(2)
    expect(man).to_have_attribute("aria-expanded", "true")
    expect(man).to_be_focused()
    man.press("Enter")
    expect(page.locator("tr[data-id]")).to_have_count(0)


def test_a_cell_is_edited_by_keys_and_by_a_double_click(desk: FrontDesk, enter: Callable[..., Page]) -> None:
    number = desk.create("person", last_name="خانه", gender="female")
    page = enter("/persons?q=خانه&cols=display_name,last_name,gender")
    row = page.locator(f"#row-{number}")
    last_name, gender = row.locator('[data-field="last_name"]'), row.locator('[data-field="gender"]')
    row.locator(".c-name a").focus()
    page.keyboard.press("ArrowLeft")
    expect(last_name).to_be_focused()
    page.keyboard.press("F2")
    control = page.locator("#cell-editor input[name=value]")
    expect(control).to_be_focused()
    control.fill("چیز دیگر")
    page.keyboard.press("Escape")
    expect(page.locator("#cell-editor")).to_have_count(0)
    expect(last_name).to_be_focused()
    expect(last_name).to_have_text("خانه")
    page.keyboard.press("Enter")
    expect(control).to_be_focused()
    control.fill("خانهٔ نو")
    page.keyboard.press("Enter")
    expect(last_name).to_have_text("خانهٔ نو")
    expect(row.locator(".c-name bdi")).to_have_text("خانهٔ نو")
    expect(last_name).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(gender).to_be_focused()
    gender.dblclick()
    page.locator("#cell-editor select").select_option("male")
    page.keyboard.press("Enter")
    expect(gender).to_have_text("مرد")
    assert page.url.endswith("gender")


def test_a_single_click_on_a_cell_still_opens_the_record(enter: Callable[..., Page]) -> None:
    page = enter("/persons?cols=display_name,gender")
    page.locator('td[data-field="gender"]').first.click()
    page.wait_for_url(re.compile(r"/persons/\d+"))


def test_an_error_stands_beside_the_cell(desk: FrontDesk, enter: Callable[..., Page]) -> None:
    desk.create("person", last_name="نادرست", gender="female")
    page = enter("/persons?q=نادرست&cols=display_name,last_name")
    page.locator('[data-field="last_name"]').dblclick()
    page.locator("#cell-editor input[name=value]").fill("آ" * 300)
    page.keyboard.press("Enter")
    expect(page.locator("#cell-editor [role=alert]")).to_be_visible()
    expect(page.locator("#cell-editor input[name=value]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator('[data-field="last_name"]')).to_have_text("نادرست")


def test_filters_are_suggested_while_typing_and_taken_by_keys(enter: Callable[..., Page]) -> None:
    page = enter("/persons?sort=mobile")
    box = page.locator("[data-search]")
    box.focus()
    box.press_sequentially("جنسیت: م")
    expect(page.locator("#list-facets [role=option]").first).to_have_text("جنسیت: مرد")
    page.keyboard.press("Escape")
    expect(page.locator("#list-facets")).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#list-facets")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/persons?f.gender.is=male&sort=mobile")
    expect(page.locator(".facets .chip")).to_contain_text("مرد")
    expect(page.locator("[data-search]")).to_be_focused()
    expect(page.locator("[data-search]")).to_have_value("")


def test_the_menu_of_a_row_opens_by_right_click_and_by_keys(enter: Callable[..., Page]) -> None:
    page = enter("/persons")
    row = page.locator("tr[data-id]").first
    row.locator(".c-act").click(button="right")
    menu = page.locator("#row-menu")
    expect(menu).to_be_visible()
    expect(menu.locator("a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    row.locator(".c-name a").focus()
    for key in ("ContextMenu", "Shift+F10"):
        page.keyboard.press(key)
        expect(menu).to_be_visible()
        page.keyboard.press("Escape")
        expect(row.locator(".c-name a")).to_be_focused()
    number = row.get_attribute("data-id")
    page.keyboard.press("ContextMenu")
    expect(menu.locator("a").first).to_have_attribute("href", f"/persons/{number}")


def test_a_list_that_comes_late_keeps_the_ticks_and_takes_no_answer_to_an_older_question(
    desk: FrontDesk, enter: Callable[..., Page]
) -> None:
    rows = [desk.create("person", last_name=name) for name in ("رود یک", "رود دو", "رود سه")]
    page = enter("/persons")
    late: list[Route] = []
    page.route(re.compile(r"/persons\?.*q="), lambda route: late.append(route))  # noqa: PLW0108 - a bound method of a list tells no signature
    with page.expect_request(re.compile(r"/persons\?.*q=")):
        page.locator("#list-form input[type=search]").fill("رود")
    for row in rows[:2]:
        page.locator(f'tr[data-id="{row}"] input[data-row]').check()
    page.locator(".bulk button[value=delete]").click()
    with page.expect_response(re.compile(r"/persons\?.*q=")):
        late[0].continue_()
    expect(page.locator("tr[data-id]")).to_have_count(3)
    agree = page.locator("dialog[open] .btn.primary, dialog[open] .btn.danger")
    agree.click()
    expect(page.locator(".toast.error")).to_contain_text("فهرست در این میان تغییر کرد")
    expect(page.locator("input[data-row]:checked")).to_have_count(2)
    page.locator(".bulk button[value=delete]").click()
    agree.click()
    expect(page.locator("tr[data-id]")).to_have_count(1)
