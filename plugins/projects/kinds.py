"""Kinds of fields of the plugin's own: whole hundredths, and levels from one to five; and how exact shares are written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kernel.api import Context, _, fields, is_persian, to_persian_digits

LEVELS = {"1": _("Very low"), "2": _("Low"), "3": _("Middle"), "4": _("High"), "5": _("Very high")}


class Hundredths(fields.Whole):
    """A share of the whole in whole hundredths, from 0 to 100."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, least=0, most=100, **options)

    def parse(self, raw: Any, context: Context) -> int:
        """Read a whole number; a sign of per cent behind it is no harm."""
        return super().parse(raw.strip().rstrip("%٪") if isinstance(raw, str) else raw, context)

    def show(self, value: Any, context: Context) -> str:
        """The number with its sign."""
        if value is None:
            return ""
        return f"{super().show(value, context)}{'٪' if context.locale.startswith('fa') else '%'}"


class Level(fields.Choice):
    """A level from one to five, stored as a number."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options=LEVELS, **options)

    def parse(self, raw: Any, context: Context) -> Any:
        """Take the number or the word."""
        return int(super().parse(raw, context))

    def show(self, value: Any, context: Context) -> str:
        """The word."""
        return "" if value is None else super().show(str(value), context)


def exact_text(value: Fraction, context: Context) -> str:
    """Write an exact share of a hundred with two decimals at most, rounded down like the progress itself: ۳۷٫۵٪."""
    whole, rest = divmod(int(value * 100), 100)
    decimals = f"{rest:02d}".rstrip("0")
    if is_persian(context.locale):
        return to_persian_digits(f"{whole}٫{decimals}" if decimals else f"{whole}") + "٪"
    return (f"{whole}.{decimals}" if decimals else f"{whole}") + "%"
