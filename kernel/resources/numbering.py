"""Numbers out of the series that plugins declare: gapless, and where they say so anew in each fiscal year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kernel.data.number_patterns import PLAIN, write
from kernel.data.series import next_number
from kernel.fa import calendar
from kernel.resources.context import Context
from kernel.resources.models import SeriesPattern


@dataclass(frozen=True)
class Numbered:
    """A number that was given: itself, the fiscal year in which it was, and as the site writes it."""

    number: int
    year: int
    text: str


def take_number(context: Context, series: str, day: date | None = None) -> int:
    """Give the next number of a declared series (`hotel.stay`), in the command's transaction.

    Its row stays locked until that ends, so take it last. `KeyError` for a series that no enabled plugin declares. The
    fiscal year is that of `day`, today's where none is named.
    """
    period = period_of(context, series, day)
    with context.system("give a number") as system:
        return next_number(system.session, series, period)


def take_numbered(context: Context, series: str, day: date | None = None) -> Numbered:
    """Give the next number like `take_number`, with its fiscal year and as the site writes it (`F-1405-00012`).

    Store what is given: a site that chooses another pattern changes no number that was given before.
    """
    number, year = take_number(context, series, day), fiscal_year(context, day)
    return Numbered(number, year, write(pattern_of(context, series), number, year))


def pattern_of(context: Context, series: str) -> str:
    """Give the pattern in force for a declared series: the site's, else the declared one."""
    with context.system("how numbers are written") as system:
        own = system.session.execute(
            select(SeriesPattern.pattern).where(SeriesPattern.series == series)
        ).scalar_one_or_none()
    return own or context.runtime.declared.series[series].pattern or PLAIN


def period_of(context: Context, series: str, day: date | None = None) -> str:
    """Give the period in which a declared series counts now, or on a day: the fiscal year, or none."""
    return str(fiscal_year(context, day)) if context.runtime.declared.series[series].yearly else ""


def fiscal_year(context: Context, day: date | None = None) -> int:
    """Give the site's present fiscal year, or that of a day, by the Jalali year in which it begins."""
    return calendar.fiscal_year(day or context.today, context.site.fiscal_start).year
