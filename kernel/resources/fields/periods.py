"""Periods that move with the day: "this month" is another one next month. Weeks begin on Saturday, months are Jalali.

The fiscal year begins with the site's own month, and bears the number of the Jalali year in which it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam

from kernel.fa.calendar import (
    add_months,
    add_years,
    end_of_month,
    fiscal_year,
    start_of_month,
    start_of_week,
)
from kernel.fa.jalali import FIRST_YEAR, is_leap, to_gregorian, to_jalali
from kernel.i18n import LazyText, _

Span = tuple[date, date]
"""First and last day, both included."""
DAY = timedelta(days=1)
MOST_DAYS = 36_600
MOST_MONTHS = 1_200
OLDEST_YEARS = 150
"""Years over which anniversaries are looked for."""

PERIODS: Mapping[str, LazyText] = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_season": _("this season"),
    "last_season": _("last season"),
    "next_season": _("next season"),
    "this_year": _("this year"),
    "last_year": _("last year"),
    "next_year": _("next year"),
    "this_fiscal_year": _("this fiscal year"),
    "last_fiscal_year": _("last fiscal year"),
    "next_fiscal_year": _("next fiscal year"),
}


def _week(weeks: int) -> Callable[[date], Span]:
    def span(today: date) -> Span:
        first = start_of_week(today) + timedelta(weeks=weeks)
        return first, first + 6 * DAY

    return span


def _month(months: int) -> Callable[[date], Span]:
    def span(today: date) -> Span:
        first = add_months(start_of_month(today), months)
        return first, end_of_month(first)

    return span


def _season(seasons: int) -> Callable[[date], Span]:
    def span(today: date) -> Span:
        month = to_jalali(today).month
        first = add_months(start_of_month(today), 3 * seasons - (month - 1) % 3)
        return first, end_of_month(add_months(first, 2))

    return span


def _fiscal_year(years: int) -> Callable[[date, int], Span]:
    def span(today: date, fiscal_start: int) -> Span:
        starts = add_years(fiscal_year(today, fiscal_start).starts, years)
        return starts, fiscal_year(starts, fiscal_start).ends

    return span


def _year(years: int) -> Callable[[date], Span]:
    def span(today: date) -> Span:
        year = to_jalali(today).year + years
        return to_gregorian(year, 1, 1), to_gregorian(year + 1, 1, 1) - DAY

    return span


def _day(days: int) -> Callable[[date], Span]:
    return lambda today: (today + timedelta(days=days), today + timedelta(days=days))


_SPANS: Mapping[str, Callable[[date], Span]] = {
    "today": _day(0),
    "yesterday": _day(-1),
    "tomorrow": _day(1),
    "this_week": _week(0),
    "last_week": _week(-1),
    "next_week": _week(1),
    "this_month": _month(0),
    "last_month": _month(-1),
    "next_month": _month(1),
    "this_season": _season(0),
    "last_season": _season(-1),
    "next_season": _season(1),
    "this_year": _year(0),
    "last_year": _year(-1),
    "next_year": _year(1),
}
_FISCAL_SPANS: Mapping[str, Callable[[date, int], Span]] = {
    "this_fiscal_year": _fiscal_year(0),
    "last_fiscal_year": _fiscal_year(-1),
    "next_fiscal_year": _fiscal_year(1),
}


def span_of(period: str, today: date, fiscal_start: int = 1) -> Span:
    """Give the first and the last day of a period as seen from `today`; `KeyError` for one that is not known.

    Fiscal years begin with the Jalali month `fiscal_start`, 1 to 12.
    """
    fiscal = _FISCAL_SPANS.get(period)
    return _SPANS[period](today) if fiscal is None else fiscal(today, fiscal_start)


def last_days(count: int, today: date) -> Span:
    """Give the span of so many days that ends today."""
    return today - (count - 1) * DAY, today


def next_days(count: int, today: date) -> Span:
    """Give the span of so many days that begins today."""
    return today, today + (count - 1) * DAY


def last_months(count: int, today: date) -> Span:
    """Give the span of so many Jalali months that ends today: three months on 10/9 begin on 11/6."""
    return add_months(today, -count) + DAY, today


def next_months(count: int, today: date) -> Span:
    """Give the span of so many Jalali months that begins today: three months from 10/6 end on 9/9."""
    return today, add_months(today, count) - DAY


def born_by(years: int, today: date) -> date:
    """Give the last day of birth of whoever is at least so many Jalali years old."""
    day = add_years(today, -years)
    return day + DAY if _full_years(day + DAY, today) >= years and years else day


def born_since(years: int, today: date) -> date:
    """Give the first day of birth of whoever is at most so many Jalali years old."""
    return born_by(years + 1, today) + DAY


def _full_years(born: date, today: date) -> int:
    then, now = to_jalali(born), to_jalali(today)
    return now.year - then.year - ((now.month, now.day) < (then.month, then.day))


def anniversaries(first: date, last: date) -> list[date]:
    """Give every day, of this year and of those before, that has its anniversary between two days.

    What began on 30 Esfand is celebrated on 29 Esfand in common years.
    """
    wanted: set[tuple[int, int]] = set()
    for number in range(min((last - first).days, 366) + 1):
        year, month, day = to_jalali(first + number * DAY)
        wanted.add((month, day))
        if (month, day) == (12, 29) and not is_leap(year):
            wanted.add((12, 30))
    newest = to_jalali(last).year
    return [
        found
        for year in range(max(newest - OLDEST_YEARS, FIRST_YEAR), newest + 1)
        for month, of_month in sorted(wanted)
        if (month, of_month) != (12, 30) or is_leap(year)
        if (found := to_gregorian(year, month, of_month)) <= last
    ]


def is_one_of(column: ColumnElement[Any], days: list[date]) -> ColumnElement[bool]:
    """Build `column = ANY(days)` with one bound array."""
    condition: ColumnElement[bool] = column == any_(bindparam(None, days, ARRAY(column.type), unique=True))
    return condition
