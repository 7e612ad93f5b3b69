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
    ("this_season", "1405/07/01", "1405/09/30"),
    ("last_season", "1405/04/01", "1405/06/31"),
    ("next_season", "1405/10/01", "1405/12/29"),
    ("this_year", "1405/01/01", "1405/12/29"),
    ("last_year", "1404/01/01", "1404/12/29"),
    ("next_year", "1406/01/01", "1406/12/29"),
    ("this_fiscal_year", "1405/07/01", "1406/06/31"),
    ("last_fiscal_year", "1404/07/01", "1405/06/31"),
    ("next_fiscal_year", "1406/07/01", "1407/06/31"),
]
FIRST, LAST = to_gregorian(1400, 1, 1), to_gregorian(1412, 12, 29)
LONGEST_LEAP = 1_200
"""Days around today that the oracle looks at: more than from the first to the last day of any named period."""


@pytest.mark.parametrize(("period", "first", "last"), SPANS)
def test_periods_are_jalali_and_begin_on_saturday(period: str, first: str, last: str) -> None:
    today = parse_date("1405/09/07")
    assert periods.span_of(period, today, fiscal_start=7) == (parse_date(first), parse_date(last))
    assert set(periods.PERIODS) == {name for name, _first, _last in SPANS}


def numbered(period: str, day: date, fiscal_start: int) -> int:
    """The oracle: the number of the day, week, month, season or year in which a day lies, counted from some beginning."""
    year, month, _day = to_jalali(day)
    return {
        "week": (day.toordinal() + 1) // 7,
        "month": 12 * year + month,
        "season": 4 * year + (month - 1) // 3,
        "year": year,
        "fiscal_year": year - (month < fiscal_start),
    }[period]


@settings(max_examples=40, deadline=None)
@given(
    today=st.dates(min_value=FIRST, max_value=LAST),
    period=st.sampled_from(["week", "month", "season", "year", "fiscal_year"]),
    which=st.sampled_from([("last", -1), ("this", 0), ("next", 1)]),
    fiscal_start=st.integers(1, 12),
)
def test_periods_are_those_days_whose_number_is_that_of_today_or_its_neighbour(
    today: date, period: str, which: tuple[str, int], fiscal_start: int
) -> None:
    word, off = which
    first, last = periods.span_of(f"{word}_{period}", today, fiscal_start)
    wanted = numbered(period, today, fiscal_start) + off
    around = (today + timedelta(days=number) for number in range(-LONGEST_LEAP, LONGEST_LEAP))
    assert [day for day in around if numbered(period, day, fiscal_start) == wanted] == [
        first + timedelta(days=number) for number in range((last - first).days + 1)
    ]


@settings(max_examples=60, deadline=None)
@given(today=st.dates(min_value=FIRST, max_value=LAST), count=st.integers(1, 60))
def test_months_from_today_touch_each_other_at_today(today: date, count: int) -> None:
    first, ends = periods.last_months(count, today)
    begins, last = periods.next_months(count, today)
    assert ends == begins == today
    year, month, day = to_jalali(today)
    for reached, months in ((first - timedelta(days=1), -count), (last + timedelta(days=1), count)):
        then = to_jalali(reached)
        assert 12 * then.year + then.month == 12 * year + month + months
        assert then.day == day or (then.day < day and to_jalali(reached + timedelta(days=1)).day == 1)


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
