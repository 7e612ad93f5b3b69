"""Jalali dates over Gregorian `datetime.date`: reading, writing, names, and arithmetic by months.

Days are stored as Gregorian dates; only the edges (forms, pages, files) speak Jalali. Supported are the
years 1200 to 1499; the conversion itself stands in `kernel.fa.jalali`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal, NamedTuple

from kernel.fa.digits import Digits, to_ascii_digits, to_persian_digits
from kernel.fa.errors import DateError
from kernel.fa.jalali import (
    MONTH_DAYS,
    YEARS,
    JalaliDate,
    is_leap,
    locate,
    month_length,
    to_gregorian,
    to_jalali,
)
from kernel.fa.text import clean, squeeze

__all__ = [
    "MONTH_NAMES",
    "WEEKDAY_NAMES",
    "DateError",
    "FiscalPeriod",
    "JalaliDate",
    "Style",
    "add_months",
    "add_years",
    "day_of_year",
    "end_of_month",
    "fiscal_year",
    "format_date",
    "is_leap",
    "month_length",
    "month_name",
    "parse_date",
    "start_of_month",
    "start_of_week",
    "to_gregorian",
    "to_jalali",
    "weekday",
    "weekday_name",
]

Style = Literal["short", "long", "weekday", "day_month"]
"""`1405/08/30`, `30 Aban 1405`, `Saturday 30 Aban 1405`, `30 Aban`."""

MONTH_NAMES: Final[dict[Digits, tuple[str, ...]]] = {
    "fa": (
        "فروردین",
        "اردیبهشت",
        "خرداد",
        "تیر",
        "مرداد",
        "شهریور",
        "مهر",
        "آبان",
        "آذر",
        "دی",
        "بهمن",
        "اسفند",
    ),
    "en": (
        "Farvardin",
        "Ordibehesht",
        "Khordad",
        "Tir",
        "Mordad",
        "Shahrivar",
        "Mehr",
        "Aban",
        "Azar",
        "Dey",
        "Bahman",
        "Esfand",
    ),
}
"""Month names, Farvardin first, by the kind of digits that they stand beside."""

WEEKDAY_NAMES: Final[dict[Digits, tuple[str, ...]]] = {
    "fa": ("شنبه", "یکشنبه", "دوشنبه", "سه\N{ZERO WIDTH NON-JOINER}شنبه", "چهارشنبه", "پنجشنبه", "جمعه"),
    "en": ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
}
"""Day names, Saturday first, by the kind of digits that they stand beside."""


class FiscalPeriod(NamedTuple):
    """The fiscal year and quarter of a day; `year` is the Jalali year in which the fiscal year starts."""

    year: int
    quarter: int
    starts: date
    ends: date


class _Texts(NamedTuple):
    """Ready parts of dates: years by index, short and long forms of month and day by day of the year."""

    years: tuple[str, ...]
    short_days: tuple[str, ...]
    long_days: tuple[str, ...]


def _texts(digits: Digits) -> _Texts:
    localise = to_persian_digits if digits == "fa" else str
    return _Texts(
        years=tuple(localise(str(year)) for year in YEARS),
        short_days=tuple(localise(f"/{month:02}/{day:02}") for month, day in MONTH_DAYS),
        long_days=tuple(localise(f"{day} {MONTH_NAMES[digits][month - 1]}") for month, day in MONTH_DAYS),
    )


_TEXTS: Final[dict[Digits, _Texts]] = {"fa": _texts("fa"), "en": _texts("en")}


def day_of_year(day: date) -> int:
    """Number of a day in its Jalali year, 1 to 366."""
    return locate(day)[1] + 1


def weekday(day: date) -> int:
    """Day of the week, 0 for Saturday to 6 for Friday, as in a site's working week."""
    return (day.weekday() + 2) % 7


def weekday_name(day: date, digits: Digits = "fa") -> str:
    """Name of the day of the week, in Persian or (`digits="en"`) in English."""
    return WEEKDAY_NAMES[digits][weekday(day)]


def month_name(month: int, digits: Digits = "fa") -> str:
    """Name of a month (1 to 12), in Persian or (`digits="en"`) in Latin letters."""
    return MONTH_NAMES[digits][month - 1]


def format_date(day: date, style: Style = "short", digits: Digits = "fa") -> str:
    """Write a day in the Jalali calendar; with ASCII digits the names are in Latin letters, too.

    `short` ۱۴۰۵/۰۸/۳۰, `long` ۳۰ آبان ۱۴۰۵, `weekday` شنبه ۳۰ آبان ۱۴۰۵, `day_month` ۳۰ آبان.
    """
    index, position = locate(day)
    years, short_days, long_days = _TEXTS[digits]
    if style == "short":
        return years[index] + short_days[position]
    if style == "day_month":
        return long_days[position]
    text = f"{long_days[position]} {years[index]}"
    return f"{weekday_name(day, digits)} {text}" if style == "weekday" else text


