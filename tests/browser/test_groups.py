"""The tree of groups by keys, by right-click and by dragging, and the printed sheet, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
RIGHTS = {
    **{("party", action): "all" for action in ("view", "create", "edit", "print")},
    **{("party_group", action): "all" for action in ("view", "create", "edit", "delete")},
}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


@pytest.fixture
def enter(desk: FrontDesk, open_page: OpenPage) -> Callable[..., Page]:
    """Sign in as somebody who may do all with groups, and go to an address."""

    def signed_in(path: str, width: int = 1440) -> Page:
        page = open_page(path, width=width, height=844)
        page.locator("#username").fill(desk.user("sara", RIGHTS))
        page.locator("#password").fill(PASSWORD)
        page.locator("form.form").get_by_role("button").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.wait_for_load_state("networkidle")  # the script of trees comes when there is one
        return page

    return signed_in


@pytest.fixture
def tree(desk: FrontDesk) -> dict[str, int]:
    """industrial > textile, and services; with names of their own for each test."""
    mark = desk.user("mark")
    kind = "organisation_group"
    industrial = desk.create(kind, name=f"صنعتی {mark}")
    textile = desk.create(kind, name=f"نساجی {mark}", parent=industrial)
    services = desk.create(kind, name=f"خدماتی {mark}")
    return {"industrial": industrial, "textile": textile, "services": services}


def node(page: Page, number: int) -> Locator:
    return page.locator(f"#node-{number}")


def row(page: Page, number: int) -> Locator:
    return page.locator(f"#node-{number} > .node")


def beneath(page: Page, upper: int, lower: int) -> Locator:
    return page.locator(f"#node-{upper} > ul > #node-{lower}")


def test_the_tree_by_keys(enter: Callable[..., Page], tree: dict[str, int]) -> None:
    page = enter("/groups/organisation")
    node(page, tree["industrial"]).focus()
    page.keyboard.press("ArrowRight")
    expect(node(page, tree["industrial"])).to_have_attribute("aria-expanded", "false")
    expect(row(page, tree["textile"])).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(node(page, tree["textile"])).to_be_focused()
    page.keyboard.press("Insert")
    page.locator(f"#node-edit-{tree['textile']} input[name=name]").fill("فرش‌بافی")
    page.keyboard.press("Enter")
    added = page.locator(f"#node-{tree['textile']} > ul > [role=treeitem]")
    expect(added).to_have_attribute("aria-label", "فرش‌بافی")
    added.focus()
    page.keyboard.press("F2")
    box = added.locator("input[name=name]")
    expect(box).to_be_focused()
    box.fill("قالی‌بافی")
    page.keyboard.press("Enter")
    expect(added).to_have_attribute("aria-label", "قالی‌بافی")
    added.focus()
    page.keyboard.press("Delete")
    page.locator("#confirm button[value=yes]").click()
    expect(added).to_have_count(0)


def test_the_list_as_a_tree_is_opened_by_keys_and_moved_by_dragging(
    enter: Callable[..., Page], tree: dict[str, int]
) -> None:
    page = enter("/organisation-groups?look=tree")
    expect(node(page, tree["textile"])).to_have_count(0)
    node(page, tree["industrial"]).focus()
    page.keyboard.press("ArrowLeft")
    expect(beneath(page, tree["industrial"], tree["textile"])).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(node(page, tree["textile"])).to_be_focused()
    row(page, tree["services"]).drag_to(row(page, tree["textile"]))
    expect(beneath(page, tree["textile"], tree["services"])).to_be_focused()
    row(page, tree["services"]).drag_to(page.locator("[data-tree-top]"))
    expect(beneath(page, tree["textile"], tree["services"])).to_have_count(0)
    expect(node(page, tree["services"])).to_have_attribute("aria-level", "1")
    page.keyboard.press("m")
    expect(page.locator("#dialog form")).to_be_visible()


def test_the_menu_of_a_right_click(enter: Callable[..., Page], tree: dict[str, int]) -> None:
    page = enter("/groups/organisation")
    row(page, tree["industrial"]).click(button="right")
    menu = page.locator("#node-menu")
    expect(menu).to_be_visible()
    menu.locator("[data-key=Delete]").click()
    page.locator("#confirm button[value=yes]").click()
    expect(page.locator(".toast.error")).to_be_visible()
    expect(node(page, tree["industrial"])).to_be_visible()
    row(page, tree["textile"]).locator("[data-node-menu]").click()
    page.locator("#node-menu [hx-get$='/move']").click()
    page.locator("#group-target").fill("خدماتی")
    page.locator("#dialog [role=option]").first.click()
    page.locator("#dialog .dialog-f [type=submit]").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator(f"#node-{tree['industrial']} > ul")).to_have_count(0)


def test_a_node_is_dragged_onto_another(enter: Callable[..., Page], tree: dict[str, int]) -> None:
    page = enter("/groups/organisation")
    row(page, tree["services"]).drag_to(row(page, tree["industrial"]))
    expect(beneath(page, tree["industrial"], tree["services"])).to_be_visible()


def test_the_tree_fits_a_phone(enter: Callable[..., Page], tree: dict[str, int]) -> None:
    page = enter("/groups/organisation", 390)
    expect(row(page, tree["textile"])).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("width", [1440, 390])
def test_the_sheet_is_without_the_shell_and_fits(
    desk: FrontDesk, enter: Callable[..., Page], width: int
) -> None:
    number = desk.create("person", first_name="سارا", last_name="کریمی")
    page = enter(f"/persons/{number}/print", width)
    expect(page.locator(".sheet h1")).to_have_text("سارا کریمی")
    expect(page.locator(".side")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.emulate_media(media="print")
    expect(page.locator(".sheet-bar")).to_be_hidden()
    expect(page.locator(".sheet-f")).to_be_visible()
