"""What follows from the language in which somebody reads. There are two: Persian, and English for everybody else."""

from __future__ import annotations

from kernel.fa.digits import Digits


def is_persian(locale: str) -> bool:
    """Say whether a locale is one of Persian: `fa`, `fa_IR`."""
    return locale.startswith("fa")


def language_of(locale: str) -> Digits:
    """Give the language of a locale, which is also the name of its digits."""
    return "fa" if is_persian(locale) else "en"
