"""What a card reader types: the tracks of a magnetic card, also through a Persian keyboard layout."""

from __future__ import annotations

import re
from typing import Final

from kernel.fa.digits import to_ascii_digits

_TRACK: Final = re.compile(
    r"(?:[;؛ک]|[%٪][Bbذ])"  # start sentinel of track 2, or of track 1 with its format letter
    r"\s*(?P<number>\d{3,50})\s*"
    r"(?:[=^×÷].*)?"  # separator, and what follows the number
    r"(?:[?؟].*)?",  # end sentinel; some readers send further tracks behind it
    re.DOTALL,
)
"""ISO/IEC 7813. On the Persian layout `;` types «ک», `?` «؟», `%` «٪», `^` «×»."""

_PLAIN: Final = re.compile(r"\s*(?P<number>\d{3,50})(?:=.*|\s*[?؟])\s*", re.DOTALL)
"""A track whose start sentinel the reader leaves out."""


def number_of_track(text: str) -> str | None:
    """Give the number of a track such as `;60371234=9912?` or `%B6037^NAME^9912?`; None for what is no track."""
    typed = to_ascii_digits(text).strip()
    found = _TRACK.fullmatch(typed) or _PLAIN.fullmatch(typed)
    return found["number"] if found else None
