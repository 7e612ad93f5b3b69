"""Digits of a language in texts for users."""

from __future__ import annotations

from typing import Final

from kernel.fa.digits import to_ascii_digits, to_persian_digits

PERSIAN_DIGIT_LANGUAGES: Final = frozenset({"fa"})


def localise_digits(text: str, locale: str) -> str:
    """Write all digits of a text in those of a locale: Persian ones for `fa`, ASCII ones for every other.

    For text made for a reader only: addresses, file names and codes to be copied keep their digits.
    """
    language = locale.replace("-", "_").partition("_")[0]
    return to_persian_digits(text) if language in PERSIAN_DIGIT_LANGUAGES else to_ascii_digits(text)
