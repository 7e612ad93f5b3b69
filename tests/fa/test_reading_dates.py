from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.calendar import DateError, format_date, parse_date
from kernel.fa.digits import to_persian_digits
from tests.fa.vectors import vectors

DAYS = st.dates(date(1821, 3, 21), date(2121, 3, 20))


@vectors("jalali_parse")
def test_vectors(value, expected):
    assert format_date(parse_date(value), digits="en").replace("/", "-") == expected["jalali"]


@pytest.mark.parametrize(
    "text",
    [
        "1405/08/03",
        "۱۴۰۵/۸/۳",
        "1405-8-3",
        "1405.8.3",
        "1405 / 8 / 3",
        "05/8/3",
        "3/8/1405",
        "14050803",
        "۳ آبان ۱۴۰۵",
        "3 آبان ماه 05",
        "یکشنبه ۳ آبان ۱۴۰۵",
        "Sunday 3 Aban 1405",
        "\u200f۱۴۰۵/۰۸/۰۳ ",
        "1405–08–03",
    ],
)
def test_spellings_of_one_day(text):
    assert parse_date(text) == date(2026, 10, 25)


@given(DAYS, st.sampled_from(["short", "long", "weekday"]), st.sampled_from(["fa", "en"]))
def test_what_is_written_can_be_read(day, style, digits):
    assert parse_date(format_date(day, style, digits)) == day


@pytest.mark.parametrize(
    ("text", "year"), [("30/1/1", "1330"), ("99/1/1", "1399"), ("00/1/1", "1400"), ("29/1/1", "1429")]
)
def test_short_years_mean_1330_to_1429(text, year):
    assert format_date(parse_date(text), digits="en").startswith(year)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-a-date"),
        ("فردا", "not-a-date"),
        ("1405", "not-a-date"),
        ("1405/8", "not-a-date"),
        ("1405/8/3/2", "not-a-date"),
        ("1405/8-3", "not-a-date"),
        ("140/8/3", "not-a-date"),
        ("1405/8/1405", "not-a-date"),
        ("1405/8/3 10:00", "not-a-date"),
        ("30 نوامبر 1405", "not-a-date"),
        ("پریروز 30 آبان 1405", "not-a-date"),
        ("1405/13/1", "no-such-month"),
        ("1405/0/1", "no-such-month"),
        ("1405/7/31", "no-such-day"),
        ("1405/12/30", "no-such-day"),
        ("1405/1/0", "no-such-day"),
        ("1100/1/1", "out-of-range"),
        ("1600/1/1", "out-of-range"),
        ("2026/11/21", "gregorian-year"),
        ("21/11/2026", "gregorian-year"),
        ("1987/13/01", "gregorian-year"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(DateError) as caught:
        parse_date(text)
    assert caught.value.code == code


def test_a_gregorian_date_is_told_in_the_jalali_calendar():
    with pytest.raises(DateError) as caught:
        parse_date("2026/11/21")
    assert caught.value.params == {"year": 2026, "jalali": "1405/08/30"}


def test_a_gregorian_year_of_no_day_is_told_alone():
    with pytest.raises(DateError) as caught:
        parse_date("2026/11/31")
    assert caught.value.params == {"year": 2026}


def test_short_years_can_be_refused():
    with pytest.raises(DateError) as caught:
        parse_date("48/5/2", short_years=False)
    assert (caught.value.code, caught.value.params) == ("short-year", {"year": "48"})
    assert parse_date("1348/5/2", short_years=False) == date(1969, 7, 24)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        day = parse_date(text)
    except DateError:
        return
    assert parse_date(to_persian_digits(text)) == day
