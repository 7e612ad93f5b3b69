"""The components in a real browser: keyboard, mouse, htmx, accessibility, widths and both themes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kernel.fa.calendar import format_date
from tests.browser.axe import violations
from tests.browser.conftest import Complaints

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PAGES = ("list", "record", "dashboard", "kit", "day", "board", "form", "empty", "sign-in")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_accessible(open_page: OpenPage, path: str, theme: str) -> None:
    page = open_page(f"/{path}", theme=theme)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert violations(page) == []


def test_axe_sees_faults(open_page: OpenPage) -> None:
    page = open_page("/empty")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any(found.startswith("image-alt") for found in violations(page))


@pytest.mark.parametrize("path", [*PAGES, "list?lang=en", "record?lang=en"])
def test_no_sideways_scroll(open_page: OpenPage, path: str) -> None:
    page = open_page(f"/{path}", width=320, height=844)
    for width in (320, 390, 800):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_english_runs_left_to_right(open_page: OpenPage) -> None:
    page = open_page("/list?lang=en")
    side, main = page.locator(".side").bounding_box(), page.locator(".main").bounding_box()
    assert side
    assert main
    assert side["x"] < main["x"]
    expect(page.get_by_role("button", name="Columns")).to_be_visible()


# --- the list -------------------------------------------------------------------------------------------
def test_live_search_keeps_focus_and_address(open_page: OpenPage) -> None:
    page = open_page("/list?all=1")
    page.keyboard.press("Slash")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("مقدم")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("[data-search]")).to_be_focused()
    assert "q=" in page.url
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(30)


def test_shift_selects_a_range_and_the_bar_counts(open_page: OpenPage) -> None:
    page = open_page("/list?all=1")
    boxes = page.locator("input[data-row]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    bar = page.locator(".bulk")
    expect(bar.locator(".n")).to_have_text("۴ ردیف انتخاب شده")
    assert page.evaluate("document.querySelector('[data-all-rows]').indeterminate")
    page.locator("[data-bulk-clear]").click()
    expect(bar).to_be_hidden()


def test_all_rows_of_the_filter(open_page: OpenPage) -> None:
    page = open_page("/list")
    page.locator("[data-all-rows]").check()
    page.locator(".bulk .all").click()
    expect(page.locator(".bulk .n")).to_have_text("۱۲۴۰ ردیف انتخاب شده")
    page.get_by_role("button", name="برچسب").click()
    count = page.locator("input[data-row]").count()
    expect(page.locator(".toast")).to_contain_text(f"tag:{count}:1:token-of-the-test")
    page.locator("input[data-row]").first.uncheck()
    expect(page.locator(".bulk input[name=whole]")).to_have_value("")


def test_a_dangerous_bulk_action_is_asked_about(open_page: OpenPage) -> None:
    page = open_page("/list")
    page.locator("input[data-row]").first.check()
    page.locator(".bulk").get_by_role("button", name="بایگانی").click()
    question = page.locator("#confirm")
    expect(question).to_contain_text("بایگانی شوند؟")
    question.get_by_role("button", name="انصراف").click()
    expect(page.locator(".toast")).to_have_count(0)
    page.locator(".bulk").get_by_role("button", name="بایگانی").click()
    question.get_by_role("button", name="بایگانی").click()
    expect(page.locator(".toast")).to_contain_text("bin:1:")


def test_column_chooser_stays_open(open_page: OpenPage) -> None:
    page = open_page("/list")
    page.get_by_role("button", name="ستون‌ها").click()
    chooser = page.locator("#columns")
    chooser.get_by_label("شهر").uncheck()
    expect(page.locator("th", has_text="شهر")).to_have_count(0)
    expect(chooser).to_be_visible()
    chooser.get_by_label("مسئول").uncheck()
    expect(page.locator("th", has_text="مسئول")).to_have_count(0)
    expect(chooser.get_by_label("نام")).to_be_disabled()


def test_rows_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/list")
    for key in ("j", "j", "x"):
        page.keyboard.press(f"Key{key.upper()}")
    expect(page.locator("input[data-row]").nth(1)).to_be_checked()
    page.keyboard.press("KeyK")
    expect(page.locator("td.c-name a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/record")


def test_row_opens_its_record(open_page: OpenPage) -> None:
    page = open_page("/list")
    page.locator("td.c-date").nth(2).click()
    page.wait_for_url("**/record")


def test_context_menu_names_the_row(open_page: OpenPage) -> None:
    page = open_page("/list")
    row = page.locator("tbody tr").nth(2)
    row.locator("td.c-text").click(button="right")
    menu = page.locator("#row-menu")
    expect(menu.get_by_role("link", name="ویرایش")).to_be_focused()
    expect(menu.get_by_role("link", name="ویرایش")).to_have_attribute(
        "href", f"/form?id={row.get_attribute('data-id')}"
    )
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link", name="فاکتور تازه")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_an_empty_list_offers_a_way_on(open_page: OpenPage) -> None:
    page = open_page("/list?all=1")
    page.locator("[data-search]").fill("هیچ‌کس")
    expect(page.get_by_role("link", name="ساختن «هیچ‌کس»")).to_be_visible()
    assert violations(page) == []


# --- palette and shell -----------------------------------------------------------------------------------
def test_palette_on_a_persian_layout(open_page: OpenPage) -> None:
    page = open_page("/dashboard")
    page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ن', code: 'KeyK', ctrlKey: true, bubbles: true}))"
    )
    palette = page.locator("#palette")
    expect(palette).to_be_visible()
    page.keyboard.type("Nikan")
    expect(palette.get_by_role("option").first).to_contain_text("Nikan Tech")
    expect(palette.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/record")


def test_theme_is_switched_and_remembered(open_page: OpenPage) -> None:
    page = open_page("/empty")
    page.locator("[data-theme-toggle]").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_go_to_a_menu_entry_by_two_keys(open_page: OpenPage) -> None:
    page = open_page("/dashboard")
    page.keyboard.press("KeyG")
    page.keyboard.press("KeyP")
    page.wait_for_url("**/list")


def test_shortcuts_sleep_while_typing(open_page: OpenPage) -> None:
    page = open_page("/list")
    page.locator("[data-search]").focus()
    page.keyboard.type("jx/")
    expect(page.locator("[data-search]")).to_have_value("jx/")


def test_closing_what_a_menu_opened_leads_back_to_its_button(open_page: OpenPage) -> None:
    page = open_page("/list")
    opener = page.locator("[popovertarget=account]")
    opener.press("Enter")
    page.locator("#account [data-keys]").press("Enter")
    expect(page.locator("#account")).to_be_hidden()
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


# --- dialogs, questions, faults ----------------------------------------------------------------------------
def test_dialog_stays_on_422_and_closes_on_204(open_page: OpenPage) -> None:
    page = open_page("/kit")
    page.get_by_role("button", name="گفت‌وگو").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_label("نام")).to_be_focused()
    dialog.get_by_role("button", name="ذخیره").click()
    expect(dialog.get_by_role("alert")).to_have_text("نام را بنویسید.")
    assert violations(page) == []
    dialog.get_by_label("نام").fill("پیوند")
    dialog.get_by_role("button", name="ذخیره").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_have_text("پیوند ذخیره شد")


def test_unsaved_dialog_asks_before_closing(open_page: OpenPage) -> None:
    page = open_page("/kit")
    page.get_by_role("button", name="گفت‌وگو").click()
    dialog, question = page.locator("#dialog"), page.locator("#confirm")
    dialog.get_by_label("نام").fill("نیمه‌کاره")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="انصراف").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="بستن").click()
    question.get_by_role("button", name="بستن بدون ذخیره").click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "said"), [("500", "خطایی در سامانه"), ("403", "اجازه"), ("404", "دیگر نیست")]
)
def test_faults_are_told_and_do_not_land_in_the_page(
    open_page: OpenPage, complaints: Complaints, status: str, said: str
) -> None:
    complaints.expected.append("status of 500")
    page = open_page("/kit")
    page.locator(f"[data-status='{status}']").click()
    toast = page.locator(".toast.error")
    expect(toast).to_contain_text(said)
    expect(page.locator("#target")).to_have_text("مقصد")
    toast.get_by_role("button").click()
    expect(toast).to_have_count(0)


def test_an_ended_session_leads_back_to_sign_in(open_page: OpenPage) -> None:
    page = open_page("/kit")
    page.locator("[data-status='401']").click()
    question = page.locator("#confirm")
    expect(question).to_contain_text("بیرون آمده‌اید")
    with page.expect_navigation():
        question.get_by_role("button", name="ورود").click()


def test_no_connection_is_told(open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expected.append("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    page = open_page("/kit")
    page.context.set_offline(True)
    page.locator("[data-status='500']").click()
    expect(page.locator(".toast.error")).to_contain_text("دسترسی نیست")


def test_a_plain_form_is_asked_about(open_page: OpenPage) -> None:
    page = open_page("/kit")
    page.locator("#plain-asks").click()
    page.locator("#confirm").get_by_role("button", name="بله، انجام شود").click()
    page.wait_for_url("**/empty?")


def test_menus_stay_on_the_screen(open_page: OpenPage) -> None:
    page = open_page("/kit", width=390, height=844)
    page.get_by_role("button", name="فهرست", exact=True).click()
    box = page.locator("#sample").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("ArrowDown")
    expect(page.locator("#sample a").first).to_be_focused()


def test_progress_asks_until_it_is_done(open_page: OpenPage) -> None:
    page = open_page("/dashboard")
    expect(page.locator("#progress")).to_contain_text("۱۰۰٪")
    expect(page.locator("#progress[hx-get]")).to_have_count(0)


def test_fact_is_edited_in_place(open_page: OpenPage) -> None:
    page = open_page("/record")
    page.get_by_role("button", name="ویرایش شهر").click()
    city = page.get_by_role("textbox", name="شهر")
    city.fill("رش")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="شهر را")).to_be_visible()
    page.get_by_role("textbox", name="شهر").press("Escape")
    expect(page.locator(".edit").filter(has=page.get_by_role("button", name="ویرایش شهر"))).to_contain_text(
        "تبریز"
    )


# --- forms --------------------------------------------------------------------------------------------------
def sent(page: Page) -> dict[str, list[str]]:
    page.get_by_role("button", name="ذخیره").click()
    expect(page.locator("#sent")).to_contain_text("csrf_token")
    values: dict[str, list[str]] = json.loads(page.locator("#sent").text_content() or "{}")
    return values


def test_digits_are_folded_when_sent(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.locator("#name").fill("الهام")
    page.get_by_label("سقف اعتبار").fill("۱۲۵۰۰۰۰")
    page.get_by_label("ساعت نوبت").fill("۹۳۰")
    page.get_by_label("شمار فرزندان").fill("۲")
    page.get_by_label("سقف اعتبار").blur()
    expect(page.get_by_label("سقف اعتبار")).to_have_value("۱٬۲۵۰٬۰۰۰")
    expect(page.get_by_label("ساعت نوبت")).to_have_value("۰۹:۳۰")
    page.get_by_label("زادروز").fill("۷۰/۵/۳")
    page.locator("#phones-0-number").fill("۰۹۱۲۱۲۳۴۵۶۷")
    values = sent(page)
    assert values["credit"] == ["1250000"]
    assert values["visit_at"] == ["09:30"]
    assert values["children"] == ["2"]
    assert values["born"] == ["1991-07-25"]
    assert values["phones-0-number"] == ["09121234567"]


def test_what_is_no_date_reaches_the_server_as_typed(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.get_by_label("زادروز").fill("1404/12/30")
    assert page.evaluate("document.querySelector('#born').validationMessage").startswith(
        "این روز در تقویم نیست"
    )
    assert sent(page)["born"] == ["1404/12/30"]


def test_rows_are_added_and_taken_away(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.get_by_role("button", name="تلفن دیگر").click()
    page.get_by_role("button", name="تلفن دیگر").click()
    expect(page.locator("#phones-2-number")).to_be_focused()
    page.locator(".repeat-row").nth(1).get_by_role("button", name="حذف ردیف").click()
    assert page.locator(".repeat-row").count() == 2
    assert {name for name in sent(page) if name.endswith("number")} == {"phones-0-number", "phones-2-number"}


def test_rows_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/form")
    rows, told = page.locator(".repeat-row"), page.locator(".repeat-told")
    page.get_by_role("button", name="تلفن دیگر").press("Enter")
    page.keyboard.press("Enter")
    assert rows.count() == 2, "an empty row is enough"
    page.keyboard.type("021")
    page.keyboard.press("Enter")
    expect(page.locator("#phones-2-number")).to_be_focused()
    expect(told).to_have_text("ردیف ۳ از ۳ افزوده شد.")
    page.keyboard.type("022")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#phones-3-number")).to_be_focused()
    page.locator("#phones-2-number").press("Control+Delete")
    expect(rows).to_have_count(3)
    expect(page.locator("#phones-3-number")).to_be_focused()
    page.get_by_role("button", name="برگرداندن ردیف").press("Enter")
    expect(page.locator("#phones-2-number")).to_be_focused()
    expect(page.locator("#phones-2-number")).to_have_value("022")
    page.keyboard.press("Alt+ArrowUp")
    assert [each.input_value() for each in page.locator("[name$=number]").all()] == ["", "022", "021", ""]
    found = sent(page)
    assert found["phones-1-number"] == ["022"]
    assert found["phones-2-number"] == ["021"]


def test_lookup_chooses_creates_and_clears(open_page: OpenPage) -> None:
    page = open_page("/form")
    group = page.get_by_role("combobox", name="گروه")
    value = page.locator("input[name=group]")
    group.press_sequentially("مقدم")
    expect(page.locator("#group-options [role=option]").first).to_contain_text("رضا مقدم")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(group).to_have_value("رضا مقدم")
    expect(value).to_have_value("11")
    group.fill("نیمه")
    page.get_by_label("شمار فرزندان").focus()
    expect(group).to_have_value("رضا مقدم")
    group.fill("تازه‌وارد")
    page.get_by_role("option", name="ساختن «تازه‌وارد»").click()
    page.locator("#dialog").get_by_label("نام").fill("تازه‌وارد")
    page.locator("#dialog").get_by_role("button", name="ذخیره").click()
    expect(value).to_have_value("99")
    page.locator("[data-lookup-clear]").click()
    expect(value).to_have_value("")
    expect(group).to_be_focused()


def test_refused_form_marks_its_fields(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.get_by_label("رایانامه").fill("not-an-address")
    page.get_by_role("button", name="ذخیره").click()
    expect(page.get_by_role("alert").first).to_contain_text("خانه‌های نشان‌دار")
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("alert").first.get_by_role("link", name="رایانامه").press("Enter")
    expect(page.get_by_label("رایانامه")).to_be_focused()
    assert violations(page) == []


def test_leaving_an_unsaved_form_is_asked_about(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.locator("#name").press_sequentially("الهام")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="انصراف").click()
    page.wait_for_url("**/list")
    assert asked == ["beforeunload"]


def test_dropped_file_is_listed(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.locator("#photo").set_input_files(
        {"name": "عکس.png", "mimeType": "image/png", "buffer": b"x" * 2048}
    )
    expect(page.locator(".drop li")).to_contain_text("عکس.png")
    expect(page.locator(".drop li .unit")).to_have_text("۲ KB")


# --- the calendar ---------------------------------------------------------------------------------------------
def focused_day(page: Page) -> str:
    label: str = page.evaluate("document.activeElement.getAttribute('aria-label')")
    return label


def test_date_picker_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/form")
    born = page.get_by_label("زادروز")
    born.fill("1405/08/30")
    born.press("ArrowDown")
    moves = {
        "ArrowLeft": "1405/09/01",
        "ArrowRight": "1405/08/30",
        "ArrowUp": "1405/08/23",
        "ArrowDown": "1405/08/30",
        "Home": "1405/08/30",
        "End": "1405/09/06",
        "PageUp": "1405/08/06",
        "PageDown": "1405/09/06",
        "Shift+PageDown": "1406/09/06",
    }
    for key, expected in moves.items():
        page.keyboard.press(key)
        chosen = page.evaluate("document.activeElement.dataset.day")
        assert (
            page.evaluate(
                "async days => { const {toJalali} = await import('/static/api.js');"
                "const d = toJalali(new Date(days * 864e5).toISOString().slice(0, 10));"
                "return [d.year, d.month, d.day].map(n => String(n).padStart(2, '0')).join('/') }",
                int(chosen),
            )
            == expected
        ), key
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(born).to_have_value("۱۴۰۶/۰۹/۰۶")
    expect(born).to_be_focused()
    expect(page.locator("input[type=hidden][name=born]")).to_have_value("2027-11-27")


def test_date_picker_obeys_its_limits_and_marks_days_off(open_page: OpenPage) -> None:
    page = open_page("/form")
    page.evaluate(
        "const field = document.querySelector('jalali-date');"
        "field.setAttribute('min', '2026-11-15'); field.setAttribute('max', '2026-11-25')"
    )
    page.get_by_label("زادروز").press("ArrowDown")
    grid = page.locator(".cal")
    expect(grid.locator("[aria-current=date]")).to_have_text("۳۰")
    assert grid.locator("td button:not(:disabled)").count() == 7
    page.keyboard.press("PageDown")
    expect(grid.locator("strong")).to_have_text("آذر ۱۴۰۵")
    assert "۴ آذر" in focused_day(page)
    assert grid.locator("button.rests").count() == 4
    page.keyboard.press("Escape")
    expect(grid).to_be_hidden()


def test_calendar_agrees_with_the_browser_and_with_the_kernel(open_page: OpenPage) -> None:
    """Every day of 1300 to 1450 against the browser's own Persian calendar, and the year's ends against ours."""
    page = open_page("/empty")
    wrong = page.evaluate(
        """async () => {
          const {toJalali, toGregorian} = await import('/static/api.js');
          const parts = {timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric'};
          const intl = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', parts);
          const wrong = [];
          let days = 0;
          for (let time = Date.parse('1921-03-21T00:00:00Z'); ; time += 864e5) {
            const iso = new Date(time).toISOString().slice(0, 10);
            const ours = toJalali(iso);
            if (ours.year > 1450) break;
            const part = {};
            for (const {type, value} of intl.formatToParts(time)) part[type] = Number.parseInt(value);
            for (const name of ['year', 'month', 'day']) if (part[name] !== ours[name]) wrong.push([iso, ours, part]);
            if (toGregorian(ours) !== iso) wrong.push([iso, 'back']);
            days += 1;
          }
          return {days, wrong: wrong.slice(0, 5)};
        }"""
    )
    assert wrong == {"days": 151 * 365 + 37, "wrong": []}


def test_calendar_reaches_as_far_as_the_kernel(open_page: OpenPage) -> None:
    from kernel.fa.calendar import is_leap, to_gregorian

    page = open_page("/empty")
    starts = page.evaluate(
        """async () => {
          const {toGregorian} = await import('/static/api.js');
          return Array.from({length: 300}, (_, i) => toGregorian({year: 1200 + i, month: 1, day: 1}));
        }"""
    )
    assert starts == [to_gregorian(year, 1, 1).isoformat() for year in range(1200, 1500)]
    assert is_leap(1403)
    assert format_date(to_gregorian(1403, 12, 30), "short", "en") == "1403/12/30"


# --- the day grid and the board ---------------------------------------------------------------------------------
def test_day_grid_places_blocks_without_inline_style(open_page: OpenPage) -> None:
    page = open_page("/day")
    first = page.locator(".block", has_text="الهام کریمی").bounding_box()
    long = page.locator(".block", has_text="یاسمن رحیمی").bounding_box()
    left, right = (
        page.locator(".block", has_text=name).bounding_box() for name in ("لیلا قاسمی", "بابک رحیمی")
    )
    assert first
    assert long
    assert left
    assert right
    assert round(long["y"] - first["y"]) == 12 * 8
    assert round(long["height"]) == 18 * 8 - 2
    assert left["x"] + left["width"] <= right["x"]
    assert page.locator("[style]").count() == 0


def test_board_moves_a_card_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/board")
    card = page.locator("[data-id='new-0']")
    expect(page.locator(".pile[data-lane=new] .deal")).to_have_count(3)
    card.focus()
    with page.expect_response("**/board/move"):
        card.press("Alt+ArrowLeft")
    expect(page.locator(".pile[data-lane=need] .deal").first).to_have_attribute("data-id", "new-0")
    expect(page.locator("#sum-need")).to_have_text("new-0 → need")


def test_print_hides_the_chrome(open_page: OpenPage) -> None:
    page = open_page("/list")
    page.emulate_media(media="print")
    for part in (".side", ".top", ".toolbar", ".bulk", ".av"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".tbl")).to_be_visible()


def test_a_form_is_not_sent_twice(open_page: OpenPage) -> None:
    page = open_page("/form")
    went = page.evaluate(
        """() => {
          const form = document.querySelector('form.form');
          const went = [];
          addEventListener('submit', (event) => { went.push(!event.defaultPrevented); event.preventDefault(); });
          form.requestSubmit();
          form.requestSubmit();
          return went;
        }"""
    )
    assert went == [True, False]
