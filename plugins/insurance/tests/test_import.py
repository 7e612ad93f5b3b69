"""The sheet of an insurer: headings are guessed, holders known by number, and a file brought twice makes nothing new."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from kernel.fa.digits import to_persian_digits
from kernel.parties.models import PartyRole
from kernel.resources.errors import Invalid
from kernel.resources.importing import preview, refused_file, refused_rows, running, runs
from plugins.insurance.models import Policy
from plugins.insurance.tests.conftest import Agency, jalali
from plugins.insurance.tests.test_pages import GRANTS

HEADINGS = (
    "شماره بیمه‌نامه,رشته بیمه,شرکت بیمه,کد ملی بیمه گذار,تاریخ شروع,تاریخ انقضا,حق بیمه,شماره پلاک,شماره شاسی"
)
ROWS = (
    "1405/7/881,شخص ثالث,Iran Insurance,{code},1405/02/10,1406/02/10,52000000,۱۲ ب ۳۴۵ ایران ۶۷,NAAM0123456789",
    "1405/7/882,Life and savings,Iran Insurance,0912 123 45 67,1405/03/01,,18000000,,",
    "1405/7/883,آتش‌سوزی,Iran Insurance,{code},1405/03/01,,9000000,,",
    "1405/7/884,life,Iran Insurance,1111111110,1405/03/01,,9000000,,",
)
CODE = "0499370899"


def bring(agency: Agency, path: Path) -> runs.Run:
    """Import a sheet as the pages do, with the columns that are guessed."""
    with path.open("rb") as stream:
        run_id = runs.start(agency.runtime, agency.head, "insurance.policy", "iran.csv", stream)
    guessed = agency.look(lambda context: runs.progress(context, run_id)).mapping
    agency.run("import.map", run_id=run_id, mapping=guessed)
    agency.run("import.begin", run_id=run_id)
    running.run_import(agency.runtime, run_id)
    return agency.look(lambda context: runs.progress(context, run_id))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "iran.csv"
    rows = [row.format(code=to_persian_digits(CODE)) for row in ROWS]
    path.write_text("\n".join([HEADINGS, *rows]), "utf-8")
    return path


def test_policies_come_from_a_sheet_once(agency: Agency, sheet: Path) -> None:
    one = agency.person("Karimi", national_code=CODE)
    other = agency.person("Rad", mobile="09121234567")
    run = bring(agency, sheet)
    found = agency.rows(select(Policy).order_by(Policy.number))
    assert [(row.number, row.holder_id, row.line) for row in found] == [
        ("1405/7/881", one, "third_party"),
        ("1405/7/882", other, "life"),
    ], "the fire policy lacks its address, the last one has no holder here"
    assert found[0].plate == "12ب345-67"
    assert (run.created, run.refused) == (2, 2)
    again = bring(agency, sheet)
    assert again.created == 0
    assert len(agency.rows(select(Policy))) == 2


def test_a_policy_entered_by_hand_is_known_in_the_sheet(agency: Agency, sheet: Path) -> None:
    one = agency.person("Karimi", national_code=CODE)
    agency.policy(one, number="1405 / 7 / 881")
    assert bring(agency, sheet).created == 0


TITLES = ("شماره بیمه‌نامه", "رشته", "شرکت بیمه", "کد ملی بیمه گذار", "تاریخ شروع", "تاریخ انقضا", "حق بیمه")


def row(number: str, **more: object) -> tuple[object, ...]:
    values = {"line": "عمر", "begin": "1405/02/10", "end": None, "premium": 52_000_000, "code": CODE, **more}
    return (
        number,
        values["line"],
        "Iran Insurance",
        values["code"],
        values["begin"],
        values["end"],
        values["premium"],
    )


def book(path: Path, rows: Iterable[Sequence[object]], *merged: str) -> Path:
    sheets = openpyxl.Workbook()
    for each in rows:
        sheets.active.append(list(each))
    for each in merged:
        sheets.active.merge_cells(each)
    sheets.save(path)
    return path


def reasons(agency: Agency, run: runs.Run) -> dict[int, str]:
    found = agency.look(lambda context: refused_rows(context, run.id))
    return {each.number: " / ".join(each.reasons) for each in found}


def test_a_sheet_as_insurers_export_it(agency: Agency, tmp_path: Path) -> None:
    """Title, two rows of headings with merged cells, a repeated heading, days in many spellings, a sum at the end."""
    agency.person("Karimi", national_code=CODE)
    head = ("ردیف", "شماره بیمه‌نامه", "رشته", "شرکت بیمه", "بیمه‌گذار", "مدت اعتبار", None, "حق بیمه")
    below = (None, None, None, None, None, "شروع", "پایان", None)
    days = (
        "1405/7/2",
        "1405-07-02",
        "۱۴۰۵/۰۷/۰۲",
        date(2026, 9, 24),
        14050702,
        "2 مهر 1405",
        "1405/07/02 - 12:00",
    )
    entries = [
        (place, f"77/{place}", "عمر", "Iran Insurance", int(CODE), day, None, "۱٬۰۰۰٬۰۰۰ ریال")
        for place, day in enumerate(days, 1)
    ]
    rows = [
        ("گزارش صدور بیمه‌نامه",),
        (),
        head,
        below,
        *entries[:3],
        (),
        head,
        below,
        *entries[3:],
        ("جمع کل", *[None] * 6, 7_000_000),
    ]
    run = bring(agency, book(tmp_path / "sheet.xlsx", rows, "A1:H1", "F3:G3", "A3:A4"))
    assert (run.created, run.refused) == (len(days), 1)
    assert list(reasons(agency, run).values()) == ["این ردیف جمعِ ردیف‌های بالا به نظر می‌رسد؛ کنار گذاشته شد."]
    found = agency.rows(select(Policy))
    assert {(row.begins_on, row.premium) for row in found} == {(jalali(1405, 7, 2), 1_000_000)}


def test_what_the_sheet_of_an_insurer_does_not_say_is_said_once(agency: Agency, tmp_path: Path) -> None:
    """An insurer's own sheet does not name the insurer, and one of life policies not the line; a filled cell counts."""
    agency.person("Karimi", national_code=CODE)
    other = agency.run("record.create", resource="insurance.insurer", values={"title": "بیمهٔ آسیا"})
    rows: list[Sequence[object]] = [
        ("شماره", "کد ملی", "تاریخ شروع", "حق بیمه", "نام شرکت"),
        ("8/1", CODE, "1405/02/10", 1_000, None),
        ("8/2", CODE, "1405/02/10", 1_000, "آسیا"),
        ("8/3", CODE, "1405/02/10", 1_000, "نیست"),
        ("جمع", None, None, 3_000, None),
    ]
    with book(tmp_path / "sheet.xlsx", rows).open("rb") as stream:
        run_id = runs.start(agency.runtime, agency.head, "insurance.policy", "s.xlsx", stream)
    mapping = {"0": "number", "1": "holder", "2": "begins_on", "3": "premium", "4": "insurer"}
    for said, field in (
        ({}, "line"),
        ({"line": "life", "insurer": "99999"}, "insurer"),
        ({"line": "ship", "insurer": str(agency.insurer)}, "line"),
    ):
        with pytest.raises(Invalid) as refusal:
            agency.run("import.map", run_id=run_id, mapping=mapping, for_all=said)
        assert [each.field for each in refusal.value.problems] == [field]
    said = {"line": "life", "insurer": str(agency.insurer), "premium": "5", "holder": ""}
    agency.run("import.map", run_id=run_id, mapping=mapping, for_all=said)
    shown = agency.look(lambda context: preview(context, run_id))
    assert [len(each.problems) for each in shown.rows] == [0, 0, 1, 1]
    agency.run("import.begin", run_id=run_id)
    running.run_import(agency.runtime, run_id)
    found = {row.number: (row.insurer_id, row.line) for row in agency.rows(select(Policy))}
    assert found == {"8/1": (agency.insurer, "life"), "8/2": (other, "life")}


