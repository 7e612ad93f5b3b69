from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.clock import day_bounds, format_instant, local, parse_time, to_instant
from kernel.fa.errors import ClockError
from tests.fa.vectors import vectors

TEHRAN = ZoneInfo("Asia/Tehran")


@vectors("utc_to_tehran_jalali")
def test_vectors(value, expected):
    instant = datetime.fromisoformat(value)
    assert format_instant(instant, TEHRAN, digits="en") == expected["jalali"]


def test_styles():
    instant = datetime(2026, 11, 21, 20, 29, 59, tzinfo=UTC)
    assert format_instant(instant, TEHRAN) == "۱۴۰۵/۰۸/۳۰ ۲۳:۵۹"
    assert format_instant(instant, TEHRAN, "time") == "۲۳:۵۹"
    assert format_instant(instant, TEHRAN, "long") == "شنبه ۳۰ آبان ۱۴۰۵، ۲۳:۵۹"
    assert format_instant(instant, TEHRAN, "long", digits="en") == "Saturday 30 Aban 1405, 23:59"


def test_an_instant_without_a_zone_is_a_mistake():
    with pytest.raises(ValueError, match="without a zone"):
        local(datetime(2026, 11, 21), TEHRAN)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", time(8)),
        ("۰۸:۳۰", time(8, 30)),
        ("8:5", time(8, 5)),
        ("14.30", time(14, 30)),
        ("14٫30", time(14, 30)),
        ("1430", time(14, 30)),
        ("23:59:58", time(23, 59, 58)),
        (" 00:00 ", time(0)),
    ],
)
def test_times_are_read_as_people_write_them(text, expected):
    assert parse_time(text) == expected


@given(st.times())
def test_what_is_written_can_be_read(at):
    assert parse_time(f"{at:%H:%M}") == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-a-time"),
        ("ظهر", "not-a-time"),
        ("830", "not-a-time"),
        ("8:30:1:2", "not-a-time"),
        ("24:00", "no-such-time"),
        ("12:60", "no-such-time"),
        ("12:00:60", "no-such-time"),
        ("2530", "no-such-time"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(ClockError) as caught:
        parse_time(text)
    assert caught.value.code == code


@given(st.dates(date(1980, 1, 1), date(2100, 1, 1)))
def test_days_follow_each_other_without_gap(day):
    start, end = day_bounds(day, TEHRAN)
    assert day_bounds(day + timedelta(days=1), TEHRAN)[0] == end
    assert timedelta(hours=23) <= end - start <= timedelta(hours=25)
    assert local(start, TEHRAN).date() == day
    assert local(end - timedelta(microseconds=1), TEHRAN).date() == day


def test_a_day_whose_midnight_was_skipped_begins_at_one():
    start, end = day_bounds(date(2022, 3, 22), TEHRAN)
    assert local(start, TEHRAN).time() == time(1)
    assert end - start == timedelta(hours=23)


@given(st.datetimes(datetime(2022, 10, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_local_time_and_its_instant_agree(moment):
    instant = to_instant(moment.date(), moment.time(), TEHRAN)
    assert instant.tzinfo is UTC
    assert local(instant, TEHRAN).replace(tzinfo=None) == moment


def test_a_time_that_the_clock_skipped_is_refused():
    with pytest.raises(ClockError) as caught:
        to_instant(date(2022, 3, 22), time(0, 30), TEHRAN)
    assert caught.value.code == "skipped-time"


def test_a_time_that_came_twice_means_the_first():
    instant = to_instant(date(2022, 9, 21), time(23, 30), TEHRAN)
    assert instant == datetime(2022, 9, 21, 19, 0, tzinfo=UTC)
