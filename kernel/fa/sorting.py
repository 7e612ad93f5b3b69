"""The order of the Persian alphabet as a text that sorts bytewise.

Code points do not follow the alphabet (پ چ ژ ک گ ی come after و), and the embedded database has no ICU. So
each record stores a key whose plain byte order (collation `C`) is the order of the alphabet.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from kernel.fa.folding import SEARCH, FoldTable

ALPHABET: Final = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
"""The letters in dictionary order; آ stands before ا."""

SORT_KEY_LENGTH: Final = 200
"""Longest key in characters: a B-tree of PostgreSQL refuses entries above 2,704 bytes."""

_FIRST: Final = 0x0250
_PLACES: Final = {ord(letter): chr(_FIRST + place) for place, letter in enumerate(ALPHABET)}
_ALEF_WITH_MADDA: Final = "آ"


class _SortTable(FoldTable):
    """Maps one character to its place: space, digits, Latin, then the alphabet, then other scripts."""

    def work_out(self, char: str) -> str:
        if _ALEF_WITH_MADDA not in unicodedata.normalize("NFKC", char):
            return SEARCH[ord(char)].translate(_PLACES)
        composed = unicodedata.normalize("NFKC", char)
        return "".join(_PLACES.get(ord(part)) or SEARCH[ord(part)].translate(_PLACES) for part in composed)


_SORT: Final = _SortTable()


def sort_key(text: str) -> str:
    """Make the key of a name or title, to be compared bytewise (`COLLATE "C"`) or as a Python string.

    Folded as `search_key` does, but آ stays apart from ا; a shorter word sorts before a longer one that
    begins with it; digits and Latin letters sort before Persian ones. At most `SORT_KEY_LENGTH`
    characters.
    """
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(composed.translate(_SORT).split())[:SORT_KEY_LENGTH].rstrip(" ")
