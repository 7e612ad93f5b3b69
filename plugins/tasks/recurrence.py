"""When a task comes round again, in the days, weeks, months and years of the Jalali calendar. Pure functions.

Rules for months that lack a day: a task of the 31st comes on the 30th of a month of thirty days, and on the last day of
Esfand; the month after, it is on the 31st again, because the series remembers its day (`Repeat.day`). So a task of
30 Esfand comes on 29 Esfand in common years, and on the 30th in leap years.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import takewhile

from kernel.api import calendar

LAST = date(2120, 1, 1)
"""Series end here at the latest: the calendar's tables do not reach much further."""
BEYOND = (calendar.to_jalali(LAST).year + 1) * 12
"""The first month, counted from the beginning of the calendar, in which no series has a day any more."""


@dataclass(frozen=True)
class Repeat:
    """How a task comes round: `kind` is days, weeks, months, month_end or years; each so many of them (`interval`).

    `weekdays` (0 is Saturday) are those of a series by weeks; without any it keeps to the day of the week that it has.
    `day` is the day of the month that a series by months or years keeps to. It ends after `until`.
    """

    kind: str
    interval: int = 1
    weekdays: frozenset[int] = field(default_factory=frozenset)
    day: int | None = None
    until: date | None = None


def next_due(repeat: Repeat, due: date, not_before: date) -> date | None:
    """Give the first day of the series after `due` that is not before `not_before`; None where it has ended."""
    end = min(repeat.until or LAST, LAST)
    days = takewhile(lambda day: day <= end, following(repeat, due))
    return next((day for day in days if day >= not_before), None)


def following(repeat: Repeat, due: date) -> Iterator[date]:
    """Give the days of a series after `due`; those by days and weeks have no end of their own."""
    ways = {
        "days": _by_days,
        "weeks": _by_weeks,
        "months": _by_months,
        "month_end": _by_month_ends,
        "years": _by_years,
    }
    return ways[repeat.kind](repeat, due)


def _by_days(repeat: Repeat, due: date) -> Iterator[date]:
    while True:
        due += timedelta(days=repeat.interval)
        yield due


def _by_weeks(repeat: Repeat, due: date) -> Iterator[date]:
    wanted = sorted(repeat.weekdays or {calendar.weekday(due)})
    week = calendar.start_of_week(due)
    while True:
        for weekday in wanted:
            day = week + timedelta(days=weekday)
            if day > due:
                yield day
        week += timedelta(weeks=repeat.interval)


def _by_months(repeat: Repeat, due: date) -> Iterator[date]:
    begun = calendar.to_jalali(due)
    day = repeat.day or begun.day
    months = begun.year * 12 + begun.month - 1
    while months < BEYOND:
        found = _in_month(months, day)
        if found > due:
            yield found
        months += repeat.interval


def _by_month_ends(repeat: Repeat, due: date) -> Iterator[date]:
    begun = calendar.to_jalali(due)
    months = begun.year * 12 + begun.month - 1
    while months < BEYOND:
        found = _in_month(months, 31)
        if found > due:
            yield found
        months += repeat.interval


def _by_years(repeat: Repeat, due: date) -> Iterator[date]:
    begun = calendar.to_jalali(due)
    day = repeat.day or begun.day
    months = (begun.year + repeat.interval) * 12 + begun.month - 1
    while months < BEYOND:
        yield _in_month(months, day)
        months += 12 * repeat.interval


def _in_month(months: int, day: int) -> date:
    """Give a day of a month, counted in months from the beginning of the calendar; its last where it has no such day."""
    year, place = divmod(months, 12)
    return calendar.to_gregorian(year, place + 1, min(day, calendar.month_length(year, place + 1)))
