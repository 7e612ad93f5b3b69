from datetime import date, timedelta

import jdatetime
import persiantools.jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.calendar import (
    MONTH_NAMES,
    WEEKDAY_NAMES,
    DateError,
    FiscalPeriod,
    add_months,
    add_years,
    day_of_year,
    end_of_month,
    fiscal_year,
    format_date,
    is_leap,
    month_length,
    month_name,
    start_of_month,
    start_of_week,
    to_gregorian,
    to_jalali,
    weekday,
    weekday_name,
)
from tests.fa.vectors import vectors

FIRST_DAY = date(1821, 3, 21)
LAST_DAY = date(2121, 3, 20)
DAYS = st.dates(FIRST_DAY, LAST_DAY)
INNER_DAYS = st.dates(date(1900, 1, 1), date(2050, 1, 1))


def gregorian(text):
    return to_gregorian(*map(int, text.split("/")))


def test_every_day_of_the_range_agrees_with_jdatetime():
    for ordinal in range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1):
        day = date.fromordinal(ordinal)
        oracle = jdatetime.date.fromgregorian(date=day)
        assert to_jalali(day) == (oracle.year, oracle.month, oracle.day)
        assert to_gregorian(oracle.year, oracle.month, oracle.day) == day


def test_every_year_of_the_range_agrees_with_persiantools():
    for year in range(1200, 1500):
        assert persiantools.jdatetime.JalaliDate(year, 1, 1).to_gregorian() == to_gregorian(year, 1, 1)
        assert persiantools.jdatetime.JalaliDate.is_leap(year) == is_leap(year)


@vectors("jalali_leap")
def test_leap_years(value, expected):
    assert is_leap(value) is expected["leap"]
    assert sum(month_length(value, month) for month in range(1, 13)) == expected["days"]
    assert to_gregorian(value, 1, 1).isoformat() == expected["nowruz"]


@vectors("jalali_gregorian")
def test_days(value, expected):
    day = date.fromisoformat(expected["gregorian"])
    assert format_date(day, digits="en") == value
    assert gregorian(value) == day
    assert weekday(day) == expected["weekday_from_saturday"]
    assert weekday_name(day) == expected["weekday_fa"]
    assert day_of_year(day) == expected["day_of_year"]


@vectors("jalali_invalid")
def test_days_that_do_not_exist(value, expected):
    assert expected == {"valid": False}
    with pytest.raises(DateError):
        gregorian(value)


@vectors("jalali_add_months")
def test_months_are_added_within_the_month(value, expected):
    assert add_months(gregorian(value["date"]), value["months"]) == gregorian(expected["date"])


@vectors("fiscal_year")
def test_fiscal_year_of_the_calendar(value, expected):
    assert fiscal_year(date.fromisoformat(value)) == FiscalPeriod(
        expected["fiscal_year"],
        expected["quarter"],
        date.fromisoformat(expected["starts"]),
        date.fromisoformat(expected["ends"]),
    )


@pytest.mark.parametrize(
    ("day", "start_month", "year", "quarter", "starts", "ends"),
    [
        ("1405/06/31", 7, 1404, 4, "1404/07/01", "1405/06/31"),
        ("1405/07/01", 7, 1405, 1, "1405/07/01", "1406/06/31"),
        ("1406/01/01", 7, 1405, 3, "1405/07/01", "1406/06/31"),
        ("1403/12/30", 12, 1403, 1, "1403/12/01", "1404/11/30"),
    ],
)
def test_fiscal_year_from_another_month(day, start_month, year, quarter, starts, ends):
    period = fiscal_year(gregorian(day), start_month)
    assert period == FiscalPeriod(year, quarter, gregorian(starts), gregorian(ends))


@given(INNER_DAYS, st.integers(1, 12))
def test_a_day_lies_in_its_fiscal_year_and_the_next_begins_after_it(day, start_month):
    period = fiscal_year(day, start_month)
    assert period.starts <= day <= period.ends
    following = fiscal_year(period.ends + timedelta(days=1), start_month)
    assert (following.year, following.starts) == (period.year + 1, period.ends + timedelta(days=1))


@given(INNER_DAYS, st.integers(-500, 500))
def test_adding_months_moves_by_exactly_so_many(day, months):
    before, after = to_jalali(day), to_jalali(add_months(day, months))
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == months
    assert after.day == min(before.day, month_length(after.year, after.month))


def test_the_last_day_of_a_leap_year_comes_back_in_the_next_one():
    assert add_years(gregorian("1403/12/30"), 1) == gregorian("1404/12/29")
    assert add_years(gregorian("1403/12/30"), 5) == gregorian("1408/12/30")


@given(DAYS)
def test_bounds_of_the_month_and_the_week(day):
    jalali = to_jalali(day)
    assert to_jalali(start_of_month(day)) == (jalali.year, jalali.month, 1)
    assert to_jalali(end_of_month(day)) == (
        jalali.year,
        jalali.month,
        month_length(jalali.year, jalali.month),
    )
    assert weekday(start_of_week(day)) == 0
    assert 0 <= (day - start_of_week(day)).days < 7


@given(DAYS)
def test_names_agree_with_jdatetime(day):
    oracle = jdatetime.date.fromgregorian(date=day, locale="fa_IR")
    assert weekday_name(day).replace("\u200c", "") == oracle.strftime("%A").replace("\u200c", "")
    assert month_name(to_jalali(day).month) == oracle.strftime("%B")
    english = jdatetime.date.fromgregorian(date=day, locale="en_US")
    assert weekday_name(day, "en") == english.strftime("%A")


def test_styles():
    day = date(2026, 11, 21)
    assert format_date(day) == "۱۴۰۵/۰۸/۳۰"
    assert format_date(day, "long") == "۳۰ آبان ۱۴۰۵"
    assert format_date(day, "weekday") == "شنبه ۳۰ آبان ۱۴۰۵"
    assert format_date(day, "day_month") == "۳۰ آبان"
    assert format_date(day, "short", digits="en") == "1405/08/30"
    assert format_date(day, "weekday", digits="en") == "Saturday 30 Aban 1405"


def test_names_are_complete():
    assert {len(set(names)) for names in MONTH_NAMES.values()} == {12}
    assert {len(set(names)) for names in WEEKDAY_NAMES.values()} == {7}


@pytest.mark.parametrize(
    "day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1), date.min, date.max]
)
def test_days_outside_the_range_are_refused(day):
    with pytest.raises(DateError) as caught:
        to_jalali(day)
    assert caught.value.code == "out-of-range"
    assert caught.value.params == {"first": 1200, "last": 1499}


@pytest.mark.parametrize("year", [1199, 1500, 0, -1])
def test_years_outside_the_range_are_refused(year):
    with pytest.raises(DateError, match="out-of-range"):
        to_gregorian(year, 1, 1)


def test_a_day_that_does_not_exist_is_told_with_the_length_of_its_month():
    with pytest.raises(DateError) as caught:
        to_gregorian(1404, 12, 30)
    assert caught.value.code == "no-such-day"
    assert caught.value.params == {"year": 1404, "month": 12, "day": 30, "length": 29}
