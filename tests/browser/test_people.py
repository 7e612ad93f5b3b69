"""Relations and posts on the page of a person, in a real browser, by somebody without any right beyond his work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.conftest import Complaints
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
RIGHTS = {
    **{("party", action): "own" for action in ("view", "create", "edit")},
    ("base_data", "view"): "all",
}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


@pytest.fixture
def page(desk: FrontDesk, open_page: Callable[..., Page]) -> Page:
    """Somebody who sees and writes his own parties has signed in."""
    page = open_page("/persons", width=1440)
    page.locator("#username").fill(desk.user("nahid", RIGHTS))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def make(page: Page, path: str, field: str, name: str) -> None:
    page.goto(f"{re.match('https?://[^/]+', page.url)[0]}{path}/new")
    page.locator(f"#{field}").fill(name)
    page.locator(".form-foot").get_by_role("button").first.click()
    page.wait_for_url(re.compile(rf"{path}/\d+$"))


def choose(page: Page, field: str, typed: str) -> None:
    page.locator(f"#dialog #{field}").fill(typed)
    page.get_by_role("option", name=re.compile(typed)).first.click()


def send(page: Page) -> None:
    page.locator("#dialog .dialog-f [type=submit]").click()
    expect(page.locator("#dialog")).to_be_hidden()


def entry(page: Page, name: str, what: str = "") -> Locator:
    """The line of somebody in the block "People and relations"."""
    return page.locator(".people li").filter(has_text=name).filter(has_text=what)


def act(page: Page, line: Locator, what: str) -> None:
    """Choose a change of a post in the menu of its line."""
    line.locator("[popovertarget]").click()
    line.locator(f"[hx-get*='/{what}?']").click()
    expect(page.locator("#dialog")).to_be_visible()


def test_a_relation_and_a_post_from_its_beginning_to_its_end(page: Page) -> None:
    make(page, "/organisations", "name", "نیکان")
    make(page, "/persons", "last_name", "پدری")
    make(page, "/persons", "last_name", "فرزندی")
    person = page.url

    page.locator("[hx-get*='/relation?']").click()
    page.locator("#dialog #relation").select_option(label="والد")
    choose(page, "other", "پدری")
    send(page)
    expect(entry(page, "پدری")).to_be_visible()
    expect(page.locator(".people h4").filter(has_text="والد")).to_be_visible()

    page.locator("[hx-get*='/post?']").click()
    choose(page, "organisation", "نیکان")
    page.locator("#dialog #unit").fill("انبار")
    page.locator("#dialog #since").fill("1390/01/01")
    send(page)
    expect(entry(page, "نیکان", "انبار")).to_contain_text("۱۳۹۰/۰۱/۰۱")

    act(page, entry(page, "نیکان", "انبار"), "promote")
    expect(page.locator("#dialog #unit")).to_have_value("انبار")
    page.locator("#dialog #unit").fill("خرید")
    page.locator("#dialog #since").fill("1395/01/01")
    send(page)
    expect(entry(page, "نیکان", "خرید")).to_be_visible()
    former = page.locator(".people details")
    expect(former.locator("li")).to_be_hidden()
    former.locator("summary").click()
    expect(former.locator("li")).to_contain_text("۱۳۹۴/۱۲/۲۹")

    act(page, entry(page, "نیکان", "خرید"), "end")
    page.locator("#dialog #until").fill("1400/06/31")
    send(page)
    expect(page).to_have_url(person)
    page.locator(".people details summary").click()
    expect(page.locator(".people details li")).to_have_count(2)
    expect(entry(page, "نیکان", "خرید")).to_contain_text("۱۴۰۰/۰۶/۳۱")
    expect(page.locator(".people [hx-get*='/promote?']")).to_have_count(0)
    entry(page, "پدری").get_by_role("link").click()
    expect(entry(page, "فرزندی")).to_be_visible()


def test_a_refused_relation_says_what_is_missing_and_keeps_what_was_typed(
    page: Page, complaints: Complaints
) -> None:
    make(page, "/persons", "last_name", "تنها")
    page.locator("[hx-get*='/relation?']").click()
    dialog = page.locator("#dialog")
    dialog.locator(".dialog-f [type=submit]").click()
    expect(dialog.locator("#relation-error")).to_have_text("نسبت طرف دیگر لازم است.")
    expect(dialog.locator("#other-error")).to_be_visible()
    choose(page, "other", "تنها")
    dialog.locator("#since").fill("۱۲۳")
    dialog.locator(".dialog-f [type=submit]").click()
    expect(dialog.locator("#other-error")).to_have_count(0)
    expect(dialog.locator("#since-error")).to_be_visible()
    expect(dialog.locator("#since")).to_have_value("۱۲۳")
    assert complaints.left() == []


def test_the_phone_book_fits_and_prints_its_columns(page: Page) -> None:
    make(page, "/organisations", "name", "بازرگانی بهار")
    make(page, "/persons", "last_name", "کوشا")
    page.locator("[hx-get*='/post?']").click()
    choose(page, "organisation", "بازرگانی بهار")
    send(page)
    page.goto(re.sub("/persons/.*", "/phone-book", page.url))
    row = page.locator("tbody tr").filter(has=page.locator("a[title=کوشا]"))
    expect(row).to_have_count(1)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.emulate_media(media="print")
    expect(page.get_by_role("columnheader", name="سمت‌ها")).to_be_visible()
    expect(row.get_by_text("بازرگانی بهار")).to_be_visible()
    expect(page.locator(".toolbar").first).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_first_name_typed_into_a_new_record_is_not_lost(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 500})
    page.goto(f"{re.match('https?://[^/]+', page.url)[0]}/persons/new")
    expect(page.locator("#first_name")).to_be_focused()
    page.keyboard.type("سارا")
    expect(page.locator("#first_name")).to_have_value("سارا")
    assert page.evaluate("scrollY") == 0


def test_an_address_that_aims_at_a_part_of_the_form_opens_it_with_an_empty_row(page: Page) -> None:
    make(page, "/persons", "last_name", "کریمی")
    page.goto(f"{page.url}/edit#contacts")
    expect(page.locator("#contacts-0-value")).to_be_visible()
    page.goto("about:blank")
    expect(page).to_have_url("about:blank")
