"""Digits of the three scripts met in Iran, and the grouping of numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

Digits = Literal["fa", "en"]
"""Which digits a text shows: Persian (`۱۲۳`) or ASCII (`123`)."""

ASCII_DIGITS: Final = "0123456789"
PERSIAN_DIGITS: Final = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS: Final = "٠١٢٣٤٥٦٧٨٩"

THOUSANDS_SEPARATOR: Final = "\N{ARABIC THOUSANDS SEPARATOR}"
DECIMAL_SEPARATOR: Final = "\N{ARABIC DECIMAL SEPARATOR}"
MINUS_SIGN: Final = "\N{MINUS SIGN}"

_LONGEST_STORED: Final = 18
_TO_ASCII: Final = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, ASCII_DIGITS * 2)
_TO_PERSIAN: Final = str.maketrans(ASCII_DIGITS + ARABIC_DIGITS, PERSIAN_DIGITS * 2)
_NUMBER_TO_PERSIAN: Final = str.maketrans(
    ASCII_DIGITS + ",.-", PERSIAN_DIGITS + THOUSANDS_SEPARATOR + DECIMAL_SEPARATOR + MINUS_SIGN
)


def to_ascii_digits(text: str) -> str:
    """Replace Persian and Arabic-Indic digits by ASCII ones; everything else, separators included, stays."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def to_persian_digits(text: str) -> str:
    """Replace ASCII and Arabic-Indic digits by Persian ones; everything else stays."""
    return text.translate(_TO_PERSIAN)


def stored_number(text: str) -> int | None:
    """Read an id, a version or another number that a page wrote for its own use; None for everything else.

    Only ASCII digits, and no more of them than a column of 64 bits always holds: `int` would take digits of any script
    and `str.isdigit` even a raised two.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_STORED else None


def group_thousands(number: int | Decimal, digits: Digits = "fa") -> str:
    """Write a number in groups of three: `۱٬۲۳۴٬۵۶۷` or `1,234,567`.

    Persian numbers use U+066C between groups, U+066B before a fraction and U+2212 as minus sign. On a page
    set the result apart from the text around it (`<bdi dir="ltr">`), else the minus sign may move to the
    other end.
    """
    text = f"{number:,}"
    return text.translate(_NUMBER_TO_PERSIAN) if digits == "fa" else text
