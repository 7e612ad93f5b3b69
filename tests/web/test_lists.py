from __future__ import annotations

import io
from urllib.parse import unquote

import openpyxl
import pytest

from tests.web.conftest import ALL, Browser, SignIn

NAMES = (("الهام", "حسینی"), ("بابک", "رحیمی"), ("سارا", "کریمی"), ("لیلا", "قاسمی"))


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    signed_in = sign_in("sara", ALL)
    for number, (first, last) in enumerate(NAMES):
        gender = "male" if number == 1 else "female"
        mobile = f"0912123456{number}"
        signed_in.made("/persons/new", first_name=first, last_name=last, gender=gender, mobile=mobile)
    return signed_in


def names(text: str) -> list[str]:
    return [
        last for place, last in sorted((text.find(f"<bdi>{a} {b}</bdi>"), b) for a, b in NAMES) if place >= 0
    ]


def test_the_list_shows_everybody_in_persian_order(sara: Browser) -> None:
    page = sara.get("/persons")
    assert names(page.text) == ["حسینی", "رحیمی", "قاسمی", "کریمی"]
    assert "۴ ردیف" in page.text
    assert "<html" in page.text


def test_typing_asks_for_the_list_alone(sara: Browser) -> None:
    answer = sara.get("/persons?q=كريمي", htmx=True)
    assert "<html" not in answer.text
    assert names(answer.text) == ["کریمی"]
    assert 'value="كريمي"' in answer.text or 'value="کریمی"' in answer.text


def test_a_filter_stands_as_a_chip_and_can_be_lifted(sara: Browser) -> None:
    page = sara.get("/persons?f.gender.is=male").text
    assert names(page) == ["رحیمی"]
    assert 'title="جنسیت: مرد"' in page
    assert 'name="f.gender.is" value="male"' in page


def test_a_filter_is_put_together_in_the_dialog(sara: Browser) -> None:
    assert "تاریخ تولد" in sara.get("/persons/filter", htmx=True).text
    form = sara.get("/persons/filter?field=gender", htmx=True).text
    assert 'name="operator"' in form
    assert "زن" in form
    wrong = sara.get("/persons/filter/apply?field=birth_date&operator=from&value=1370/13/1", htmx=True)
    assert wrong.status_code == 422
    right = sara.get("/persons/filter/apply?field=gender&operator=is&value=male", htmx=True)
    assert names(sara.get(right.headers["HX-Redirect"]).text) == ["رحیمی"]


def test_headings_sort(sara: Browser) -> None:
    page = sara.get("/persons?sort=-mobile").text
    assert names(page) == ["قاسمی", "کریمی", "رحیمی", "حسینی"]
    assert 'aria-sort="descending"' in page


def test_columns_are_chosen(sara: Browser) -> None:
    assert "۰۹۱۲ ۱۲۳ ۴۵۶۰" in sara.get("/persons").text
    assert "۰۹۱۲ ۱۲۳ ۴۵۶۰" not in sara.get("/persons?c=display_name&c=gender").text


def test_pages_follow_each_other_without_gaps(sara: Browser) -> None:
    first = sara.get("/persons?limit=3").text
    assert names(first) == ["حسینی", "رحیمی", "قاسمی"]
    following = sara.link(first, 'rel="next"')
    second = sara.get(following).text
    assert names(second) == ["کریمی"]
    assert names(sara.get(sara.link(second, 'rel="prev"')).text) == ["حسینی", "رحیمی", "قاسمی"]


@pytest.mark.parametrize("args", ["after=nonsense", "sort=password", "cols=secret"])
def test_looks_that_the_list_does_not_know_are_told_and_its_filter_stays(sara: Browser, args: str) -> None:
    page = sara.get(f"/persons?{args}&f.gender.is=female")
    assert page.status_code == 200
    assert 'class="notice bad"' in page.text
    assert len(names(page.text)) == 3


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    "args", ["f.kind.is=x", "f.mobile.like=%25", "f.gender.is=male&f.secret.is=1&after=nonsense"]
)
def test_a_filter_that_cannot_be_used_refuses_the_list(sara: Browser, args: str, htmx: bool) -> None:
    page = sara.get(f"/persons?{args}", htmx=htmx)
    assert page.status_code == 422
    assert "این فهرست نمایش‌دادنی نیست" in page.text
    assert names(page.text) == []
    assert "<table" not in page.text


def test_a_filter_that_is_gone_can_be_lifted_by_its_chip(sara: Browser) -> None:
    page = sara.get("/persons?f.gender.is=male&f.secret.is=1").text
    assert 'title="secret"' in page
    lifting = sara.link(page, 'aria-label="حذف صافی secret"')
    assert names(sara.get(lifting).text) == ["رحیمی"]


def test_a_record_steps_through_its_list_and_leads_back_to_its_page(sara: Browser) -> None:
    query = "f.gender.is=female&limit=2"
    following = sara.link(sara.get(f"/persons?{query}").text, 'rel="next"')
    last = sara.get(following).text
    assert names(last) == ["کریمی"]
    opened = sara.get(sara.link(last, 'title="سارا کریمی"')).text
    assert "۳ از ۳" in opened
    assert 'rel="next"' not in opened
    back = sara.link(opened, "#row-")
    assert names(sara.get(back).text) == ["کریمی"]
    before = sara.get(sara.link(opened, 'rel="prev"')).text
    assert "۲ از ۳" in before
    assert names(sara.get(sara.link(before, "#row-")).text) == ["حسینی", "قاسمی"]


