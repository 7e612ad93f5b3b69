"""Tables that fold text one character at a time, for `kernel.fa.text` and `kernel.fa.sorting`.

Folding is exact per character because combining marks, the only thing whose order Unicode may change, are
dropped.
"""

from __future__ import annotations

import unicodedata
from typing import Final

ZWNJ: Final = "\N{ZERO WIDTH NON-JOINER}"

LOOK_ALIKES: Final = {
    "ك": "ک",
    "ي": "ی",
    "ى": "ی",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ۂ": "ۀ",
}
"""Letters of Arabic, Urdu and Kurdish keyboards that look like a Persian one somewhere in a word."""

_FOLDS: Final = {
    **LOOK_ALIKES,
    "ۀ": "ه",
    "ة": "ه",
    "ۃ": "ه",
    "ٱ": "ا",
    "ڪ": "ک",
    "ے": "ی",
    "ۍ": "ی",
    "ێ": "ی",
    "ې": "ی",
    "ۆ": "و",
    "ۇ": "و",
    "ڵ": "ل",
    "ڕ": "ر",
    "ء": "",
    "ـ": "",
}

_LAST_KEPT: Final = 0x2FFF


def _is_arabic_presentation_form(code: int) -> bool:
    return 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC


def _is_invisible(char: str) -> bool:
    """Whether a character has no shape and no width: direction marks, controls, half surrogates."""
    return unicodedata.category(char) in {"Cf", "Cc", "Cs"} and not char.isspace()


class FoldTable(dict[int, str]):
    """A translation table that works out the entries as they are needed.

    Those of the scripts in daily use are kept; the rest (ideographs, emoji) are not, so that its size is
    bounded.
    """

    def __missing__(self, code: int) -> str:
        entry = self.work_out(chr(code))
        if code <= _LAST_KEPT or _is_arabic_presentation_form(code):
            self[code] = entry
        return entry

    def work_out(self, char: str) -> str:
        """The text that stands for one character."""
        raise NotImplementedError


class _VisibleTable(FoldTable):
    """Drops what is invisible and turns presentation forms into the letters they stand for."""

    def work_out(self, char: str) -> str:
        if char == ZWNJ:
            return char
        if char == "ـ" or _is_invisible(char):
            return ""
        if _is_arabic_presentation_form(ord(char)):
            return unicodedata.normalize("NFKC", char).lstrip(" ")
        return char


class _SearchTable(FoldTable):
    """Folds one character to what `search_key` keeps of it."""

    def work_out(self, char: str) -> str:
        if _is_invisible(char):
            return ""
        parts = unicodedata.normalize("NFKD", char)
        if _is_arabic_presentation_form(ord(char)):
            parts = parts.lstrip(" ")
        cased = unicodedata.normalize("NFKD", parts.casefold())
        return "".join(_fold_part(part) for part in cased)


def _fold_part(char: str) -> str:
    """Fold a character without decomposition: letters and digits stay, marks go, the rest becomes a space."""
    if char in _FOLDS:
        return _FOLDS[char]
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind[0] in "LN":
        return char
    return "" if kind[0] == "M" or _is_invisible(char) else " "


VISIBLE: Final = _VisibleTable()
"""For `clean`: invisible characters gone, presentation forms as letters."""

SEARCH: Final = _SearchTable()
"""For `search_key`: what is left of each character."""
