"""Conversion between the Jalali and the Gregorian calendar, years 1200 to 1499 (1821-03-21 to 2121-03-20).

Leap years follow the 33-year rule, which agrees with the official astronomical rule and with `jdatetime`
for every day of this range (the "2820-year" rule does not: it gets 1403 wrong). The tables are made at
import, so that a conversion costs one bisection and one look-up.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from itertools import accumulate
from typing import Final, NamedTuple

from kernel.fa.errors import DateError

FIRST_YEAR: Final = 1200
LAST_YEAR: Final = 1499
YEARS: Final = range(FIRST_YEAR, LAST_YEAR + 1)

_LEAP_REMAINDERS: Final = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_FIRST_DAY: Final = date(1821, 3, 21).toordinal()


class JalaliDate(NamedTuple):
    """A day of the Jalali calendar; sorts by time."""

    year: int
    month: int
    day: int


def is_leap(year: int) -> bool:
    """Whether Esfand of this Jalali year has 30 days."""
    return year % 33 in _LEAP_REMAINDERS


def month_length(year: int, month: int) -> int:
    """Number of days of a month (1 to 12); raises `DateError` (`no-such-month`)."""
    if not 1 <= month <= 12:
        raise DateError("no-such-month", year=year, month=month)
    if month <= 6:
        return 31
    return 30 if month < 12 or is_leap(year) else 29


# Ordinal of the first day of each year; the last entry is the first day after the range.
_YEAR_STARTS: Final = tuple(accumulate((365 + is_leap(year) for year in YEARS), initial=_FIRST_DAY))
# Month and day by the day of the year, counted from 0.
MONTH_DAYS: Final = tuple(
    (month, day) for month in range(1, 13) for day in range(1, (31 if month <= 6 else 30) + 1)
)
_DAYS_BEFORE_MONTH: Final = tuple(31 * min(month, 6) + 30 * max(month - 6, 0) for month in range(12))


def locate(day: date) -> tuple[int, int]:
    """Index of the year in the tables, and day of the year from 0."""
    ordinal = day.toordinal()
    index = bisect_right(_YEAR_STARTS, ordinal) - 1
    if not 0 <= index < len(YEARS):
        raise DateError("out-of-range", first=FIRST_YEAR, last=LAST_YEAR)
    return index, ordinal - _YEAR_STARTS[index]


def to_jalali(day: date) -> JalaliDate:
    """Convert a Gregorian day; raises `DateError` (`out-of-range`) outside 1200 to 1499.

    A `datetime` is taken by its own date: bring it to the site's zone first (`kernel.fa.clock.local`).
    """
    index, day_of_year = locate(day)
    return JalaliDate(FIRST_YEAR + index, *MONTH_DAYS[day_of_year])


def to_gregorian(year: int, month: int, day: int) -> date:
    """Convert a Jalali day; raises `DateError` (`out-of-range`, `no-such-month`, `no-such-day`)."""
    if year not in YEARS:
        raise DateError("out-of-range", first=FIRST_YEAR, last=LAST_YEAR)
    length = month_length(year, month)
    if not 1 <= day <= length:
        raise DateError("no-such-day", year=year, month=month, day=day, length=length)
    return date.fromordinal(_YEAR_STARTS[year - FIRST_YEAR] + _DAYS_BEFORE_MONTH[month - 1] + day - 1)