def test_a_record_that_left_its_list_still_leads_back_to_the_page(sara: Browser) -> None:
    query = "f.gender.is=female&limit=2"
    last = sara.get(sara.link(sara.get(f"/persons?{query}").text, 'rel="next"')).text
    address = sara.link(last, 'title="سارا کریمی"')
    path = address.partition("?")[0]
    form = sara.link(sara.get(address).text, "/edit?")
    values = {"last_name": "کریمی", "first_name": "سارا", "gender": "male", "_version": sara.version(form)}
    saved = sara.post(form, values)
    assert saved.headers["Location"] == address
    opened = sara.get(address).text
    assert "data-step" not in opened
    assert sara.link(opened, "after=").startswith("/persons?f.gender.is=female")
    assert sara.post(f"{path}/delete", {"back": "/persons?limit=2"}).headers["Location"] == "/persons?limit=2"


def test_a_page_turned_back_to_is_no_place_in_the_timeline_of_its_records(sara: Browser) -> None:
    last = sara.get(sara.link(sara.get("/persons?limit=3").text, 'rel="next"')).text
    back = sara.get(sara.link(last, 'rel="prev"')).text
    assert "before=" not in sara.link(back, 'title="الهام حسینی"')


def test_a_record_opened_with_a_filter_that_is_gone_has_no_steps(sara: Browser) -> None:
    address = sara.link(sara.get("/persons").text, 'title="سارا کریمی"').partition("?")[0]
    page = sara.get(f"{address}?f.secret.is=1")
    assert page.status_code == 200
    assert "data-step" not in page.text


def test_nothing_found_offers_the_way_out(sara: Browser) -> None:
    page = sara.get("/persons?q=ناموجود").text
    assert "چیزی پیدا نشد" in page
    assert "پاک‌کردن صافی‌ها" in page
    assert "<table" not in page


def test_ticked_rows_go_to_the_bin(sara: Browser) -> None:
    ids = sara.ids("/persons?q=کریمی") + sara.ids("/persons?q=قاسمی")
    answer = sara.post("/persons/bulk", {"do": "delete", "id": ids, "back": "/persons"})
    assert answer.status_code == 303
    page = sara.get("/persons").text
    assert names(page) == ["حسینی", "رحیمی"]
    assert "۲ رکورد به بازیافت رفت" in page


def test_all_rows_of_a_filter_go_to_the_bin(sara: Browser) -> None:
    ids = sara.ids("/persons?f.gender.is=female")[:1]
    sara.post("/persons/bulk", {"do": "delete", "id": ids, "whole": "1", "list.f.gender.is": "female"})
    assert names(sara.get("/persons").text) == ["رحیمی"]


def test_the_bulk_bar_offers_only_what_is_allowed(sign_in: SignIn, sara: Browser) -> None:
    reader = sign_in("omid", {("party", "view"): "all"})
    page = reader.get("/persons").text
    assert len(names(page)) == 4
    assert 'value="delete"' not in page
    assert 'value="export"' not in page
    assert reader.post("/persons/bulk", {"do": "delete", "id": reader.ids("/persons")}).status_code == 403
    assert len(names(reader.get("/persons").text)) == 4


def test_the_list_is_exported_as_it_is_asked_for(sara: Browser) -> None:
    answer = sara.get("/persons/export?format=xlsx&f.gender.is=female&sort=-mobile")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "اشخاص" in unquote(answer.headers["Content-Disposition"])
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["لیلا قاسمی", "سارا کریمی", "الهام حسینی"]


def test_ticked_rows_are_exported_as_csv(sara: Browser) -> None:
    ids = sara.ids("/persons?q=رحیمی")
    answer = sara.post("/persons/bulk", {"do": "export", "format": "csv", "id": ids})
    text = answer.data.decode("utf-8-sig")
    assert names(text.replace("بابک رحیمی", "<bdi>بابک رحیمی</bdi>")) == ["رحیمی"]
    assert "کریمی" not in text


def test_export_needs_its_own_right(sign_in: SignIn, sara: Browser) -> None:
    reader = sign_in("omid", {("party", "view"): "all"})
    assert reader.get("/persons/export?format=xlsx").status_code == 403


def test_places_are_chosen_by_whoever_sees_no_list_of_them(sign_in: SignIn) -> None:
    omid = sign_in("omid", {("party", "view"): "all", ("party", "create"): "all"})
    assert "تهران" in omid.get("/persons/options/addresses-province?q=تهر", htmx=True).text
    assert "تهران" in omid.get("/persons/options/city?q=تهر", htmx=True).text
    assert omid.get("/provinces").status_code == 403
    assert omid.get("/provinces/suggest?q=تهر").status_code == 403
    assert "تهران" not in omid.get("/search?q=تهران").text.partition("<main")[2].partition('value="تهران"')[2]


def test_records_are_suggested_while_typing(sara: Browser) -> None:
    answer = sara.get("/persons/suggest?q=کری", htmx=True)
    assert 'data-label="سارا کریمی"' in answer.text
    assert "حسینی" not in answer.text


def test_the_menu_of_a_row_offers_what_may_be_done_with_its_record(sara: Browser, sign_in: SignIn) -> None:
    page = sara.get("/persons").text
    assert page.count("data-row-more") == len(NAMES)
    assert 'aria-label="کارهای الهام حسینی"' in page
    assert 'hx-get="/persons/{id}/actions"' in page
    person = sara.made("/persons/new", last_name="کاوه")
    offered = sara.get(f"{person}/actions", htmx=True)
    assert "<html" not in offered.text
    assert f'href="{person}/print"' not in offered.text
    printer = sign_in("printer", {**ALL, ("party", "print"): "all", ("print", "create"): "all"})
    assert f'href="{person}/print"' in printer.get(f"{person}/actions", htmx=True).text
    apart = sign_in("apart", {("party", "view"): "own"})
    assert apart.get(f"{person}/actions", htmx=True).status_code == 404
