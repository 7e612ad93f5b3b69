"""Those in line whom no SMS reaches: no time is held for them in vain, and the desk sees that they are to be called."""

from __future__ import annotations

import re
from html import unescape

import pytest

from kernel.resources.errors import Invalid
from plugins.medical.plugin import PATTERNS
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_board import Enter, enter
from plugins.medical.tests.test_line import clock, closed_but, rows, state, tend, wait

__all__ = ["enter"]
DESK = next(each.grants for each in PATTERNS if each.name == "receptionist")


def with_mobile(clinic: Clinic, place: int) -> None:
    clinic.run(
        "record.edit",
        resource="person",
        record_id=clinic.persons[place],
        values={"mobile": f"0912111000{place}"},
    )


def test_a_time_goes_on_to_the_next_and_the_desk_sees_whom_to_call(clinic: Clinic, enter: Enter) -> None:
    with_mobile(clinic, 1)
    taken = closed_but(clinic, "17:00")
    first, second = wait(clinic, 0), wait(clinic, 1)
    clinic.run("medical.cancel", appointment=taken, by="patient")
    assert state(clinic, first) == ("waiting", None)
    assert state(clinic, second)[0] == "offered"
    assert rows(clinic, "SELECT offers FROM medical.waiting ORDER BY id") == [(0,), (1,)]
    assert rows(clinic, "SELECT count(*) FROM medical.appointment WHERE state = 'offered'") == [(1,)]
    browser = enter("desk", DESK)
    page = browser.get("/medical/line").text
    assert page.count("تماس بگیرید") == 1
    assert "به نفر بعدی رسید" in page
    (way,) = re.findall(r'href="(/medical/free[^"]+)"', page)
    assert f"patient={clinic.persons[0]}" in way
    times = browser.get(unescape(way)).text
    assert f"patient={clinic.persons[0]}" in times
    assert "۱۴۰۵/۰۸/۳۰" in times


def test_who_can_be_reached_again_is_asked_after_a_while(clinic: Clinic) -> None:
    taken = closed_but(clinic, "17:00")
    only = wait(clinic, 0)
    clinic.run("medical.cancel", appointment=taken, by="patient")
    with_mobile(clinic, 0)
    tend(clinic)
    assert state(clinic, only) == ("waiting", None)
    clock(clinic, minutes=61)
    tend(clinic)
    assert state(clinic, only)[0] == "offered"
    assert rows(clinic, "SELECT unreached_at FROM medical.waiting") == [(None,)]


def test_nobody_waits_for_longer_than_a_year(clinic: Clinic) -> None:
    """The worker looks through all days of a wait."""
    wait(clinic, 0, last_day="1406/08/30")
    with pytest.raises(Invalid, match="longer than a year") as refused:
        wait(clinic, 1, last_day="1499/12/29")
    assert [each.field for each in refused.value.problems] == ["last_day"]


def test_nobody_waits_twice_for_the_same(clinic: Clinic) -> None:
    wait(clinic, 0)
    with pytest.raises(Invalid, match="waits for the same already") as refused:
        wait(clinic, 0, last_day="1405/09/05")
    assert [each.field for each in refused.value.problems] == ["patient"]
    for more in (
        {"doctor": clinic.doctors[1]},
        {"service": clinic.services[1]},
        {"part": "evening"},
        {"first_day": "1405/09/01", "last_day": "1405/09/02"},
    ):
        wait(clinic, 0, **more)
    wait(clinic, 1)
