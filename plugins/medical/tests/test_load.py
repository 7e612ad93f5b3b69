"""How busy doctors were and who did not come, against a count of every minute and every row over days drawn at random."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import text

from kernel.data.engines import Engines
from kernel.testing.users import add_user
from plugins.medical.load import Load, loads, percent
from plugins.medical.plugin import PATTERNS
from plugins.medical.tests.conftest import SATURDAY, Clinic

DOCTOR = next(each.grants for each in PATTERNS if each.name == "doctor")
STATES = ("booked", "confirmed", "arrived", "in_visit", "done", "missed", "cancelled", "offered")
DAYS = 12
ENTER = text(
    "INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at, state, walk_in, capacity,"
    " cancelled_by, binned_at) VALUES (:doctor, :patient, :service, :starts, :ends, :state, :walk_in, :capacity, :by,"
    " :binned)"
)


def drawn(clinic: Clinic, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Visits of half an hour that follow one another, so that nobody is booked twice: each doctor has one patient."""
    zone = clinic.runtime.site.time_zone
    for place, doctor in enumerate(clinic.doctors):
        for day in range(-1, DAYS + 1):
            midnight = datetime.combine(SATURDAY + timedelta(days=day), datetime.min.time(), zone)
            for slot in sorted(dice.sample(range(48), 9)):
                state = dice.choice(STATES)
                starts = midnight + slot * timedelta(minutes=30)
                yield {
                    "doctor": doctor,
                    "patient": clinic.persons[place],
                    "service": clinic.services[0],
                    "starts": starts,
                    "ends": starts + timedelta(minutes=dice.choice((5, 20, 30))),
                    "state": state,
                    "walk_in": dice.random() < 0.3,
                    "capacity": dice.choice((1, 1, 1, 3)),
                    "by": dice.choice(("patient", "clinic")) if state == "cancelled" else None,
                    "binned": midnight if dice.random() < 0.1 else None,
                }


def expected(rows: list[dict[str, Any]], doctor: int, first: date, last: date) -> dict[str, int]:
    mine = [
        row
        for row in rows
        if row["doctor"] == doctor and row["binned"] is None and first <= row["starts"].date() <= last
    ]
    states = Counter(row["state"] for row in mine)
    stands = [row for row in mine if row["state"] not in ("cancelled", "offered")]
    booked = sum(
        (
            Fraction((row["ends"] - row["starts"]).seconds, 60 * row["capacity"])
            for row in stands
            if row["state"] != "missed"
        ),
        Fraction(0),
    )
    return {
        "booked": int(booked),
        "visits": len(stands),
        "done": states["done"],
        "missed": states["missed"],
        "by_patient": sum(row["by"] == "patient" for row in mine),
        "by_clinic": sum(row["by"] == "clinic" for row in mine),
        "walk_ins": sum(row["walk_in"] for row in stands),
    }


def minutes_there(first: date, last: date, away: set[date]) -> int:
    """By the clinic's hours: 9 to 12 and 16 to 20 from Saturday to Wednesday, counted minute by minute."""
    days = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return sum(
        1
        for day in days
        for minute in range(24 * 60)
        if day not in away and day.isoweekday() not in (4, 5) and minute // 60 in (9, 10, 11, 16, 17, 18, 19)
    )


def test_loads_equal_a_count_of_every_minute_and_row(clinic: Clinic, engines: Engines) -> None:
    dice = random.Random(20261130)
    rows = list(drawn(clinic, dice))
    away = {SATURDAY + timedelta(days=2), SATURDAY + timedelta(days=9)}
    exceptions = [{"day": day.isoformat(), "kind": "away"} for day in away]
    with engines.owner(clinic.runtime.site).begin() as owner:
        owner.execute(ENTER, rows)
        user = add_user(owner, "doc", DOCTOR)
    change = {"resource": "medical.doctor", "record_id": clinic.doctors[0]}
    clinic.run("record.edit", values={"user": user.user_id}, parts={"exceptions": exceptions}, **change)
    clinic.run(
        "record.edit", resource="medical.doctor", record_id=clinic.doctors[1], values={"active": False}
    )
    with clinic.runtime.reading(clinic.administrator) as context:
        for _turn in range(12):
            first = SATURDAY + timedelta(days=dice.randrange(DAYS))
            last = first + timedelta(days=dice.randrange(DAYS))
            found = loads(context, first, last)
            counted = [expected(rows, doctor, first, last) for doctor in clinic.doctors]
            for load, count, off in zip(found, counted, (away, set()), strict=True):
                assert {name: getattr(load, name) for name in count} == count
                assert load.there == minutes_there(first, last, off)
                assert load.no_show == nearest(count["missed"], count["missed"] + count["done"])
                assert load.busy == nearest(count["booked"], load.there)
    with clinic.runtime.reading(user) as context:
        assert [each.name for each in loads(context, SATURDAY, SATURDAY)] == ["Dr One"]


def nearest(part: int, whole: int) -> int | None:
    """The same in another way: the number of hundredths that is nearest, of two the greater."""
    if not whole:
        return None
    return min(range(1000), key=lambda each: (abs(Fraction(part, whole) * 100 - each), -each))


@pytest.mark.parametrize(("part", "whole"), [(0, 7), (1, 200), (1, 8), (3, 8), (7, 7), (5, 3)])
def test_halves_go_up(part: int, whole: int) -> None:
    assert percent(part, whole) == nearest(part, whole)


def test_who_was_not_there_has_no_load() -> None:
    assert Load("", 0, 30, 1, 0, 0, 0, 0, 0).busy is None
