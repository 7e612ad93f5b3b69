"""When a doctor is there: weekly hours, exceptions, and the free times between appointments. Pure rules.

Days and times are the clinic's own; intervals are half-open, so that one may begin when another ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Interval:
    """A stretch of time, from `starts` until before `ends`; aware instants."""

    starts: datetime
    ends: datetime

    def overlaps(self, other: Interval) -> bool:
        """Say whether the two share any time."""
        return self.starts < other.ends and other.starts < self.ends

    def holds(self, other: Interval) -> bool:
        """Say whether the other lies wholly inside."""
        return self.starts <= other.starts and other.ends <= self.ends


@dataclass(frozen=True)
class Shift:
    """Hours of one weekday; 0 is Saturday."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True)
class Difference:
    """A different day: `away` for the whole day or an interval of it, `extra` hours besides the weekly ones."""

    day: date
    kind: str
    starts: time | None = None
    ends: time | None = None


def weekday(day: date) -> int:
    """Give the day of the week, 0 for Saturday."""
    return (day.weekday() + 2) % 7


def present(
    day: date, shifts: Iterable[Shift], exceptions: Iterable[Difference], zone: ZoneInfo
) -> list[Interval]:
    """Give the stretches in which a doctor is there on a day: weekly and extra hours, less absences, joined."""
    there = [
        _interval(day, shift.starts, shift.ends, zone) for shift in shifts if shift.weekday == weekday(day)
    ]
    away: list[Interval] = []
    for exception in exceptions:
        if exception.day != day:
            continue
        if exception.starts is None or exception.ends is None:
            away.append(whole_day(day, zone))
        elif exception.kind == "extra":
            there.append(_interval(day, exception.starts, exception.ends, zone))
        else:
            away.append(_interval(day, exception.starts, exception.ends, zone))
    return list(without(joined(there), away))


def whole_day(day: date, zone: ZoneInfo) -> Interval:
    """Give the stretch from midnight to midnight, which is not always 24 hours."""
    return Interval(
        datetime.combine(day, time(0), zone).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC),
    )


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Sort, and join what touches or overlaps."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if result and interval.starts <= result[-1].ends:
            result[-1] = Interval(result[-1].starts, max(result[-1].ends, interval.ends))
        else:
            result.append(interval)
    return result


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> Iterator[Interval]:
    """Give what is left of the intervals when the taken ones are cut out of them."""
    cuts = joined(taken)
    for interval in intervals:
        start = interval.starts
        for cut in cuts:
            if cut.ends <= start or cut.starts >= interval.ends:
                continue
            if cut.starts > start:
                yield Interval(start, cut.starts)
            start = max(start, cut.ends)
        if start < interval.ends:
            yield Interval(start, interval.ends)


def free_starts(
    there: Sequence[Interval], taken: Iterable[Interval], minutes: int, step: int, *, not_before: datetime
) -> list[datetime]:
    """Give the starts at which a visit of `minutes` fits, every `step` minutes from the beginning of each shift.

    Starts before `not_before` are left out: nobody can come in the past.
    """
    length, pace = timedelta(minutes=minutes), timedelta(minutes=step)
    occupied = joined(taken)
    found: list[datetime] = []
    for interval in there:
        start = interval.starts
        while start + length <= interval.ends:
            wanted = Interval(start, start + length)
            if start >= not_before and not any(wanted.overlaps(other) for other in occupied):
                found.append(start)
            start += pace
    return found


def _interval(day: date, starts: time, ends: time, zone: ZoneInfo) -> Interval:
    return Interval(
        datetime.combine(day, starts, zone).astimezone(UTC), datetime.combine(day, ends, zone).astimezone(UTC)
    )
