"""How layouts write values: digits, days, money, words, addresses, and codes that machines read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import segno
from barcode import Code128
from barcode.errors import BarcodeError
from jinja2.exceptions import TemplateRuntimeError
from markupsafe import Markup, escape

from kernel.fa.calendar import format_date, weekday_name
from kernel.fa.digits import group_thousands, to_ascii_digits, to_persian_digits
from kernel.fa.money import format_rial, format_toman, number_in_words

LONGEST_QR = 500
LONGEST_BARCODE = 60
QUIET = 10
"""Modules left free at each side of a barcode, as Code 128 wants."""


def digits(value: Any) -> Any:
    """Write the digits of a text in Persian."""
    return to_persian_digits(str(value))


def jalali(value: Any, style: str = "long") -> str:
    """Write a day of the Jalali calendar: `short` (۱۴۰۵/۸/۳۰), `long` (۳۰ آبان ۱۴۰۵), `weekday` (with its name before)."""
    if not isinstance(value, date):
        return str(value)
    day = value.date() if isinstance(value, datetime) else value
    if style == "weekday":
        return f"{weekday_name(day)} {format_date(day, 'long')}"
    return format_date(day, "short" if style == "short" else "long")


def gregorian(value: Any) -> str:
    """Write a day of the Gregorian calendar: 2026-11-21."""
    if not isinstance(value, date):
        return str(value)
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def clock_time(value: Any) -> str:
    """Write the time of a moment: ۰۹:۳۰."""
    return to_persian_digits(f"{value:%H:%M}") if isinstance(value, datetime) else str(value)


def number(value: Any) -> str:
    """Write a number in groups of three."""
    return group_thousands(value) if _whole(value) or isinstance(value, Decimal) else str(value)


def rial(value: Any) -> str:
    """Write an amount of Rials with the unit."""
    return f"{format_rial(value)} ریال" if _whole(value) else str(value)


def toman(value: Any) -> str:
    """Write an amount of Rials as Toman with the unit."""
    return f"{format_toman(value)} تومان" if _whole(value) else str(value)


def in_words(value: Any, unit: str = "") -> str:
    """Write a number in Persian words; with the unit `rial` or `toman` an amount of Rials."""
    if not _whole(value):
        return str(value)
    if unit == "toman":
        return f"{number_in_words(value // 10)} تومان"
    return f"{number_in_words(value)} ریال" if unit == "rial" else number_in_words(value)


def address(value: Any) -> Markup:
    """Write the parts of an address, a line each; a text is broken at its Persian commas."""
    parts = value if isinstance(value, list) else str(value).split("، ")
    return Markup("<br>").join(escape(part) for part in parts if part)


def lines(value: Any) -> Markup:
    """Write a text with its line breaks, or lines one below the other."""
    parts = value if isinstance(value, list) else str(value).splitlines()
    return Markup("<br>").join(escape(part) for part in parts)


def qr_svg(value: Any, millimetres: Any = 25) -> Markup:
    """Draw a QR code of this width."""
    text = str(value)
    if not text:
        return Markup("")
    if len(text) > LONGEST_QR:
        raise TemplateRuntimeError(f"a QR code holds at most {LONGEST_QR} characters")
    side = _length(millimetres)
    drawn = segno.make(text, error="m", micro=False).svg_inline(border=4, omitsize=True, svgclass="qr")
    return Markup(drawn.replace("<svg ", f'<svg width="{side}mm" height="{side}mm" ', 1))  # noqa: S704 - drawn here


def barcode_svg(value: Any, millimetres: Any = 12, width: Any = 0.33) -> Markup:
    """Draw a Code 128 of this height; `width` is that of its thinnest bar. Persian digits are read as Latin ones."""
    text = to_ascii_digits(str(value))
    if not text:
        return Markup("")
    if len(text) > LONGEST_BARCODE or not text.isascii() or not text.isprintable():
        raise TemplateRuntimeError(
            f"a barcode holds at most {LONGEST_BARCODE} Latin letters, digits and signs"
        )
    try:
        (modules,) = Code128(text).build()
    except BarcodeError as error:
        raise TemplateRuntimeError(f"no barcode of “{text}”: {error}") from error
    high, thin = _length(millimetres), min(max(float(width), 0.1), 2.0)
    across = len(modules) + 2 * QUIET
    bars = "".join(f"M{start + QUIET} 0h{end - start}v10h-{end - start}z" for start, end in _bars(modules))
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="barcode" width="{across * thin:.2f}mm" height="{high}mm" viewBox="0 0 {across} 10" '
        f'preserveAspectRatio="none"><path d="{bars}" fill="#000"/></svg>'
    )


def _bars(modules: str) -> list[tuple[int, int]]:
    """Give where each bar begins and ends."""
    found, begun = [], None
    for place, module in enumerate(f"{modules}0"):
        if module == "1" and begun is None:
            begun = place
        elif module != "1" and begun is not None:
            found.append((begun, place))
            begun = None
    return found


def _length(given: Any) -> float:
    return min(max(float(given), 5.0), 150.0)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
