"""When a doctor is there and what is free, against a count minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from plugins.medical.hours import (
    Difference,
    Interval,
    Shift,
    Taken,
    Wish,
    fits,
    present,
    starts_in,
    weekday,
    whole_day,
)

TEHRAN = ZoneInfo("Asia/Tehran")
SATURDAY = date(2026, 11, 21)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

minutes = st.integers(0, 24 * 60 - 1).map(lambda number: time(number // 60, number % 60))
spans = st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1])


def free_starts(
    there: list[Interval], occupied: list[Interval], minutes: int, step: int, *, not_before: datetime
) -> list[datetime]:
    """The starts of visits of one patient, without buffers."""
    busy = [Taken(interval) for interval in occupied]
    return [
        start
        for start in starts_in(there, minutes, step, not_before)
        if fits(start, Wish(minutes), 0, busy, {}) is not None
    ]


def inside(intervals: list[Interval], at: datetime) -> bool:
    return any(interval.starts <= at < interval.ends for interval in intervals)


def at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, TEHRAN).astimezone(UTC)


def test_the_week_begins_on_saturday() -> None:
    assert [weekday(SATURDAY + timedelta(days=offset)) for offset in range(7)] == list(range(7))


@given(st.lists(spans, max_size=4), st.lists(spans, max_size=3), st.lists(spans, max_size=3), st.booleans())
def test_presence_equals_a_count_by_minutes(
    weekly: list[tuple[time, time]],
    extra: list[tuple[time, time]],
    away: list[tuple[time, time]],
    all_day: bool,
) -> None:
    differences = [Difference(SATURDAY, "extra", *pair) for pair in extra]
    differences += [Difference(SATURDAY, "away", *pair) for pair in away]
    if all_day:
        differences.append(Difference(SATURDAY, "away"))
    there = present(SATURDAY, [Shift(0, *pair) for pair in weekly], differences, TEHRAN)
    for number in range(0, 24 * 60, 7):
        clock = time(number // 60, number % 60)
        expected = any(a <= clock < b for a, b in [*weekly, *extra])
        expected = expected and not all_day and not any(a <= clock < b for a, b in away)
        assert inside(there, at(SATURDAY, clock)) == expected, clock


@given(st.lists(spans, max_size=3), st.lists(spans, max_size=5), st.integers(5, 90), st.integers(5, 60))
def test_a_free_start_fits_into_the_shift_and_touches_nothing(
    shifts: list[tuple[time, time]], taken: list[tuple[time, time]], length: int, step: int
) -> None:
    there = present(SATURDAY, [Shift(0, *pair) for pair in shifts], [], TEHRAN)
    occupied = [Interval(at(SATURDAY, a), at(SATURDAY, b)) for a, b in taken]
    starts = free_starts(there, occupied, length, step, not_before=LONG_AGO)
    for start in starts:
        visit = Interval(start, start + timedelta(minutes=length))
        assert any(interval.holds(visit) for interval in there)
        assert not any(interval.overlaps(visit) for interval in occupied)
    for interval in there:
        start = interval.starts
        while start + timedelta(minutes=length) <= interval.ends:
            visit = Interval(start, start + timedelta(minutes=length))
            if not any(other.overlaps(visit) for other in occupied):
                assert start in starts
            start += timedelta(minutes=step)


def test_nothing_is_free_in_the_past() -> None:
    there = present(SATURDAY, [Shift(0, time(9), time(12))], [], TEHRAN)
    starts = free_starts(there, [], 30, 30, not_before=at(SATURDAY, time(10, 10)))
    assert [start.astimezone(TEHRAN).time() for start in starts] == [time(10, 30), time(11), time(11, 30)]


def test_a_day_with_a_clock_change_is_not_24_hours_long() -> None:
    summer_began = date(2022, 3, 22)
    span = whole_day(summer_began, TEHRAN)
    assert span.ends - span.starts == timedelta(hours=23)
