"""Where the headings of a file stand: below titles, in one row or in several that belong together, repeated on each page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from kernel.fa.text import clean
from kernel.i18n import _
from kernel.resources.importing.cells import is_empty, shown
from kernel.resources.importing.sheets import FileRow
from kernel.resources.importing.uploads import refused

LOOKED_AT = 20
"""Rows among which the heading is looked for: titles and remarks may stand above it."""
MOST_ROWS = 3
"""Rows that may make one heading together."""
LONGEST_HEADING = 200

Headings = tuple[str, ...]


def find_headings(
    rows: Iterable[FileRow], recognised: Callable[[Sequence[str]], int]
) -> tuple[Headings, int]:
    """Give the headings and the number of their last row; raise `Invalid` where there is no row.

    `recognised` says how many of some headings it knows; the row with the most is taken. Rows that stand together are
    taken for one heading where more is recognised so: “Cover” merged over “from” and “until”.
    """
    first = list(islice(rows, LOOKED_AT))
    if not first:
        raise refused(_("There is no row in this file."))
    best, score = None, 0
    for length in range(1, MOST_ROWS + 1):
        for place in range(len(first) - length + 1):
            block = first[place : place + length]
            if length > 1 and not _belong_together(block):
                continue
            found = _joined(block)
            known = recognised(found)
            if known > score:
                best, score = (found, block[-1].number), known
    if best is not None:
        return best
    wide = [row for row in first if _filled(row) > 1]
    row = wide[0] if wide else first[0]
    return _texts(row), row.number


def repeats(row: FileRow, headings: Headings) -> bool:
    """Say whether a row among the data is the heading again, or a row of it, as on each printed page."""
    texts = [(place, text) for place, text in enumerate(_texts(row)) if text]
    if len(texts) < min(2, len(headings)) or texts[-1][0] >= len(headings):
        return False
    return all(f" {text} " in f" {headings[place]} " for place, text in texts)


def _filled(row: FileRow) -> int:
    return sum(not is_empty(cell) for cell in row.cells)


def _belong_together(block: Sequence[FileRow]) -> bool:
    """Headings are words in rows without a gap: a row with a number or a day in it is data."""
    numbers = [row.number for row in block]
    if numbers != list(range(numbers[0], numbers[0] + len(block))):
        return False
    return not any(re.search(r"\d", text) for row in block[1:] for text in _texts(row))


def _joined(block: Sequence[FileRow]) -> Headings:
    """Put the words of a column together from above to below; what is merged over columns counts for each of them."""
    rows = [_texts(row) for row in block]
    width = max(len(row) for row in rows)
    rows = [(*row, *[""] * (width - len(row))) for row in rows]
    found = rows[-1]
    for above in reversed(rows[:-1]):
        found = _over(above, found)
    return found


def _over(above: Headings, below: Headings) -> Headings:
    joined, held = [], ""
    for upper, lower in zip(above, below, strict=True):
        held = upper or (held if lower else "")
        joined.append(" ".join(dict.fromkeys(text for text in (held if lower else upper, lower) if text)))
    return tuple(joined)


def _texts(row: FileRow) -> Headings:
    return tuple(" ".join(clean(shown(cell)[:LONGEST_HEADING]).split()) for cell in row.cells)
