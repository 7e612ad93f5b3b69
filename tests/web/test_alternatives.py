"""Filters of which one or another must be met: put together in the dialog, shown as chips, taken along everywhere."""

from __future__ import annotations

import html
import io
import re

import openpyxl
import pytest

from tests.web.conftest import ALL, Browser, SignIn

EITHER = "g1.gender.is=male&g1.last_name.contains=بهرامی&g2.last_name.is=پارسا"


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", {**ALL, ("segment", "share"): "all", ("party", "report"): "all"})
    for name, gender in (("احمدی", "female"), ("بهرامی", "male"), ("پارسا", "female"), ("تقوی", "male")):
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def names(text: str) -> list[str]:
    return re.findall(r'<td class="c-name[^>]*><a [^>]*title="([^"]+)"', text)


def test_rows_of_one_or_the_other_alternative_are_listed(sara: Browser) -> None:
    page = sara.get(f"/persons?{EITHER}").text
    assert names(page) == ["بهرامی", "پارسا"]
    joints = re.findall(r'<span class="joint">([^<]*)</span>', page)
    assert joints == ["و", "یا"]
    assert names(sara.get(f"/persons?{EITHER}&f.gender.is=female").text) == ["پارسا"]


def test_an_alternative_is_put_together_in_the_dialog(sara: Browser) -> None:
    form = sara.get("/persons/filter?field=gender&g1.last_name.is=پارسا", htmx=True).text
    assert "یا: گزینه‌ای دیگر" in form
    answer = sara.get(
        "/persons/filter/apply?field=gender&operator=is&value=male&where=2&g1.last_name.is=پارسا", htmx=True
    )
    assert names(sara.get(answer.headers["HX-Redirect"]).text) == ["بهرامی", "پارسا", "تقوی"]
    assert sara.get("/persons/filter/apply?field=gender&operator=is&value=male&where=9").status_code == 404


def test_lifting_a_chip_leaves_the_others_in_their_alternatives(sara: Browser) -> None:
    page = sara.get(f"/persons?{EITHER}").text
    lifts = [html.unescape(url) for url in re.findall(r'class="chip">.*?<a href="([^"]+)"', page)]
    assert names(sara.get(lifts[0]).text) == ["بهرامی", "پارسا"]
    assert names(sara.get(lifts[1]).text) == ["بهرامی", "پارسا", "تقوی"]
    assert names(sara.get(lifts[2]).text) == ["بهرامی"]


def test_files_totals_and_steps_keep_to_the_alternatives(sara: Browser) -> None:
    answer = sara.get(f"/persons/export?format=xlsx&{EITHER}&cols=display_name")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert [row[0] for row in list(sheet.iter_rows(values_only=True))[1:]] == ["بهرامی", "پارسا"]
    assert ">۲<" in sara.get(f"/persons/report?{EITHER}&group=gender").text
    first = sara.ids(f"/persons?{EITHER}")[0]
    page = sara.get(f"/persons/{first}?{EITHER}").text
    assert f"/persons/{sara.ids(f'/persons?{EITHER}')[1]}?" in html.unescape(page)


def test_a_segment_keeps_alternatives(sara: Browser) -> None:
    answer = sara.post(f"/segments/new/person?{EITHER}", {"name": "این یا آن"})
    opened = sara.get(answer.headers["Location"])
    assert names(sara.get(opened.headers["Location"]).text) == ["بهرامی", "پارسا"]
    assert "یا" in sara.get("/segments/").text


def test_all_rows_of_alternatives_go_to_the_bin(sara: Browser) -> None:
    ids = sara.ids(f"/persons?{EITHER}")[:1]
    form = {f"list.{name}": value for name, value in (pair.split("=") for pair in EITHER.split("&"))}
    sara.post("/persons/bulk", {"do": "delete", "id": ids, "whole": "1", **form})
    assert names(sara.get("/persons").text) == ["احمدی", "تقوی"]


@pytest.mark.parametrize(
    "args",
    [
        "g1.secret.is=x",
        "g999.gender.is=male",
        "g1.gender.like=x",
        "g0.nothing.is=1",
        "g1.birth_date.during=never",
    ],
)
def test_what_cannot_be_read_in_an_alternative_is_told(sara: Browser, args: str) -> None:
    page = sara.get(f"/persons?{args}")
    if args.startswith("g999.gender"):
        assert names(page.text) == ["بهرامی", "تقوی"]
    else:
        assert page.status_code == 422
        assert names(page.text) == []


def test_periods_of_the_fiscal_year_and_of_seasons_are_offered(sara: Browser) -> None:
    form = sara.get("/persons/filter?field=created_at&operator=during", htmx=True).text
    assert "این سال مالی" in form
    assert "این فصل" in form
    assert len(names(sara.get("/persons?f.created_at.during=this_season").text)) == 4
    assert names(sara.get("/persons?f.created_at.during=last_fiscal_year").text) == []
    assert len(names(sara.get("/persons?f.created_at.last_months=2").text)) == 4


def test_what_is_kept_from_a_reader_is_no_alternative_either(sign_in: SignIn, sara: Browser) -> None:
    reader = sign_in("omid", {("party", "view"): "all"})
    assert names(reader.get("/persons?g1.gender.is=male").text) == ["بهرامی", "تقوی"]
    page = reader.get("/persons?g1.gender.is=male&g2.mobile.starts=0912")
    assert page.status_code == 422
    assert names(page.text) == []
