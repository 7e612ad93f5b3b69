"""Serials, numbers and days as a reader of the context's language writes them."""

from __future__ import annotations

from datetime import date

from kernel.api import Context, calendar, language_of, localise_digits
from plugins.carpet.serials import grouped


def serial_text(context: Context, serial: str) -> str:
    """A serial in groups, as on the card."""
    return localise_digits(grouped(serial), context.locale)


def number_text(context: Context, value: int) -> str:
    """A small whole number."""
    return localise_digits(str(value), context.locale)


def day_text(context: Context, day: date | None) -> str:
    """A day; a dash where there is none to be seen."""
    return "—" if day is None else calendar.format_date(day, "short", language_of(context.locale))
