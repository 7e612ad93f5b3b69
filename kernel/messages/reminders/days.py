"""On which day a reminder is due: pure functions of a date, a number of days before it, and the site's days off.

Everything is counted from the original date: an anniversary of 30 Esfand is 29 Esfand in common years and 30 Esfand again in
the next leap year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.fa.calendar import add_years
from kernel.fa.jalali import to_jalali
from kernel.jobs.calendar import WorkDays

DAY = timedelta(days=1)
KEEP, EARLIER, LATER = "keep", "earlier", "later"
"""What becomes of a reminder that would fall on a day off."""
NOWRUZ_LAST = 13
"""Day of Farvardin that ends the closure of Nowruz."""
MOST_SHIFTED = 31
"""Days by which a reminder is moved at most; a longer closure leaves it where it is."""


@dataclass(frozen=True)
class DaysOff:
    """Which days a reminder avoids, and where it goes instead."""

    work_days: WorkDays
    move: str = KEEP
    nowruz: bool = True
    """Whether the whole closure of Nowruz, 1 to 13 Farvardin, counts as days off."""

    def is_off(self, day: date) -> bool:
        """Say whether a reminder should not fall on a day."""
        return not self.work_days.works_on(day) or (self.nowruz and in_nowruz(day))


def in_nowruz(day: date) -> bool:
    """Say whether a day is within the closure of Nowruz."""
    _year, month, number = to_jalali(day)
    return month == 1 and number <= NOWRUZ_LAST


def due_day(target: date, days_before: int, days_off: DaysOff) -> date:
    """Give the day on which the reminder of `target` that comes so many days before it is due.

    Moved to a later day, it never goes past `target`: what would, goes to an earlier one. Where all days around are off, it
    stays where it is.
    """
    day = target - days_before * DAY
    if days_off.move == KEEP or not days_off.is_off(day):
        return day
    if days_off.move == LATER:
        later = _first_open(day, days_off, 1)
        if later is not None and later <= target:
            return later
    earlier = _first_open(day, days_off, -1)
    return day if earlier is None else earlier


def _first_open(day: date, days_off: DaysOff, step: int) -> date | None:
    for distance in range(1, MOST_SHIFTED + 1):
        candidate = day + step * distance * DAY
        if not days_off.is_off(candidate):
            return candidate
    return None


def targets_due(first: date, last: date, days_before: int, days_off: DaysOff) -> dict[date, date]:
    """Give the dates whose reminder is due between two days, both included: each with its day."""
    found = {}
    target = first + (days_before - MOST_SHIFTED) * DAY
    end = last + (days_before + MOST_SHIFTED) * DAY
    while target <= end:
        day = due_day(target, days_before, days_off)
        if first <= day <= last:
            found[target] = day
        target += DAY
    return found


def anniversary(day: date, year: int) -> date:
    """Give the anniversary of a day in a Jalali year."""
    return add_years(day, year - to_jalali(day).year)


def targets_of(day: date, yearly: bool, targets: Mapping[date, date]) -> Iterator[date]:
    """Give those of `targets` on which a date falls: itself, or its anniversaries after the first day."""
    if not yearly:
        if day in targets:
            yield day
        return
    for year in sorted({to_jalali(target).year for target in targets}):
        found = anniversary(day, year)
        if found in targets and found > day:
            yield found


def overtaken(rungs: Iterable[int]) -> set[int]:
    """Give those of several rungs of one date, due at once after a standstill, that are not sent: all but the last."""
    wanted = set(rungs)
    return wanted - {min(wanted)} if wanted else set()
