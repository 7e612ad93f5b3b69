"""The sheet of an insurer: headings are guessed, holders known by number, and a file brought twice makes nothing new."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from kernel.fa.digits import to_persian_digits
from kernel.resources.importing import running, runs
from plugins.insurance.models import Policy
from plugins.insurance.tests.conftest import Agency

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
