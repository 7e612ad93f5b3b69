from __future__ import annotations

import io
import re

import openpyxl
import pytest

from kernel.resources.importing import run_import, undo_import
from kernel.resources.runtime import Runtime
from tests.web.conftest import ALL, Browser, SignIn

ROWS = (
    "نام,نام خانوادگی,موبایل,توضیح\nسارا,کریمی,09121234567,الف\nبابک,رحیمی,۱۲۳,ب\nلیلا,قاسمی,09121234568,پ\n"
)


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ALL)


def upload(browser: Browser, content: bytes, name: str = "مشتریان.csv") -> str:
    answer = browser.post("/persons/import", {"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removesuffix("/columns")


def chosen(page: str) -> dict[str, str]:
    """The fields that are chosen for the columns on the page of columns."""
    found = {}
    for name, options in re.findall(r'<select [^>]*name="(column-\d+)">(.*?)</select>', page, re.DOTALL):
        selected = re.search(r'value="([^"]+)" selected', options)
        found[name] = selected[1] if selected else ""
    return found


def test_a_file_goes_all_the_way(sara: Browser, runtime: Runtime) -> None:
    run = upload(sara, ROWS.encode())
    number = int(run.rpartition("/")[2])
    columns = sara.get(f"{run}/columns").text
    guessed = chosen(columns)
    assert guessed["column-1"] == "last_name"
    assert guessed["column-2"] == "mobile"
    assert guessed["column-3"] == "note"
    assert sara.post(f"{run}/columns", {**guessed, "column-0": "first_name"}).status_code == 303
    page = sara.get(run).text
    assert "پیش‌نمایش" in page
    assert "سارا" in page
    assert "رد می‌شود" in page
    assert "هنوز چیزی این‌جا نیست" in sara.get("/persons").text

    assert sara.post(f"{run}/begin").status_code == 303
    assert "progress" in sara.get(run).text
    assert sara.get(f"{run}/progress", htmx=True).status_code == 200
    run_import(runtime, number)
    assert sara.get(f"{run}/progress", htmx=True).headers["HX-Redirect"] == run
    page = sara.get(run).text
    assert "ورود انجام شد" in page
    assert "ردیف ۳" in page
    assert "سارا کریمی" in sara.get("/persons").text
    assert "رحیمی" not in sara.get("/persons").text

    sheet = openpyxl.load_workbook(io.BytesIO(sara.get(f"{run}/refused").data)).active
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["رحیمی"]

    assert sara.post(f"{run}/undo").status_code == 303
    undo_import(runtime, number)
    assert "برگردانده شد" in sara.get(run).text
    assert "سارا کریمی" not in sara.get("/persons").text


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("photo.png", b"\x89PNG\r\n\x1a\n"), ("a.xlsx", b"PK\x03\x04xx")],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    sara: Browser, name: str, content: bytes
) -> None:
    answer = sara.post("/persons/import", {"file": (io.BytesIO(content), name)})
    assert answer.status_code == 422
    assert 'class="notice bad"' in answer.text


def test_no_file_is_told(sara: Browser) -> None:
    answer = sara.post("/persons/import", {})
    assert answer.status_code == 422
    assert "نخست پرونده‌ای برگزینید" in answer.text


def test_two_columns_for_one_field_are_refused_and_the_choice_stays(sara: Browser) -> None:
    run = upload(sara, ROWS.encode())
    answer = sara.post(f"{run}/columns", {"column-0": "last_name", "column-1": "last_name"})
    assert answer.status_code == 422
    assert 'class="notice bad"' in answer.text
    assert chosen(answer.text)["column-0"] == "last_name"


def test_the_import_of_another_is_not_found(sara: Browser, sign_in: SignIn) -> None:
    run = upload(sara, ROWS.encode())
    omid = sign_in("omid", ALL)
    for path in (run, f"{run}/columns", f"{run}/refused", f"{run}/progress"):
        assert omid.get(path).status_code == 404
    for path in (f"{run}/begin", f"{run}/undo", f"{run}/stop"):
        assert omid.post(path).status_code == 404
    assert "مشتریان.csv" not in omid.get("/persons/import").text
    assert "مشتریان.csv" in sara.get("/persons/import").text


def test_a_run_of_one_list_is_not_shown_under_another(sara: Browser) -> None:
    run = upload(sara, ROWS.encode())
    assert sara.get(run.replace("/persons", "/organisations")).status_code == 404


def test_importing_is_a_right_of_its_own(sign_in: SignIn) -> None:
    reader = sign_in("omid", {("party", "view"): "all", ("party", "create"): "all"})
    assert reader.get("/persons/import").status_code == 403
    assert reader.get("/persons/import/sample").status_code == 403
    assert "/persons/import" not in reader.get("/persons").text


def test_the_sample_has_the_headings(sara: Browser) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(sara.get("/persons/import/sample").data)).active
    headings = next(sheet.iter_rows(values_only=True))
    assert "نام خانوادگی" in headings
    assert "تلفن همراه" in headings
