"""Days and hours as they are read out, in the language of whoever reads them."""

from __future__ import annotations

from datetime import date, datetime

from kernel.api import Context, _, fields, localise_digits
from plugins.medical.hours import day_of, weekday
from plugins.medical.resources.words import WEEKDAYS

_DAY = fields.Day("day", _("Day"))


def clock_words(context: Context, at: datetime) -> str:
    """An hour, «۰۹:۳۰»."""
    text = f"{at.astimezone(context.time_zone):%H:%M}"
    return localise_digits(text, context.locale)


def day_words(context: Context, at: datetime | date) -> str:
    """A day with its weekday, «شنبه ۱۴۰۵/۰۸/۳۰»."""
    day = day_of(at, context.time_zone) if isinstance(at, datetime) else at
    return f"{context.text(WEEKDAYS[str(weekday(day))])} {_DAY.show(day, context)}"


def number_words(context: Context, number: int | str) -> str:
    """A whole number, or a number of letters and digits that something bears."""
    text = str(number)
    return localise_digits(text, context.locale)
