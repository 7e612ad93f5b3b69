"""A morning at the front desk of a clinic, in a real browser on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from kernel.data.engines import Engines
from kernel.fa.calendar import format_date
from kernel.fa.digits import to_persian_digits
from kernel.testing.worker_sites import WorkerSites
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
WIDTHS = (1440, 390)
HEADINGS = ("نام", "نام خانوادگی", "کد ملی", "موبایل", "تاریخ تولد")


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


@pytest.fixture
def enter(open_page: OpenPage) -> Callable[..., Page]:
    """Sign in through the page and go to an address."""

    def signed_in(username: str, path: str = "/", width: int = 1440) -> Page:
        page = open_page(path, width=width, height=844)
        page.locator("#username").fill(username)
        page.locator("#password").fill(PASSWORD)
        page.locator("form.form").get_by_role("button").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return signed_in


def fits(page: Page) -> None:
    """Nothing of the page is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def save(page: Page) -> None:
    page.locator(".form-foot").get_by_role("button").first.click()


def choose(page: Page, label: str, typed: str) -> None:
    """Choose in a lookup by typing."""
    box = page.get_by_role("combobox", name=label)
    box.fill(typed)
    page.get_by_role("option", name=re.compile(typed)).first.click()


def workbook(path: Path, rows: list[tuple[str, ...]]) -> Path:
    book = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("width", WIDTHS)
def test_signing_in_and_out(desk: FrontDesk, enter: Callable[..., Page], width: int) -> None:
    page = enter(desk.receptionist(), "/persons", width)
    expect(page).to_have_url(f"{desk.address}/persons")
    fits(page)
    page.locator("[popovertarget=account]").click()
    page.locator("#account").get_by_role("button", name="خروج").click()
    page.wait_for_url("**/sign-in")
    page.goto(f"{desk.address}/persons")
    expect(page.locator("#username")).to_be_visible()


@pytest.mark.parametrize("width", [1440, pytest.param(390, marks=pytest.mark.long)])
def test_a_workbook_of_persons_goes_in_once(
    desk: FrontDesk, enter: Callable[..., Page], tmp_path: Path, width: int
) -> None:
    family = f"درگاهی {'بزرگ' if width > 1000 else 'کوچک'}"
    mobile = "0912765{}{}".format(*(("43", "2") if width > 1000 else ("43", "3")))
    known = desk.create("person", first_name="ناهید", last_name=family, mobile=f"{mobile}1")
    path = workbook(
        tmp_path / "اشخاص.xlsx",
        [
            ("سارا", family, "", f"{mobile}2", "1370/05/06"),
            ("بابک", family, "1234567890", f"{mobile}3", ""),
            ("ناهید", family, "", f"{mobile}1", ""),
            ("لیلا", family, "", f"{mobile}4", "1404/12/30"),
        ],
    )
    page = enter(desk.receptionist(), "/persons/import", width)

    def upload() -> None:
        page.goto(f"{desk.address}/persons/import")
        page.locator("input[type=file]").set_input_files(path)
        page.locator("form.form.narrow").get_by_role("button").last.click()
        page.wait_for_url("**/columns")

    def begin() -> None:
        save(page)
        page.wait_for_url(re.compile(r"/import/\d+$"))
        desk.work()
        expect(page.locator(".cards")).to_be_visible()

    upload()
    guessed = [page.locator(f"#column-{place}").input_value() for place in range(len(HEADINGS))]
    assert guessed == ["first_name", "last_name", "national_code", "mobile", "birth_date"]
    fits(page)
    save(page)
    preview = page.get_by_role("table").locator("tbody tr")
    expect(preview.nth(0)).to_contain_text("تازه")
    expect(preview.nth(1)).to_contain_text("کد ملی")
    expect(preview.nth(2)).to_contain_text("یکسان")
    expect(preview.nth(3)).to_contain_text("رد می‌شود")
    fits(page)
    begin()
    assert figures(page) == ["۱", "۱", "۲"]
    with page.expect_download() as download:
        page.get_by_role("link", name="پرونده ردیف‌های ردشده").click()
    rows = openpyxl.load_workbook(download.value.path().open("rb")).active.iter_rows(
        min_row=2, values_only=True
    )
    assert [row[0] for row in rows] == ["بابک", "لیلا"]

    upload()
    save(page)
    begin()
    assert figures(page) == ["۰", "۲", "۲"]
    page.goto(f"{desk.address}/persons?q={family}")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto(f"{desk.address}/persons/{known}")
    expect(page.locator("h1")).to_contain_text("ناهید")


def figures(page: Page) -> list[str]:
    """The numbers of the result: entered, there already, refused."""
    return page.locator(".cards .figure .num").all_inner_texts()


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_is_found_in_any_spelling(desk: FrontDesk, enter: Callable[..., Page], width: int) -> None:
    tail = "4567" if width > 1000 else "4568"
    name = "یکتا" if width > 1000 else "یگانه"
    desk.create("person", first_name=name, last_name="می‌کریمی", mobile=f"0935123{tail}")
    page = enter(desk.receptionist(), "/persons", width)
    shown = page.locator("tbody tr")
    for typed in (f"{name.replace('ی', 'ي')} ميكري", f"میکری {name}", to_persian_digits(tail)):
        page.locator("[data-search]").fill(typed)
        expect(shown).to_have_count(1)
        expect(shown).to_contain_text("می‌کریمی")
    fits(page)
    for typed in (f"{name} ميكري", to_persian_digits(tail)):
        page.locator("[data-palette]:visible").first.click()
        page.locator("#palette input").fill(typed)
        hit = page.locator("#palette [role=option][data-href^='/persons/']", has_text="می‌کریمی")
        expect(hit).to_have_count(1)
        page.keyboard.press("Escape")
    page.locator("[data-palette]:visible").first.click()
    page.locator("#palette input").fill(to_persian_digits(tail))
    hit.click()
    page.wait_for_url(re.compile(r"/persons/\d+$"))
    expect(page.locator("h1")).to_contain_text("می‌کریمی")


