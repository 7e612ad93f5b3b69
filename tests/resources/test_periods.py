"""Moving periods, anniversaries and ages against the calendar asked day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.fa.calendar import parse_date
from kernel.fa.jalali import is_leap, to_gregorian, to_jalali
from kernel.resources.fields import periods

DAYS = st.dates(min_value=date(1960, 1, 1), max_value=date(2080, 1, 1))
SPANS = [
    ("today", "1405/09/07", "1405/09/07"),
    ("yesterday", "1405/09/06", "1405/09/06"),
    ("tomorrow", "1405/09/08", "1405/09/08"),
    ("this_week", "1405/09/07", "1405/09/13"),
    ("last_week", "1405/08/30", "1405/09/06"),
    ("next_week", "1405/09/14", "1405/09/20"),
    ("this_month", "1405/09/01", "1405/09/30"),
    ("last_month", "1405/08/01", "1405/08/30"),
    ("next_month", "1405/10/01", "1405/10/30"),
    ("this_year", "1405/01/01", "1405/12/29"),
    ("last_year", "1404/01/01", "1404/12/29"),
    ("next_year", "1406/01/01", "1406/12/29"),
]


@pytest.mark.parametrize(("period", "first", "last"), SPANS)
def test_periods_are_jalali_and_begin_on_saturday(period: str, first: str, last: str) -> None:
    today = parse_date("1405/09/07")
    assert periods.span_of(period, today) == (parse_date(first), parse_date(last))
    assert set(periods.PERIODS) == {name for name, _first, _last in SPANS}


def has_anniversary(born: date, first: date, last: date) -> bool:
    """The oracle: look at each day of the span."""
    day = first
    _year, month, of_month = to_jalali(born)
    while day <= last:
        now = to_jalali(day)
        if (now.month, now.day) == (month, of_month) and now.year >= to_jalali(born).year:
            return True
        if (month, of_month) == (12, 30) and (now.month, now.day) == (12, 29) and not is_leap(now.year):
            return True
        day += timedelta(days=1)
    return False


@settings(max_examples=60, deadline=None)
@given(
    today=DAYS, back=st.integers(0, 120 * 366), period=st.sampled_from(["today", "this_week", "next_month"])
)
def test_anniversaries_are_those_of_the_calendar(today: date, back: int, period: str) -> None:
    born = today - timedelta(days=back)
    first, last = periods.span_of(period, today)
    expected = has_anniversary(born, first, last)
    assert (born in set(periods.anniversaries(first, last))) == expected


def test_the_thirtieth_of_esfand_is_kept_on_the_last_day_of_common_years() -> None:
    born = to_gregorian(1375, 12, 30)
    common, leap = to_gregorian(1405, 12, 29), to_gregorian(1399, 12, 29)
    assert born in periods.anniversaries(common, common)
    assert born not in periods.anniversaries(leap, leap)


def years(born: date, today: date) -> int:
    then, now = to_jalali(born), to_jalali(today)
    return now.year - then.year - ((now.month, now.day) < (then.month, then.day))


@settings(max_examples=150, deadline=None)
@given(today=DAYS, count=st.integers(0, 100), off=st.integers(-400, 400))
def test_ages_are_full_jalali_years(today: date, count: int, off: int) -> None:
    born = today - timedelta(days=count * 365 + off)
    if born > today:
        return
    assert (born <= periods.born_by(count, today)) == (years(born, today) >= count)
    assert (born >= periods.born_since(count, today)) == (years(born, today) <= count)
