"""Stretches of time by which rows are put together: Jalali months, seasons, years, the site's fiscal years.

The database counts by exact boundaries that are reckoned here, so a group never begins on the first of a Gregorian month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import ARRAY, ColumnElement, bindparam, func

from kernel.fa.calendar import (
    add_months,
    add_years,
    fiscal_year,
    format_date,
    month_name,
    start_of_month,
    start_of_week,
)
from kernel.fa.clock import day_bounds
from kernel.fa.digits import Digits, to_persian_digits
from kernel.fa.jalali import to_gregorian, to_jalali
from kernel.fa.locales import language_of
from kernel.i18n import LazyText, _
from kernel.resources.errors import Invalid, Problem

Unit = Literal["day", "week", "month", "season", "half", "year", "fiscal_year"]

UNITS: Mapping[str, LazyText] = {
    "day": _("day"),
    "week": _("week"),
    "month": _("month"),
    "season": _("season"),
    "half": _("half year"),
    "year": _("year"),
    "fiscal_year": _("fiscal year"),
}
"""What days and moments may be put together by. Weeks begin on Saturday; all others are of the Jalali calendar."""

MOST_BUCKETS = 4_000
"""Boundaries of one report: ten years of days, seventy of weeks."""
_MONTHS = {"month": 1, "season": 3, "half": 6}
_SEASONS: Mapping[Digits, tuple[str, ...]] = {
    "fa": ("بهار", "تابستان", "پاییز", "زمستان"),
    "en": ("Spring", "Summer", "Autumn", "Winter"),
}


def start_of(unit: Unit, day: date, fiscal_start: int = 1) -> date:
    """Give the first day of the stretch that a day lies in; fiscal years begin with the Jalali month `fiscal_start`."""
    if unit == "day":
        return day
    if unit == "week":
        return start_of_week(day)
    if unit == "fiscal_year":
        return fiscal_year(day, fiscal_start).starts
    year, month, _day = to_jalali(day)
    if unit == "year":
        return to_gregorian(year, 1, 1)
    months = _MONTHS[unit]
    return add_months(start_of_month(day), -((month - 1) % months))


def next_start(unit: Unit, start: date) -> date:
    """Give the first day of the stretch behind the one that begins on `start`."""
    if unit == "day":
        return start + timedelta(days=1)
    if unit == "week":
        return start + timedelta(weeks=1)
    if unit in ("year", "fiscal_year"):
        return add_years(start, 1)
    return add_months(start, _MONTHS[unit])


def starts_between(unit: Unit, first: date, last: date, fiscal_start: int = 1) -> list[date]:
    """Give the beginnings of all stretches from the one that holds `first` to the one that holds `last`.

    Raises `Invalid` where there are more than a report takes.
    """
    found = [start_of(unit, first, fiscal_start)]
    while (following := next_start(unit, found[-1])) <= last:
        found.append(following)
        if len(found) > MOST_BUCKETS:
            raise Invalid([Problem(None, TOO_FINE)])
    return found


TOO_FINE = _("These rows spread over too long a time for groups so short. Choose longer ones, or a period.")


@dataclass(frozen=True)
class Buckets:
    """The stretches of one column: their first days in order, and the day behind the last."""

    unit: Unit
    starts: Sequence[date]

    @cached_property
    def ends(self) -> Sequence[date]:
        """The day behind each stretch."""
        return [*self.starts[1:], next_start(self.unit, self.starts[-1])]

    def expression(self, column: ColumnElement[Any], zone: tzinfo | None) -> ColumnElement[int]:
        """Build the number of the stretch that a value lies in, from 1; moments are days of `zone`, None is for days."""
        edges: list[Any] = list(self.starts)
        if zone is not None:
            edges = [day_bounds(start, zone)[0] for start in self.starts]
        return func.width_bucket(column, bindparam(None, edges, ARRAY(column.type), unique=True))

    def text(self, number: int, locale: str) -> str:
        """Say which stretch it is: «آبان ۱۴۰۵», «پاییز ۱۴۰۵», «۱۴۰۵»."""
        return text_of(self.unit, self.starts[number - 1], language_of(locale))


def text_of(unit: Unit, start: date, digits: Digits = "fa") -> str:
    """Name the stretch that begins on a day."""
    year, month, _day = to_jalali(start)
    number = to_persian_digits(str(year)) if digits == "fa" else str(year)
    if unit in ("day", "week"):
        return format_date(start, "short", digits)
    if unit == "month":
        return f"{month_name(month, digits)} {number}"
    if unit == "season":
        return f"{_SEASONS[digits][(month - 1) // 3]} {number}"
    if unit == "half":
        half = ("نیمهٔ نخست", "نیمهٔ دوم") if digits == "fa" else ("First half of", "Second half of")
        return f"{half[(month - 1) // 6]} {number}"
    if unit == "year" or month == 1:
        return number
    following = to_persian_digits(str(year + 1)) if digits == "fa" else str(year + 1)
    return f"{number}–{following}"
