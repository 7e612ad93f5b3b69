"""Fields that the administrator defines, through the pages: defined, filled in, listed, filtered, exported, imported."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from kernel.resources.build import build_runtime
from kernel.resources.importing import run_import
from tests.web.conftest import ALL

BASE = "/administration/user-fields"


def define(boss, kind, title, *, english="", homes=("person",), options=(), **values):
    """Define a field through the page, and give its key and number."""
    sent = {
        "kind": kind,
        "title": title,
        "title_en": english,
        "resources": ["", *homes],
        "in_list": "y",
        "filterable": "y",
        **values,
    }
    for place, option in enumerate(options):
        sent |= {f"options-{place}-title": option, f"options-{place}-active": "y"}
    answer = boss.post(f"{BASE}/new", sent)
    assert answer.status_code == 303, answer.text
    page = boss.get(BASE).text
    row = next(part for part in page.split("<tr")[1:] if f">{title}<" in part)
    return re.search(r">(u_[a-z0-9_]+)<", row)[1], int(re.search(r"user-fields/(\d+)", row)[1])


@pytest.fixture
def sara(sign_in):
    return sign_in("sara", ALL)


@pytest.fixture
def rebuilt(site, engines):
    return lambda: build_runtime(site, engines, isolate=False)


def test_only_administrators_define_fields(sara, boss):
    assert sara.get(BASE).status_code == 403
    assert sara.post(f"{BASE}/new", {"kind": "text", "title": "الف"}).status_code == 403
    assert "هنوز فیلدی تعریف نشده" in boss.get(BASE).text


def test_every_kind_has_a_form(boss):
    page = boss.get(f"{BASE}/kinds").text
    addresses = set(re.findall(r'href="(/administration/user-fields/new\?kind=\w+)"', page))
    assert len(addresses) == 20
    for address in addresses:
        assert boss.get(address).status_code == 200


def test_a_field_goes_through_form_page_history_list_and_filter(boss, sara):
    key, _number = define(boss, "whole", "تعداد فرزند", english="Children", least="0", most="20")
    assert key == "u_children"
    form = sara.get("/persons/new").text
    assert "تعداد فرزند" in form
    assert "جزئیات بیشتر" in form
    refused = sara.post("/persons/new", {"last_name": "رضایی", key: "۲۱"})
    assert refused.status_code == 422
    assert "باید 20 یا کمتر" in refused.text or "۲۰" in refused.text
    assert 'value="۲۱"' in refused.text
    address = sara.made("/persons/new", last_name="رضایی", **{key: "۳"})
    sara.made("/persons/new", last_name="بی‌فرزند")
    assert "تعداد فرزند" in sara.get(address).text
    saved = sara.post(
        f"{address}/field/{key}", {"value": "4", "_version": sara.version(f"{address}/edit")}, htmx=True
    )
    assert saved.status_code == 200
    assert "۴" in saved.text
    history = sara.get(f"{address}?tab=history").text
    assert re.search(r"تعداد فرزند.*۳.*۴", history, re.DOTALL)
    listed = sara.get(f"/persons?cols=display_name,{key}&sort=-{key}").text
    assert "تعداد فرزند" in listed
    number = address.rpartition("/")[2]
    for wanted in (f"f.{key}.is=۴", f"f.{key}.from=4", f"f.{key}.filled=", f"f.{key}.to=10"):
        assert sara.ids(f"/persons?{wanted}") == [number], wanted
    assert number not in sara.ids(f"/persons?f.{key}.empty=")
    assert sara.get(f"/persons?f.{key}.from=x").status_code == 422
    chosen = sara.get(f"/persons/filter/apply?field={key}&operator=from&value=3")
    assert chosen.status_code in (302, 303, 404)


def test_options_change_and_those_in_use_stay_readable(boss, sara):
    key, number = define(boss, "choice", "گروه خون", options=("A", "B"), quick_filter="y")
    address = sara.made("/persons/new", last_name="رضایی", **{key: "o1"})
    assert "گروه خون" in sara.get("/persons").text
    sent = {
        "kind": "choice",
        "title": "گروه خون",
        "resources": ["", "person"],
        "in_list": "y",
        "filterable": "y",
        "options-0-key": "o2",
        "options-0-title": "B مثبت",
        "options-0-active": "y",
    }
    assert boss.post(f"{BASE}/{number}", sent).status_code == 303
    assert re.search(r"گروه خون.*?A", sara.get(address).text, re.DOTALL)
    assert (
        sara.post(f"{address}/edit", {"last_name": "رضایی", "father_name": "علی", key: "o1"}).status_code
        == 303
    )
    refused = sara.post("/persons/new", {"last_name": "تازه", key: "o1"})
    assert refused.status_code == 422
    assert "دیگر انتخاب نمی‌شود" in refused.text
    assert sara.made("/persons/new", last_name="تازه", **{key: "o2"})


def test_several_options_are_ticked_kept_and_emptied(boss, sara):
    key, _number = define(boss, "choices", "علاقه‌ها", options=("کتاب", "فیلم", "سفر"))
    answer = sara.post("/persons/new", {"last_name": "رضایی", key: ["", "o3", "o1"]})
    address = answer.headers["Location"]
    assert "کتاب، سفر" in sara.get(address).text
    number = address.rpartition("/")[2]
    assert sara.ids(f"/persons?f.{key}.is=o1") == [number]
    assert sara.ids(f"/persons?f.{key}.any=o2&f.{key}.any=o3") == [number]
    assert sara.ids(f"/persons?f.{key}.is=o2") == []
    edited = sara.get(f"{address}/edit").text
    assert re.search(r'value="o1" checked', edited)
    assert not re.search(r'value="o2" checked', edited)
    control = sara.get(f"{address}/field/{key}", htmx=True)
    assert 'type="checkbox"' in control.text
    version = sara.version(f"{address}/edit")
    emptied = sara.post(f"{address}/field/{key}", {"value": [""], "_version": version}, htmx=True)
    assert emptied.status_code == 200
    assert sara.ids(f"/persons?f.{key}.empty=") == [number]


def test_sensitive_fields_are_hidden_everywhere_without_the_right(boss, sara, sign_in):
    key, _number = define(boss, "text", "بیماری زمینه‌ای", sensitive="y", default="ندارد")
    seeing = sign_in("doctor", {**ALL, ("party", "see_sensitive"): "all"})
    address = seeing.made("/persons/new", last_name="رضایی", **{key: "دیابت"})
    for page in (address, f"{address}/edit", f"{address}?tab=history", "/persons", "/persons/new"):
        assert "بیماری زمینه‌ای" in seeing.get(page).text or page == "/persons"
        assert "بیماری زمینه‌ای" not in sara.get(page).text
        assert "دیابت" not in sara.get(page).text
    assert sara.get(f"{address}/field/{key}", htmx=True).status_code == 404
    refused = sara.get(f"/persons?f.{key}.is=دیابت")
    assert refused.status_code == sara.get("/persons?f.nothing.is=دیابت").status_code == 422
    assert "رضایی" not in refused.text
    assert sara.post(f"{address}/edit", {"last_name": "رضایی", key: "x"}).status_code == 422
    assert (
        b"\xd8\xaf\xdb\x8c\xd8\xa7\xd8\xa8\xd8\xaa"
        not in sara.get(f"/persons/export?format=csv&cols={key}").data
    )
    unseen = sara.made("/persons/new", last_name="بی‌خبر")
    assert "ندارد" in seeing.get(unseen).text


def test_sensitive_fields_leave_in_files_with_a_right_of_their_own(boss, sign_in):
    key, _number = define(boss, "text", "بیماری زمینه‌ای", sensitive="y")
    seeing = {**ALL, ("party", "export"): "all", ("party", "see_sensitive"): "all"}
    doctor = sign_in("doctor", seeing)
    head = sign_in("chief", {**seeing, ("party", "export_sensitive"): "all"})
    number = doctor.made("/persons/new", last_name="رضایی", **{key: "دیابت"}).rpartition("/")[2]
    columns = f"cols=last_name,{key}"
    ticked = {"do": "export", "format": "csv", "id": number, "list.cols": f"last_name,{key}"}
    for browser, leaves in ((doctor, False), (head, True)):
        assert "دیابت" in browser.get(f"/persons?{columns}").text
        told = "ستون‌های حساس در فایل خروجی نمی‌آیند" in browser.get(f"/persons?{columns}").text
        assert told is not leaves
        assert "ستون‌های حساس" not in browser.get("/persons?cols=last_name").text
        for answer in (
            browser.get(f"/persons/export?format=csv&{columns}"),
            browser.post("/persons/bulk", ticked),
        ):
            text = answer.get_data().decode()
            assert answer.status_code == 200
            assert "رضایی" in text
            assert ("دیابت" in text, "بیماری زمینه‌ای" in text) == (leaves, leaves)
    assert doctor.get(f"/persons/export?format=csv&cols={key}").status_code == 422


def test_export_and_import_know_the_field(boss, sara, rebuilt):
    key, _number = define(boss, "day", "تاریخ عضویت", english="Member since")
    other, _number = define(boss, "decimal", "امتیاز", places="2")
    sara.made("/persons/new", last_name="رضایی", **{key: "1402/05/06", other: "12.5"})
    data = sara.get(f"/persons/export?format=xlsx&cols=last_name,{key},{other}").data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["نام خانوادگی", "تاریخ عضویت", "امتیاز"],
        ["رضایی", "1402/05/06", 12.5],
    ]
    content = "نام خانوادگی,Member since,امتیاز\nاحمدی,۱۴۰۳/۰۱/۰۲,۷٫۲۵\nبد,1403/13/40,x\n".encode()
    answer = sara.post("/persons/import", {"file": (io.BytesIO(content), "a.csv")})
    run = answer.headers["Location"].removesuffix("/columns")
    page = sara.get(f"{run}/columns").text
    assert f'value="{key}" selected' in page
    assert f'value="{other}" selected' in page
    sara.post(f"{run}/columns", {"column-0": "last_name", "column-1": key, "column-2": other})
    sara.post(f"{run}/begin")
    run_import(rebuilt(), int(run.rpartition("/")[2]))
    assert "ردیف ۳" in sara.get(run).text
    (found,) = sara.ids(f"/persons?f.{other}.is=7.25")
    page = sara.get(f"/persons/{found}").text
    assert "۱۴۰۳/۰۱/۰۲" in page
    assert "تاریخ عضویت" in sara.get(f"/persons/{found}?tab=history").text


def test_retired_fields_vanish_and_come_back_with_their_values(boss, sara):
    key, number = define(boss, "text", "محل تولد")
    address = sara.made("/persons/new", last_name="رضایی", **{key: "شیراز"})
    assert boss.post(f"{BASE}/{number}/act", {"do": "retire"}).status_code == 303
    assert "شیراز" not in sara.get(address).text
    assert sara.post(f"{address}/edit", {"last_name": "رضایی", key: "تبریز"}).status_code == 422
    assert sara.post(f"{address}/edit", {"last_name": "رضاییان"}).status_code == 303
    boss.post(f"{BASE}/{number}/act", {"do": "restore"})
    assert "شیراز" in sara.get(address).text
    boss.post(f"{BASE}/{number}/act", {"do": "retire"})
    plan = boss.get(f"{BASE}/{number}/delete").text
    assert "۱ مقدار در رکوردها" in plan
    late = boss.post(f"{BASE}/{number}/delete", {"expected": "0"})
    assert "اکنون رکوردهای بیشتری" in late.text
    assert boss.post(f"{BASE}/{number}/delete", {"expected": "1"}).status_code == 303
    assert "محل تولد" not in boss.get(BASE).text
    again, _number = define(boss, "text", "محل تولد")
    assert again != key
    assert "شیراز" not in sara.get(address).text
    assert "شیراز" not in sara.get(f"{address}?tab=history").text


def test_what_is_wrong_with_a_definition_is_said_beside_its_control(boss):
    cases = [
        ({"kind": "text", "title": "", "resources": ["", "person"]}, "عنوان"),
        ({"kind": "text", "title": "نام خانوادگي", "resources": ["", "person"]}, "فیلدی با این عنوان"),
        ({"kind": "text", "title": "الف", "resources": [""]}, "برای"),
        ({"kind": "choice", "title": "الف", "resources": ["", "person"]}, "دست‌کم یک گزینه"),
        (
            {"kind": "whole", "title": "الف", "resources": ["", "person"], "least": "5", "most": "2"},
            "بیشترین مقدار",
        ),
        ({"kind": "whole", "title": "الف", "resources": ["", "person"], "default": "x"}, "عدد صحیح"),
        (
            {
                "kind": "text",
                "title": "الف",
                "resources": ["", "person"],
                "sensitive": "y",
                "searchable": "y",
            },
            "هرگز",
        ),
    ]
    for sent, words in cases:
        answer = boss.post(f"{BASE}/new", sent)
        assert answer.status_code == 422, sent
        assert words in answer.text, sent
    assert boss.post(f"{BASE}/new", {"kind": "nonsense", "title": "الف"}).status_code == 404