def add_row(page: Page, part: str) -> None:
    folded = page.locator(f"details:has([name={part}-rows])")
    if folded.get_attribute("open") is None:
        folded.locator("summary").click()
    folded.locator("[data-repeat-add]").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_phone_and_an_address_are_added(desk: FrontDesk, enter: Callable[..., Page], width: int) -> None:
    person = desk.create("person", first_name="پروین", last_name=f"نشانی {width}")
    page = enter(desk.receptionist(), f"/persons/{person}", width)
    page.locator(f"a[href='/persons/{person}/edit']:visible").first.click()
    add_row(page, "contacts")
    page.locator("#contacts-0-kind").select_option("phone")
    page.locator("#contacts-0-value").fill("۰۲۱۸۸۷۷۶۶۵۵")
    add_row(page, "addresses")
    page.locator("[name='addresses-0-street']").fill("خیابان آزادی، کوچهٔ یکم، پلاک ۱۲")
    fits(page)
    save(page)
    page.wait_for_url(re.compile(rf"/persons/{person}$"))
    expect(page.locator("main")).to_contain_text("کوچهٔ یکم")
    expect(page.locator("main")).to_contain_text(re.compile("۰۲۱.?۸۸۷۷.?۶۶۵۵"))
    fits(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_appointment_is_booked_once_moved_and_cancelled(
    desk: FrontDesk, enter: Callable[..., Page], width: int
) -> None:
    name = f"دکتر ماندگار {to_persian_digits(str(width))}"
    doctor = desk.doctor(name)
    service = desk.create("medical.service", title=f"ویزیت {width}", minutes="20")
    for first in ("اول", "دوم"):
        desk.create("person", first_name=f"بیمار{first}", last_name=f"نوبتی{width}")
    day = desk.workday()
    shown = format_date(day, "short", digits="en")
    page = enter(
        desk.receptionist(), f"/medical/day?date={day.isoformat()}&doctor={doctor}&service={service}", width
    )
    fits(page)
    free = page.locator("a.free")
    expect(free.first).to_be_visible()
    before = free.count()
    address = free.first.get_attribute("href")
    free.first.click()
    choose(page, "بیمار", "بیماراول")
    fits(page)
    save(page)
    page.wait_for_url(re.compile(r"/medical/visits/\d+$"))
    visit = page.url
    expect(page.locator("main")).to_contain_text("بیماراول")

    page.goto(f"{desk.address}{address}")
    choose(page, "بیمار", "بیماردوم")
    save(page)
    told = page.locator(".field", has=page.locator("#time")).locator(".error")
    expect(told).to_contain_text("پزشک در این ساعت")
    expect(page.get_by_role("combobox", name="بیمار")).to_have_value(re.compile("بیماردوم"))
    fits(page)

    page.goto(f"{visit}/move")
    page.locator("#time").fill("۱۱:۰۰")
    save(page)
    page.wait_for_url(visit)
    expect(page.locator("main")).to_contain_text("۱۱:۰۰")
    page.goto(f"{desk.address}/medical/day?date={shown}&doctor={doctor}&service={service}")
    expect(page.locator("a.block")).to_have_count(1)

    page.goto(f"{visit}/cancel")
    page.locator("[name=cancelled_by]").select_option("patient")
    page.locator("[name=reason]").fill("سفر")
    save(page)
    page.wait_for_url(visit)
    expect(page.locator("main")).to_contain_text("لغوشده")
    page.goto(f"{desk.address}/medical/day?date={shown}&doctor={doctor}&service={service}")
    expect(free).to_have_count(before)


def test_a_plugin_is_paused_and_resumed_and_the_menu_follows(
    desk: FrontDesk, enter: Callable[..., Page]
) -> None:
    other = enter(desk.receptionist(), "/persons")
    page = enter(desk.user("boss", administrator=True), "/administration/plugins/medical")
    menu = page.locator(".side a[href='/medical/day']")
    expect(menu).to_have_count(1)

    def press(verb: str) -> None:
        page.locator(".actions").get_by_role("button", name=verb).click()
        page.locator("#confirm").get_by_role("button", name=verb).click()

    press("توقف")
    expect(menu).to_have_count(0)
    other.goto(f"{desk.address}/persons")
    expect(other.locator(".side a[href='/medical/day']")).to_have_count(0)
    assert other.goto(f"{desk.address}/medical/day").status == 404  # type: ignore[union-attr]
    press("ازسرگیری")
    expect(menu).to_have_count(1)
    other.goto(f"{desk.address}/medical/day")
    expect(other.locator(".side a[href='/medical/day']")).to_have_count(1)
