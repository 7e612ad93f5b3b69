from __future__ import annotations

from datetime import date, timedelta

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.resources.reports.buckets import UNITS, next_start, start_of, text_of

DAYS = st.dates(date(2021, 3, 21), date(2034, 3, 19))


def label(unit: str, day: date, fiscal_start: int) -> tuple[int, ...]:
    """What distinguishes the stretch of a day, by another library's calendar."""
    jalali = jdatetime.date.fromgregorian(date=day)
    year, month = jalali.year, jalali.month
    if unit == "day":
        return year, month, jalali.day
    if unit == "week":
        saturday = day - timedelta(days=jalali.weekday())
        return saturday.year, saturday.month, saturday.day
    if unit == "fiscal_year":
        return (year if month >= fiscal_start else year - 1,)
    return {
        "month": (year, month),
        "season": (year, (month - 1) // 3),
        "half": (year, (month - 1) // 6),
        "year": (year,),
    }[unit]


@given(DAYS, DAYS, st.sampled_from(sorted(UNITS)), st.integers(1, 12))
def test_two_days_share_a_stretch_exactly_where_another_calendar_says_so(a, b, unit, fiscal_start):
    same = start_of(unit, a, fiscal_start) == start_of(unit, b, fiscal_start)
    assert same == (label(unit, a, fiscal_start) == label(unit, b, fiscal_start))


@given(DAYS, st.sampled_from(sorted(UNITS)), st.integers(1, 12))
def test_a_stretch_holds_its_day_and_the_next_follows_without_a_gap(day, unit, fiscal_start):
    start = start_of(unit, day, fiscal_start)
    following = next_start(unit, start)
    assert start <= day < following
    assert start_of(unit, following, fiscal_start) == following
    assert start_of(unit, following - timedelta(days=1), fiscal_start) == start


@pytest.mark.parametrize(
    ("unit", "day", "text"),
    [
        ("day", date(2026, 11, 29), "۱۴۰۵/۰۹/۰۸"),
        ("month", date(2026, 11, 22), "آذر ۱۴۰۵"),
        ("season", date(2026, 9, 23), "پاییز ۱۴۰۵"),
        ("half", date(2026, 9, 23), "نیمهٔ دوم ۱۴۰۵"),
        ("year", date(2026, 3, 21), "۱۴۰۵"),
        ("fiscal_year", date(2026, 9, 23), "۱۴۰۵–۱۴۰۶"),
        ("fiscal_year", date(2026, 3, 21), "۱۴۰۵"),
    ],
)
def test_names(unit, day, text):
    assert text_of(unit, day) == text
