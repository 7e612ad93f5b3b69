"""Reports on a list, as their readers put them together, and as files."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pypdf
import pytest

from kernel.jobs import run as jobs
from kernel.resources.runtime import Runtime
from tests.web.conftest import ALL, Browser, SignIn

REPORTING = ALL | {("party", "report"): "all"}
PEOPLE = (("کیا", "male", "1370/02/05"), ("راد", "female", "1370/02/20"), ("نیک", "female", "1371/03/01"))


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    signed_in = sign_in("sara", REPORTING)
    for name, gender, born in PEOPLE:
        signed_in.made("/persons/new", last_name=name, gender=gender, birth_date=born)
    return signed_in


def lines_of(page: str) -> list[list[str]]:
    """The cells of the table."""
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", line, re.S)]
        for line in re.findall(r"<tr id=.*?</tr>", page, re.S)
    ]


def test_rows_by_year_and_gender_with_shares_and_a_picture(sara: Browser) -> None:
    page = sara.get("/persons/report?group=birth_date:year&group=gender&figure=count::share&chart=bars").text
    assert lines_of(page) == [
        ["۱۳۷۰", "۲", "۶۶٫۷٪"],
        ["زن", "۱", "۳۳٫۳٪"],
        ["مرد", "۱", "۳۳٫۳٪"],
        ["۱۳۷۱", "۱", "۳۳٫۳٪"],
        ["زن", "۱", "۳۳٫۳٪"],
        ["جمع کل", "۳", "۱۰۰٪"],
    ]
    assert page.count('<svg class="chart') == 2
    assert "<title>۱۳۷۰: ۲</title>" in page


def test_columns_by_another_field_and_the_list_behind_a_line(sara: Browser) -> None:
    page = sara.get("/persons/report?group=birth_date:month&across=gender&f.gender.is=female").text
    assert ["خرداد ۱۳۷۱", "۱", "۱"] in lines_of(page)
    link = re.search(r'href="(/persons\?[^"]*)"><bdi>خرداد ۱۳۷۱', page)
    assert link
    behind = sara.get(link[1].replace("&amp;", "&")).text
    assert "نیک" in behind
    assert "راد" not in behind


def test_shares_of_rows_and_columns_and_the_report_turned(sara: Browser) -> None:
    asked = "/persons/report?group=birth_date:year&across=gender&figure=count:"
    page = sara.get(f"{asked}&shares=row").text
    assert lines_of(page) == [
        ["۱۳۷۰", "۱ (۵۰٪)", "۱ (۵۰٪)", "۲ (۱۰۰٪)"],
        ["۱۳۷۱", "۱ (۱۰۰٪)", "۰ (۰٪)", "۱ (۱۰۰٪)"],
        ["جمع کل", "۲ (۶۶٫۷٪)", "۱ (۳۳٫۳٪)", "۳ (۱۰۰٪)"],
    ]
    turned = html.unescape(sara.link(page, "/persons/report?", attribute="href"))
    assert "across=birth_date%3Ayear" in turned
    assert "shares=column" in turned
    assert lines_of(sara.get(turned).text)[0] == ["زن", "۱ (۵۰٪)", "۱ (۱۰۰٪)", "۲ (۶۶٫۷٪)"]
    text = sara.get(f"{asked.replace('report?', 'report/file?format=csv&')}&shares=row").data.decode(
        "utf-8-sig"
    )
    assert list(csv.reader(io.StringIO(text)))[1] == ["1", "۱۳۷۰", "1", "50", "1", "50", "2", "100"]
    assert sara.get(f"{asked}&shares=most").status_code == 422


def test_a_period_beside_the_one_of_last_year(sara: Browser) -> None:
    asked = "dated=birth_date&period=1992-03-21..1993-03-20&compared=last_year&figure=count:&group=gender"
    page = sara.get(f"/persons/report?{asked}").text
    assert lines_of(page) == [
        ["زن", "۱", "۱", "۰٪"],
        ["مرد", "۰", "۱", "−۱۰۰٪"],
        ["جمع کل", "۱", "۲", "−۵۰٪"],
    ]
    assert "۱۳۷۱/۰۱/۰۱ تا ۱۳۷۱/۱۲/۲۹" in page


def test_as_a_workbook_and_as_csv_numbers_are_numbers(sara: Browser) -> None:
    asked = "/persons/report/file?group=gender&figure=count:"
    book = openpyxl.load_workbook(io.BytesIO(sara.get(f"{asked}&format=xlsx").data))
    assert [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)] == [
        [1, "زن", 2],
        [1, "مرد", 1],
        [0, "جمع کل", 3],
    ]
    text = sara.get(f"{asked}&format=csv").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["1", "زن", "2"],
        ["1", "مرد", "1"],
        ["0", "جمع کل", "3"],
    ]
    assert sara.get(f"{asked}&format=exe").status_code == 404


def test_files_are_for_who_may_export_and_hold_what_he_may_export(sign_in: SignIn, sara: Browser) -> None:
    rights = {("party", action): "all" for action in ("view", "create", "report")}
    reader = sign_in("reader", rights)
    assert "/report/file" not in reader.get("/persons/report?group=gender").text
    assert reader.get("/persons/report/file?group=gender").status_code == 403
    own = sign_in("own", rights | {("party", "export"): "own"})
    own.made("/persons/new", last_name="صدر", gender="male")
    text = own.get("/persons/report/file?group=gender&format=csv").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [["1", "مرد", "1"], ["0", "جمع کل", "1"]]


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_what_is_kept_of_a_field_groups_no_rows_and_is_not_offered(
    sara: Browser, sign_in: SignIn, run: Callable[..., Any], id_of: Callable[[str], str], rule: str
) -> None:
    reader = sign_in("reader", REPORTING)
    assert reader.get("/persons/report?group=gender").status_code == 200
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', :rule FROM kernel.user_pattern WHERE user_id = :user",
        rule=rule,
        user=int(id_of("reader")),
    )
    answer = reader.get("/persons/report?group=gender&figure=distinct:gender")
    assert answer.status_code == 422
    assert lines_of(answer.text) == []
    assert 'value="gender"' not in answer.text
    assert reader.get("/persons/report?f.gender.is=male&group=").status_code == 422


@pytest.mark.parametrize(
    "asked",
    [
        "group=national_code",
        "group=mobile",
        "group=birth_date",
        "group=gender:month",
        "figure=sum:gender",
        "figure=median:gender",
        "dated=gender&period=today",
        "dated=birth_date&period=someday",
        "chart=pie",
        "group=<script>",
        "f.nothing.is=x",
    ],
)
def test_what_cannot_be_is_said_beside_the_form(sara: Browser, asked: str) -> None:
    answer = sara.get(f"/persons/report?{asked}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'name="group"' in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")


def test_a_pdf_is_made_in_the_background_and_holds_what_its_reader_may_export(
    sara: Browser, sign_in: SignIn, run: Callable[..., Any], runtime: Runtime
) -> None:
    asked = "/persons/report/pdf?group=gender&figure=count::share&chart=bars&f.birth_date.filled="
    answer = sara.post(asked, {})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/work")
    ((number,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, number) == "done"
    file = sara.get(f"/work/{number}/file")
    assert file.mimetype == "application/pdf"
    pdf = pypdf.PdfReader(io.BytesIO(file.data))
    width, height = (float(side) for side in (pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height))
    assert width < height
    words = pdf.pages[0].extract_text()
    for word in ("گزارش اشخاص", "مرد", "زن", "تاریخ تولد", "جمع کل"):
        assert word in words
    assert run("SELECT what FROM kernel.audit_entry WHERE what LIKE '%export%'") == [("record.export",)]
    reader = sign_in("reader", {("party", action): "all" for action in ("view", "report")})
    assert reader.post(asked, {}).status_code in {303, 403}
    assert run("SELECT count(*) FROM kernel.work") == [(1,)]


def test_a_pdf_of_a_wide_report_lies_and_one_too_large_says_so(
    sara: Browser, run: Callable[..., Any], runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = "group=gender&across=birth_date:day&figure=count:&figure=distinct:gender"
    sara.post(f"/persons/report/pdf?{wide}", {})
    ((number,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, number) == "done"
    pdf = pypdf.PdfReader(io.BytesIO(sara.get(f"/work/{number}/file").data))
    assert pdf.pages[0].mediabox.width > pdf.pages[0].mediabox.height
    monkeypatch.setattr("kernel.documents.report_pages.MOST_LINES", 1)
    sara.post(f"/persons/report/pdf?{wide}", {})
    assert jobs.work(runtime, number + 1) == "done"
    assert "روی کاغذ" in sara.get("/work").text
    assert f"/work/{number + 1}/file" not in sara.get("/work").text


def test_a_report_is_narrowed_and_widened_where_it_stands(sara: Browser) -> None:
    page = sara.get("/persons/report?group=birth_date:year&figure=count:&chart=bars").text
    choose = html.unescape(sara.link(page, "/persons/filter?", attribute="hx-get"))
    fields = sara.get(choose, htmx=True).text
    asked = html.unescape(sara.link(fields, "field=gender", attribute="hx-get"))
    form = sara.get(asked, htmx=True).text
    kept = {
        name: html.unescape(value)
        for name, value in re.findall(r'hidden" name="(\w+)" value="([^"]*)"', form)
    }
    assert kept == {
        "field": "gender",
        "group": "birth_date:year",
        "figure": "count:",
        "chart": "bars",
        "to": "report",
    }
    answer = sara.get(
        "/persons/filter/apply", htmx=True, query_string={**kept, "operator": "is", "value": "female"}
    )
    narrowed = answer.headers["HX-Redirect"]
    assert narrowed.startswith("/persons/report?")
    page = sara.get(narrowed).text
    assert lines_of(page) == [["۱۳۷۰", "۱"], ["۱۳۷۱", "۱"], ["جمع کل", "۲"]]
    assert '<svg class="chart' in page
    lifted = html.unescape(sara.link(page, "حذف صافی جنسیت"))
    assert lines_of(sara.get(lifted).text)[-1] == ["جمع کل", "۳"]


def test_a_chart_shows_a_year_of_months_and_says_what_it_leaves_out(sara: Browser) -> None:
    for month in range(1, 13):
        sara.made("/persons/new", last_name=f"ماه {month}", birth_date=f"1380/{month}/1")
    asked = "/persons/report?group=gender&across=birth_date:month&figure=count:&chart=bars"
    page = sara.get(f"{asked}&f.birth_date.from=1380-01-01").text
    assert "اسفند ۱۳۸۰</bdi></span>" in page
    assert "ستون دیگر تنها در جدول" not in page
    assert "۲ ستون دیگر تنها در جدول آمده است." in sara.get(asked).text
