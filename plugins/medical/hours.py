"""When a doctor is there: weekly hours, breaks, holidays, exceptions, and the free times that are left. Pure rules.

Days and times are the clinic's own; intervals are half-open, so that one may begin when another ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    """Hours of one weekday (0 is Saturday), or a break in them, from a day to a last day where these are given."""

    weekday: int
    starts: time
    ends: time
    kind: str = "work"
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether it counts on a day."""
        return (
            self.weekday == weekday(day)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True)
class Difference:
    """A different day: `away` for the whole day or an interval of it, `extra` hours besides the weekly ones."""

    day: date
    kind: str
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True)
class Taken:
    """A time at which a doctor, a room or a device is busy; `who` comes: the service and the beginning that are shared."""

    interval: Interval
    group: tuple[int, int, datetime] | None = None
    """Doctor, service and beginning where several come together; None where nobody else can."""


@dataclass(frozen=True)
class Wish:
    """What a visit takes: its length, the buffers around it, how many share one time, and of each kind a room or device."""

    minutes: int
    before: int = 0
    after: int = 0
    capacity: int = 1
    needs: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The ids of which one is taken, by the kind of facility; what is always needed, by its kind and id."""

    def visit(self, start: datetime) -> Interval:
        """The time of the patient."""
        return Interval(start, start + timedelta(minutes=self.minutes))

    def busy(self, start: datetime) -> Interval:
        """The time of the doctor, room and device."""
        return Interval(
            start - timedelta(minutes=self.before), start + timedelta(minutes=self.minutes + self.after)
        )


def weekday(day: date) -> int:
    """Give the day of the week, 0 for Saturday."""
    return (day.weekday() + 2) % 7


def present(
    day: date,
    shifts: Iterable[Shift],
    exceptions: Iterable[Difference],
    zone: ZoneInfo,
    *,
    closed: bool = False,
) -> list[Interval]:
    """Give the stretches in which a doctor is there on a day: weekly hours less breaks, extra hours, less absences.

    `closed` says that the day is a holiday on which the weekly hours do not hold; extra hours do.
    """
    valid = [] if closed else [shift for shift in shifts if shift.holds_on(day)]
    work = [_interval(day, shift.starts, shift.ends, zone) for shift in valid if shift.kind == "work"]
    breaks = [_interval(day, shift.starts, shift.ends, zone) for shift in valid if shift.kind == "break"]
    there = list(without(joined(work), breaks))
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


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Give the day on which a moment lies on the clinic's wall."""
    return at.astimezone(zone).date()


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


def starts_in(there: Sequence[Interval], minutes: int, step: int, not_before: datetime) -> Iterator[datetime]:
    """Give the starts at which a visit of `minutes` fits into the hours, every `step` minutes from each beginning."""
    length, pace = timedelta(minutes=minutes), timedelta(minutes=step)
    for interval in there:
        start = interval.starts
        while start + length <= interval.ends:
            if start >= not_before:
                yield start
            start += pace


def fits(
    start: datetime,
    wish: Wish,
    service: int,
    doctor: Iterable[Taken],
    facilities: Mapping[int, Sequence[Taken]],
    *,
    doctor_id: int = 0,
) -> dict[str, int] | None:
    """Say whether a visit can begin then: gives what it takes for each of its needs; None where it cannot.

    Those who come to the same service of the doctor at the same time come together, as many as there are seats.
    """
    span = wish.busy(start)
    group = (doctor_id, service, start) if wish.capacity > 1 else None
    others = [each for each in doctor if each.interval.overlaps(span)]
    if any(group is None or each.group != group for each in others) or len(others) >= wish.capacity:
        return None
    chosen: dict[str, int] = {}
    for need, ids in wish.needs.items():
        found = _free_of(ids, span, group, facilities)
        if found is None:
            return None
        chosen[need] = found
    return chosen


def _free_of(
    ids: Sequence[int],
    span: Interval,
    group: tuple[int, int, datetime] | None,
    facilities: Mapping[int, Sequence[Taken]],
) -> int | None:
    """The room in which the others of the group are, else the first that is free."""
    free = None
    for number in ids:
        there = [each for each in facilities.get(number, ()) if each.interval.overlaps(span)]
        if group is not None and there and all(each.group == group for each in there):
            return number
        if not there and free is None:
            free = number
    return free


def _interval(day: date, starts: time, ends: time, zone: ZoneInfo) -> Interval:
    return Interval(
        datetime.combine(day, starts, zone).astimezone(UTC), datetime.combine(day, ends, zone).astimezone(UTC)
    )