def test_the_pages_of_an_import_ask_what_the_sheet_does_not_say(
    agency: Agency, browse: Any, tmp_path: Path
) -> None:
    agency.person("Karimi", national_code=CODE)
    clerk = browse("clerk", GRANTS["clerk"])
    sheet = book(
        tmp_path / "s.xlsx",
        [("شماره بیمه نامه", "کد ملی", "تاریخ شروع", "حق بیمه"), ("9/1", CODE, "1405/02/10", 1_000)],
    )
    sent = clerk.post("/insurance/policies/import", {"file": (io.BytesIO(sheet.read_bytes()), "s.xlsx")})
    run = sent.headers["Location"].removesuffix("/columns")
    assert 'name="all-insurer"' in clerk.get(f"{run}/columns").text
    chosen = {
        f"column-{place}": key for place, key in enumerate(("number", "holder", "begins_on", "premium"))
    }
    refused = clerk.post(f"{run}/columns", {**chosen, "all-line": "life"})
    assert refused.status_code == 422
    assert "بیمه‌گر" in refused.text
    told = {**chosen, "all-line": "life", "all-insurer": str(agency.insurer)}
    assert clerk.post(f"{run}/columns", told).status_code == 303
    assert "Iran Insurance" in clerk.get(run).text
    assert 'value="life" selected' in clerk.get(f"{run}/columns").text.replace(
        'selected value="life"', 'value="life" selected'
    )


