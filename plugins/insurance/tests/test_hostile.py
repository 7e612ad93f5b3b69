"""Sheets of insurers as they really come: formulas, Arabic letters, impossible days, the same policy twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from kernel.resources.importing import running, runs, undoing
from plugins.insurance.models import Policy
from plugins.insurance.tests.conftest import Agency, jalali

HEADINGS = ("شماره بيمه نامه", "رشته", "شركت بيمه", "كد ملي", "تاريخ شروع", "تاريخ انقضا", "حق بيمه", "پلاک")
CODE = "0499370899"


def bring(agency: Agency, path: Path) -> runs.Run:
    with path.open("rb") as stream:
        run_id = runs.start(agency.runtime, agency.head, "insurance.policy", path.name, stream)
    guessed = agency.look(lambda context: runs.progress(context, run_id)).mapping
    agency.run("import.map", run_id=run_id, mapping=guessed)
    agency.run("import.begin", run_id=run_id)
    running.run_import(agency.runtime, run_id)
    return agency.look(lambda context: runs.progress(context, run_id))


def sheet(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = Workbook()
    page: Any = book.active
    page.append(HEADINGS)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def row(number: Any = "1/1", **more: Any) -> tuple[Any, ...]:
    usual = {
        "number": number,
        "line": "شخص ثالث",
        "insurer": "Iran Insurance",
        "code": CODE,
        "begins": "1405/02/10",
        "ends": "1406/02/10",
        "premium": "52,000,000",
        "plate": "12 ب 345 ايران 67",
    }
    return tuple({**usual, **more}.values())


@pytest.fixture
def holder(agency: Agency) -> int:
    return agency.person("Karimi", national_code=CODE)


def test_letters_digits_and_numbers_are_read_however_they_are_written(
    agency: Agency, holder: int, tmp_path: Path
) -> None:
    rows = (
        row("۱۴۰۵/۱"),
        row("1405/2", line="شخص\u200cثالث", code=499370899, plate="12ب345-68", premium=52_000_000),
        row("1405/3", line="بدنه\u064e", begins="۱۴۰۵/۲/۱۰", ends="", plate="١٢ب٣٤٥-٦٩", premium="٥٢٠٠٠٠٠٠"),
        row("1405/4", line="عمر", plate="", begins="1403/12/30", ends="1404/12/29"),
    )
    run = bring(agency, sheet(tmp_path / "iran.xlsx", *rows))
    found = {each.number: each for each in agency.rows(select(Policy))}
    assert run.created == 4
    assert found["1405/1"].plate == "12ب345-67"
    assert found["1405/2"].holder_id == holder
    assert {each.premium for each in found.values()} == {52_000_000}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "1404/12/30", "begins": "1403/12/30"},
        {"begins": "1405/13/01"},
        {"begins": "1405/07/31"},
        {"ends": "1404/02/10"},
        {"premium": "-5"},
        {"premium": "12.5"},
        {"premium": "=1+1"},
        {"code": "1111111110"},
        {"line": "کشتی"},
        {"insurer": "No such"},
        {"plate": "12 ب 345"},
        {"plate": ""},
        {"number": "x" * 80},
    ],
)
def test_what_cannot_be_is_refused_and_the_rest_comes_in(
    agency: Agency, holder: int, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    assert holder
    run = bring(
        agency, sheet(tmp_path / "iran.xlsx", row(**{"number": "1", **wrong}), row("2", plate="12ب345-11"))
    )
    assert (run.created, run.refused) == (1, 1)
    assert [each.number for each in agency.rows(select(Policy))] == ["2"]


def test_one_policy_twice_in_a_sheet_is_one(agency: Agency, holder: int, tmp_path: Path) -> None:
    assert holder
    run = bring(agency, sheet(tmp_path / "iran.xlsx", row("1405/1"), row("۱۴۰۵ / ۱"), row("1405/1")))
    assert run.created == 1
    assert len(agency.rows(select(Policy))) == 1


def test_undoing_an_import_gives_the_former_policies_back(
    agency: Agency, holder: int, tmp_path: Path
) -> None:
    former = agency.policy(
        holder,
        line="third_party",
        plate="12ب345-67",
        begins_on=jalali(1404, 2, 10),
        ends_on=jalali(1405, 2, 10),
        grace_days=180,
    )
    run = bring(agency, sheet(tmp_path / "iran.xlsx", row("77/1"), row("77/2", plate="12ب345-99")))
    assert run.created == 2
    assert agency.row(Policy, former).renewal == "renewed"
    agency.run("import.undo", run_id=run.id)
    undoing.undo_import(agency.runtime, run.id)
    assert [each.id for each in agency.rows(select(Policy))] == [former]
    assert agency.row(Policy, former).renewal in ("contacted", "lost")
