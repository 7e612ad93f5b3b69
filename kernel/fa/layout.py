"""Text typed with the keyboard switched to the other language: «hlv,c» where «امروز» was meant, «خقیثق» for "order".

The keys are those of the Iranian standard ISIRI 9147, which the layouts of Windows, macOS and Linux share for letters.
"""

from __future__ import annotations

from types import MappingProxyType

LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,"
PERSIAN = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو"
"""The letters on the same keys."""

KEYS = MappingProxyType(dict(zip(LATIN, PERSIAN, strict=True)))
_TO_PERSIAN = str.maketrans({**KEYS, "\\": "پ", "H": "آ", "C": "ژ"})
_TO_LATIN = str.maketrans(
    {**{persian: latin for latin, persian in KEYS.items()}, "ئ": "m", "آ": "h", "ژ": "c"}
)


def in_other_layout(typed: str) -> str | None:
    """Give what the same keys write with the keyboard switched; None where the text mixes both, or has no letters."""
    latin = any("a" <= each <= "z" for each in typed.lower())
    persian = any("\u0600" <= each <= "\u06ff" and each.isalpha() for each in typed)
    if latin == persian:
        return None
    if persian:
        return typed.translate(_TO_LATIN)
    kept = "".join(each if each in "HC" else each.lower() for each in typed)
    return kept.translate(_TO_PERSIAN)
