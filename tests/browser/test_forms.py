"""Forms of records in a real browser: what was entered outlives an expired session, and nobody else finds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
RIGHTS = {
    **{("party", action): "own" for action in ("view", "create", "edit")},
    **{("medical.patient", action): "all" for action in ("view", "edit", "create")},
    ("base_data", "view"): "all",
    ("base_data", "create"): "all",
}


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def sign_in(page: Page, username: str) -> None:
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def save(page: Page) -> None:
    page.locator(".form-foot").get_by_role("button").first.click()


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))")
    return found


def test_what_was_entered_comes_back_after_signing_in_again(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    user = desk.user("nahid", RIGHTS)
    page = open_page("/persons/new")
    sign_in(page, user)
    page.locator("#first_name").fill("سارا")
    page.locator("#last_name").fill("کریمی")
    page.locator("[id='contacts'] summary").click()
    page.locator("#contacts [data-repeat-add]").click()
    page.locator("#contacts-0-kind").select_option("phone")
    page.locator("#contacts-0-value").fill("02188776655")
    secret = page.locator("#panel-of_medical [data-unkept] :is(textarea, input.input)").first
    page.get_by_role("tab", name="درمانگاه").click()
    secret.fill("راز")
    page.context.clear_cookies()
    save(page)
    page.wait_for_url("**/sign-in**")
    assert len(kept(page)) == 1
    assert "راز" not in page.evaluate("JSON.stringify(localStorage)")
    sign_in(page, user)
    expect(page).to_have_url(f"{desk.address}/persons/new")
    expect(page.locator("form > .notice")).to_contain_text("به فرم برگشت")
    expect(page.locator("#last_name")).to_have_value("کریمی")
    expect(page.locator("#contacts-0-value")).to_have_value("02188776655")
    expect(page.locator("#contacts-0-kind")).to_have_value("phone")
    save(page)
    page.wait_for_url(re.compile(r"/persons/\d+$"))
    expect(page.locator("main")).to_contain_text("سارا کریمی")
    assert kept(page) == []


def test_a_form_that_was_left_is_offered_to_its_user_alone(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    user, other = desk.user("nahid", RIGHTS), desk.user("omid", RIGHTS)
    page = open_page("/persons/new")
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, user)
    page.locator("#last_name").fill("کریمی")
    page.goto(f"{desk.address}/persons/new")
    expect(page.locator("#last_name")).to_have_value("")
    page.get_by_role("button", name="برگرداندن به فرم").click()
    expect(page.locator("#last_name")).to_have_value("کریمی")
    page.locator(".form-foot a").click()
    page.wait_for_url("**/persons")
    assert kept(page) == []
    page.goto(f"{desk.address}/persons/new")
    page.locator("#last_name").fill("کریمی")
    page.context.clear_cookies()
    page.goto(f"{desk.address}/persons/new")
    assert len(kept(page)) == 1
    sign_in(page, other)
    assert kept(page) == []
    expect(page.locator("#last_name")).to_have_value("")
    page.locator("#last_name").fill("مقدم")
    page.locator("[popovertarget=account]").click()
    page.locator("[data-sign-out] button").click()
    page.wait_for_url("**/sign-in**")
    assert kept(page) == []


def test_a_linked_record_is_made_from_the_field_by_keyboard(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    page = open_page("/persons/new")
    sign_in(page, desk.user("nahid", RIGHTS))
    page.locator("#last_name").fill("کریمی")
    page.get_by_role("tab", name="سمت‌ها").click()
    page.locator("#employments summary").click()
    page.locator("#employments [data-repeat-add]").click()
    field = page.locator("#employments-0-organisation")
    field.press_sequentially("نیکان پخش")
    expect(page.get_by_role("option", name="نیکان پخش")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#quick-name")).to_be_focused()
    expect(page.locator("#quick-name")).to_have_value("نیکان پخش")
    page.locator("#quick-name").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#quick-name")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("نیکان پخش")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(field).to_have_value("نیکان پخش")
    expect(field).to_be_focused()
    expect(page.locator("#employments [data-lookup-open]").first).to_have_attribute(
        "href", re.compile(r"/organisations/\d+$")
    )
    save(page)
    page.wait_for_url(re.compile(r"/persons/\d+$"))
    expect(page.locator("main")).to_contain_text("نیکان پخش")


def test_a_field_that_does_not_apply_is_hidden_and_not_sent(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    page = open_page("/message-templates/new")
    sign_in(page, desk.user("nahid", {("message_template", each): "all" for each in ("view", "create")}))
    subject = page.locator("#subject")
    expect(subject).to_be_hidden()
    page.locator("#channel").select_option("email")
    expect(subject).to_be_visible()
    subject.fill("سلام")
    page.locator("#channel").select_option("sms")
    expect(subject).to_be_hidden()
    sent = page.locator("#record-form").evaluate("form => [...new FormData(form).keys()]")
    assert "subject" not in sent


def test_tabs_of_a_form_are_walked_by_keys_and_opened_for_what_is_wrong(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    page = open_page("/persons/new")
    sign_in(page, desk.user("nahid", RIGHTS))
    main, standing, clinic = (page.get_by_role("tab", name=name) for name in ("اصلی", "سمت‌ها", "درمانگاه"))
    page.locator("#last_name").fill("کریمی")
    main.focus()
    page.keyboard.press("ArrowLeft")  # the next one: pages run from right to left
    expect(standing).to_be_focused()
    expect(standing).to_have_attribute("aria-selected", "true")
    expect(page.locator("#last_name")).to_be_hidden()
    page.locator("#roles summary").click()
    page.locator("#roles [data-repeat-add]").click()
    page.locator("#roles-0-since").fill("چرند")
    standing.focus()
    page.keyboard.press("End")
    expect(clinic).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(main).to_be_focused()
    page.locator("#mobile").fill("12")
    save(page)
    expect(main.locator(".pill.bad")).to_contain_text("۱")
    expect(standing.locator(".pill.bad")).to_contain_text("۲")
    expect(page.locator("#mobile")).to_be_focused()
    page.locator(".notice.bad a[href='#roles-0-since']").click()
    expect(page.locator("#roles-0-since")).to_be_focused()
    expect(standing).to_have_attribute("aria-selected", "true")
