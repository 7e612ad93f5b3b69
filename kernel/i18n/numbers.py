"""Digits of a language in texts for users."""

from __future__ import annotations

from kernel.fa.digits import to_ascii_digits, to_persian_digits
from kernel.fa.locales import is_persian


def localise_digits(text: str, locale: str) -> str:
    """Write all digits of a text in those of a locale: Persian ones in Persian, ASCII ones everywhere else.

    For text made for a reader only: addresses, file names and codes to be copied keep their digits.
    """
    return to_persian_digits(text) if is_persian(locale) else to_ascii_digits(text)
