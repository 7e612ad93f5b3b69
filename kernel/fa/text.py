"""Cleaning of text for storage, folding of text for search.

`clean` is for what is stored and shown: it removes what nobody sees and unites letters that only look
alike, and keeps everything a writer chose (half-space, vowel marks, hamza, digits as typed).

`search_key` is for comparing: spellings of one word that people take for the same become one text. The two
agree: `search_key(clean(text)) == search_key(text)`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from kernel.fa.folding import LOOK_ALIKES, SEARCH, VISIBLE, ZWNJ

_UNITED: Final = str.maketrans(LOOK_ALIKES)
_SPACES_AND_ZWNJ: Final = re.compile(rf"[\s{ZWNJ}]*\s[\s{ZWNJ}]*")
_REPEATED_ZWNJ: Final = re.compile(f"{ZWNJ}{{2,}}")


def clean(text: str) -> str:
    """Make a text fit for storage, on one line.

    NFC; presentation forms become letters; ك ي ى ہ ھ ە become Persian letters; tatweel, direction marks,
    control characters, soft hyphens and zero-width spaces go; runs of white space become one space;
    doubled half-spaces and those beside a space or at an edge go. Idempotent. Text of several lines is
    cleaned line by line.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = unicodedata.normalize("NFC", text.translate(VISIBLE)).translate(_UNITED)
    spaced = _SPACES_AND_ZWNJ.sub(" ", visible)
    return _REPEATED_ZWNJ.sub(ZWNJ, spaced).strip(" " + ZWNJ)


def search_key(text: str) -> str:
    """Fold a text so that spellings people take for the same become equal.

    Hamza carriers become their letter, vowel marks and half-spaces go, digits become ASCII, letters small,
    punctuation a space. «آب» equals «اب» and «هیأت» equals «هیات»; «رضا زاده» and «رضازاده» differ (they
    meet in `squeeze`).
    """
    return " ".join(text.translate(SEARCH).split())


def squeeze(text: str) -> str:
    """`search_key` without spaces, for search columns: «رضا زاده» and «رضازاده» find each other."""
    return "".join(text.translate(SEARCH).split())


def search_terms(query: str) -> list[str]:
    """Split what somebody types into a search box into squeezed terms, all of which a hit must contain.

    White space alone separates terms: «INV-1405» is one. Repeated terms are given once, in the order typed.
    """
    folded = (squeeze(word) for word in query.split())
    return list(dict.fromkeys(term for term in folded if term))


def like_pattern(term: str, where: Literal["contains", "prefix"] = "contains") -> str:
    r"""Make a pattern for SQL `LIKE` from a folded term.

    The meaning of `\`, `%` and `_` is escaped, and the pattern always ends in `%`: one ending in a lone
    backslash makes PostgreSQL raise an error depending on rows that the reader may not see.
    """
    escaped = term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%" if where == "contains" else f"{escaped}%"