def add_months(day: date, months: int) -> date:
    """Move a day by Jalali months, to the last day of the month where that is shorter (31/6 plus one is
    30/7).

    Count repeated dates (instalments, renewals) from the original day: chained steps would keep the
    shortened day.
    """
    year, month, day_of_month = to_jalali(day)
    years, month_index = divmod(month - 1 + months, 12)
    year += years
    return to_gregorian(year, month_index + 1, min(day_of_month, month_length(year, month_index + 1)))


def add_years(day: date, years: int) -> date:
    """Move a day by Jalali years; 30 Esfand becomes 29 Esfand where the year is common."""
    return add_months(day, 12 * years)


def start_of_week(day: date) -> date:
    """The Saturday on or before a day."""
    return date.fromordinal(day.toordinal() - weekday(day))


def start_of_month(day: date) -> date:
    """The first day of the Jalali month of a day."""
    return date.fromordinal(day.toordinal() - to_jalali(day).day + 1)


def end_of_month(day: date) -> date:
    """The last day of the Jalali month of a day."""
    year, month, day_of_month = to_jalali(day)
    return date.fromordinal(day.toordinal() - day_of_month + month_length(year, month))


def fiscal_year(day: date, start_month: int = 1) -> FiscalPeriod:
    """Tell the fiscal year of a day, where fiscal years start on the first of `start_month` (1 to 12)."""
    year, month, _day = to_jalali(day)
    months_passed = (month - start_month) % 12
    starts = add_months(start_of_month(day), -months_passed)
    return FiscalPeriod(
        year=year if month >= start_month else year - 1,
        quarter=months_passed // 3 + 1,
        starts=starts,
        ends=end_of_month(add_months(starts, 11)),
    )


_NUMERIC: Final = re.compile(r"(\d{1,2}|\d{4}) ?([/.-]) ?(\d{1,2}) ?\2 ?(\d{1,2}|\d{4})")
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_IN_WORDS: Final = re.compile(r"(\D*)(\d{1,2})(\D+?)(?:ماه)?(\d\d|\d{4})")
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_GREGORIAN_YEARS: Final = range(1900, 2100)
_FIRST_SHORT_YEAR: Final = 1330

_MONTH_BY_WORD: Final = {
    squeeze(name): number for names in MONTH_NAMES.values() for number, name in enumerate(names, start=1)
} | {squeeze("امرداد"): 5}
_WEEKDAY_WORDS: Final = {squeeze(name) for names in WEEKDAY_NAMES.values() for name in names} | {""}


def parse_date(text: str, *, short_years: bool = True) -> date:
    """Read a Jalali day as people type it and give the Gregorian date.

    Digits of any script; year first with `/`, `-` or `.` between the parts (`1405/8/3`, `05/9/3`), day
    first where the year has four digits (`3/8/1405`), eight digits without separators, or words («شنبه ۳۰
    آبان ۱۴۰۵»). Two-digit years mean 1330 to 1429 and can be refused (`short_years=False`, for birthdays).

    Raises `DateError`: `not-a-date`, `short-year`, `gregorian-year` (1900 to 2099; with the Jalali day in
    `params["jalali"]` if that day exists), `out-of-range`, `no-such-month`, `no-such-day`.
    """
    year_text, month, day = _split(text)
    if len(year_text) < 4 and not short_years:
        raise DateError("short-year", year=year_text)
    year = _full_year(year_text)
    if year in _GREGORIAN_YEARS:
        raise _gregorian_slip(year, month, day)
    return to_gregorian(year, month, day)


def _split(text: str) -> tuple[str, int, int]:
    """Find year (as typed), month and day in a text."""
    plain = to_ascii_digits(clean(text)).translate(_DASHES)
    if match := _NUMERIC.fullmatch(plain):
        first, _separator, month, last = match.groups()
        if len(first) == 4 and len(last) == 4:
            raise DateError("not-a-date")
        year, day = (last, first) if len(last) == 4 else (first, last)
        return year, int(month), int(day)
    if match := _COMPACT.fullmatch(plain):
        return match[1], int(match[2]), int(match[3])
    if match := _IN_WORDS.fullmatch(squeeze(plain)):
        weekday_word, day, month_word, year = match.groups()
        if weekday_word in _WEEKDAY_WORDS and month_word in _MONTH_BY_WORD:
            return year, _MONTH_BY_WORD[month_word], int(day)
    raise DateError("not-a-date")


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return _FIRST_SHORT_YEAR + (year - _FIRST_SHORT_YEAR) % 100


def _gregorian_slip(year: int, month: int, day: int) -> DateError:
    try:
        return DateError("gregorian-year", year=year, jalali=format_date(date(year, month, day), digits="en"))
    except ValueError:
        return DateError("gregorian-year", year=year)
