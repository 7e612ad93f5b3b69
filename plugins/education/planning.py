"""From a weekly pattern to the days of a calendar course. Pure rules: holidays and closed days are skipped, and told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST = 400
"""Sessions of one calendar course at most."""
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True, order=True)
class Weekly:
    """One time in the week; 0 is Saturday."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True)
class Meeting:
    """One meeting on a day, by the clock of the site. `skipped` says why it does not take place."""

    day: date
    starts: time
    ends: time
    skipped: str = ""

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Give begin and end as instants."""
        return (
            datetime.combine(self.day, self.starts, zone).astimezone(UTC),
            datetime.combine(self.day, self.ends, zone).astimezone(UTC),
        )


def weekday(day: date) -> int:
    """Give the day of the week, 0 for Saturday."""
    return (day.weekday() + 2) % 7


def meetings(
    begins_on: date,
    ends_on: date | None,
    count: int | None,
    pattern: Iterable[Weekly],
    off: Mapping[date, str],
    besides: Collection[date] = (),
) -> Iterator[Meeting]:
    """Give the meetings from the first day on, in order, skipped ones among them.

    It ends after the last day, or after as many meetings as are wanted, whichever comes first; without either it gives
    nothing. What was skipped does not count. Days of `besides` are passed over in silence: the course has met then, or
    what was meant for them was moved.
    """
    weekly = sorted(pattern)
    if not weekly or (ends_on is None and count is None):
        return
    last = min(ends_on or begins_on + LONGEST, begins_on + LONGEST)
    left = MOST if count is None else min(count, MOST)
    day = begins_on
    while day <= last and left > 0:
        for each in weekly:
            if each.weekday == weekday(day) and day not in besides and left > 0:
                reason = off.get(day, "")
                yield Meeting(day, each.starts, each.ends, reason)
                left -= not reason
        day += timedelta(days=1)


def instalments(total: int, count: int, first: date, due: Iterable[date]) -> list[tuple[int, date]]:
    """Split an amount into so many parts by their days; what does not divide goes to the first one."""
    days = [first, *due][:count]
    each, rest = divmod(total, len(days))
    parts = [(each + (rest if place == 0 else 0), day) for place, day in enumerate(days)]
    return [part for part in parts if part[0] > 0]
