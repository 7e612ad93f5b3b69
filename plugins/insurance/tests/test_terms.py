"""Days and hours of policies against jdatetime, over the years 1400 to 1412."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.insurance import terms
from plugins.insurance.tests.conftest import jalali

TEHRAN = ZoneInfo("Asia/Tehran")
FIRST, LAST = jalali(1400, 1, 1), jalali(1412, 12, 29)
BEGINS = st.dates(FIRST, LAST)


def last_of(year: int, month: int) -> int:
    """The length of a month by the oracle."""
    if month < 12:
        return 31 if month <= 6 else 30
    return 30 if jdatetime.date(year, 1, 1).isleap() else 29


def expected(begins: date, months: int, anchor: int) -> date:
    """The month-end rule in the words of the oracle."""
    day = jdatetime.date.fromgregorian(date=begins)
    year, month = day.year, day.month
    for _step in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return jdatetime.date(year, month, min(anchor, last_of(year, month))).togregorian()


@given(begins=BEGINS, months=st.sampled_from([1, 3, 6, 12, 24]))
def test_the_end_is_that_of_the_month_end_rule(begins: date, months: int) -> None:
    anchor = terms.anchor_of(begins)
    assert terms.end_after(begins, months, anchor) == expected(begins, months, anchor)


@given(begins=BEGINS, months=st.sampled_from([1, 6, 12]), times=st.integers(2, 12))
def test_a_chain_has_neither_gaps_nor_drift(begins: date, months: int, times: int) -> None:
    anchor = terms.anchor_of(begins)
    day = begins
    for place in range(1, times + 1):
        anchor = terms.kept_anchor(day, anchor)
        day = terms.end_after(day, months, anchor)
        assert anchor == terms.anchor_of(begins)
        assert day == expected(begins, months * place, anchor)


def test_thirty_esfand_becomes_the_last_day_and_comes_back_in_a_leap_year() -> None:
    day, anchor = jalali(1403, 12, 30), 30
    found = []
    for _year in range(6):
        anchor = terms.kept_anchor(day, anchor)
        day = terms.end_after(day, 12, anchor)
        found.append(jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d"))
    assert found == ["1404/12/29", "1405/12/29", "1406/12/29", "1407/12/29", "1408/12/30", "1409/12/29"]


def test_a_renewal_on_another_day_holds_on_to_that_day() -> None:
    assert terms.kept_anchor(jalali(1404, 12, 20), 30) == 20
    assert terms.kept_anchor(jalali(1404, 12, 29), 30) == 30
    assert terms.kept_anchor(jalali(1403, 12, 29), 30) == 29, "the year had a 30 Esfand"


@given(day=BEGINS, hour=st.integers(0, 24))
def test_moments_are_those_of_the_site_and_in_order(day: date, hour: int) -> None:
    moment = terms.moment(day, hour, TEHRAN)
    assert moment.utcoffset() is not None
    if hour == 24:
        assert moment == terms.moment(day + timedelta(days=1), 0, TEHRAN)
    assert terms.moment(day, 0, TEHRAN) <= moment <= terms.moment(day, 24, TEHRAN)


def test_noon_and_the_end_of_a_day() -> None:
    day = jalali(1405, 12, 29)
    assert terms.moment(day, 12, TEHRAN).astimezone(UTC).hour == 8
    assert terms.moment(day, 24, TEHRAN).astimezone(TEHRAN).date() == day + timedelta(days=1)
    assert terms.last_day(day, 24) == day
    assert terms.last_day(day, 0) == day - timedelta(days=1)


@given(amount=st.integers(1, 10**12), count=st.integers(1, 60))
def test_instalments_make_up_the_amount(amount: int, count: int) -> None:
    parts = terms.shares(amount, count)
    assert sum(parts) == amount
    assert len(parts) == count
    assert max(parts) - min(parts) < count


@pytest.mark.parametrize(
    ("premium", "percent", "share"),
    [(1_000, Decimal("12.5"), 125), (999, Decimal("12.5"), 125), (3, Decimal("50"), 2), (10, None, None)],
)
def test_the_commission_is_exact_with_halves_up(premium: int, percent: Decimal | None, share: int) -> None:
    assert terms.commission_of(premium, percent) == share


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
CASES = [
    ({"issued": False}, "request"),
    ({"cancelled": True}, "cancelled"),
    ({"begins": 1, "ends": 9}, "waiting"),
    ({"begins": -1, "ends": 9}, "active"),
    ({"begins": -9, "ends": -1, "grace": 5}, "grace"),
    ({"begins": -9, "ends": -5, "grace": 5}, "lapsed"),
    ({"begins": -9, "ends": -1}, "lapsed"),
    ({"begins": -9, "ends": -1, "renewed": True, "grace": 5}, "renewed"),
    ({"begins": -9, "ends": 1, "renewed": True}, "active"),
]


@pytest.mark.parametrize(("case", "state"), CASES)
def test_the_state_follows_from_the_moment(case: dict[str, object], state: str) -> None:
    given_ = {"begins": -9, "ends": 9, "grace": 0, **case}
    found = terms.state_of(
        issued=bool(given_.get("issued", True)),
        cancelled=bool(given_.get("cancelled")),
        renewed=bool(given_.get("renewed")),
        begins_at=NOW + timedelta(days=int(str(given_["begins"]))),
        ends_at=NOW + timedelta(days=int(str(given_["ends"]))),
        grace_days=int(str(given_["grace"])),
        now=NOW,
    )
    assert found == state