def test_a_policy_twice_in_a_file_is_taken_once_though_the_first_row_is_wrong(
    agency: Agency, tmp_path: Path
) -> None:
    agency.person("Karimi", national_code=CODE)
    rows = [
        TITLES,
        row("55/1", premium=-1),
        row("۵۵/۱"),
        row("55 / 1", premium=3),
        row("55/2"),
        row("55/2", premium=9),
    ]
    run = bring(agency, book(tmp_path / "sheet.xlsx", rows))
    assert (run.created, run.skipped, run.refused) == (2, 2, 1)
    assert {row.premium for row in agency.rows(select(Policy))} == {52_000_000}


def test_half_of_the_rows_wrong_leaves_the_other_half_whole(agency: Agency, tmp_path: Path) -> None:
    agency.person("Karimi", national_code=CODE)
    wrong = (
        {"premium": -5},
        {"begin": "1405/13/01"},
        {"code": "1111111111"},
        {"line": "نیست"},
        {"end": "1404/01/01"},
    )
    rows = [TITLES]
    for place in range(20):
        rows += [row(f"1/{place}"), row(f"2/{place}", **wrong[place % len(wrong)])]
    run = bring(agency, book(tmp_path / "sheet.xlsx", rows))
    assert (run.created, run.refused) == (20, 20)
    told = reasons(agency, run)
    assert sorted(told) == list(range(3, 42, 2))
    assert "تاریخ شروع: " in told[5], "the reason names the field"
    with agency.look(lambda context: refused_file(context, run.id)) as stream:
        sheet = openpyxl.load_workbook(stream).active
        assert sheet.max_row == 21
    holders = select(PartyRole).where(PartyRole.role == "insurance.insured")
    assert len(agency.rows(holders)) == 1


def test_renewals_in_one_sheet_become_chains_in_any_order(agency: Agency, tmp_path: Path) -> None:
    agency.person("Karimi", national_code=CODE)
    rows = [
        TITLES,
        row("3/3", begin="1405/02/10"),
        row("3/1", begin="1403/02/10", end="1404/02/10"),
        row("3/2", begin="1404/02/10", end="1405/02/10"),
    ]
    bring(agency, book(tmp_path / "sheet.xlsx", rows))
    found = {row.number: row for row in agency.rows(select(Policy))}
    assert found["3/3"].former_id == found["3/2"].id
    assert found["3/2"].former_id == found["3/1"].id
