"""Where labels stand on their sheet, and how large letters may be so that all words of a piece fit it."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

POINT = 25.4 / 72
"""Millimetres of a typographic point."""
LEADING = 1.45
"""Height of a line, in the size of its letters."""
WIDTHS = (
    ("ا۱.،:؛!|/'ijl", 0.32),
    ("رزژل()[];ftr", 0.4),
    ("بپتثنیئآ-«»", 0.5),
    ("جچحخطظعغ۳۵۷۸ABCDEGHKNOQRUVXY", 0.72),
    ("سشصضMWmw@%", 0.92),
)
"""Widths of letters joined to their neighbours, in their size: rather more than the bold font has."""
WIDTH = 0.58
"""The same of all others."""
SPACE = 0.3
FINAL = 0.5
"""How much wider the last letter of a word is, and the one before a half-space: they stretch."""
SQUARE = 1.05
"""The same of letters that take a whole square: Chinese, emoji, unknown ones."""
LARGEST, SMALLEST, STEP = 12.0, 5.0, 0.5
"""Sizes of letters in points."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of labels; all lengths in millimetres."""

    page_width: float
    page_height: float
    columns: int
    rows: int
    label_width: float
    label_height: float
    margin_top: float
    margin_side: float
    gap_across: float = 0.0
    gap_down: float = 0.0
    padding: float = 3.0

    @property
    def labels(self) -> int:
        """How many labels stand on it."""
        return self.columns * self.rows

    @property
    def right(self) -> float:
        """From the edge where reading begins to the far edge of the last column."""
        return self.margin_side + self.columns * self.label_width + (self.columns - 1) * self.gap_across

    @property
    def bottom(self) -> float:
        """From the upper edge to the lower edge of the last row."""
        return self.margin_top + self.rows * self.label_height + (self.rows - 1) * self.gap_down


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, from its left and upper edges; millimetres."""

    left: float
    top: float
    width: float
    height: float


def box(sheet: Sheet, place: int, *, right_to_left: bool = True) -> Box:
    """Give where the label at a place stands, counted from 0 along the rows, in the direction of reading."""
    row, column = divmod(place, sheet.columns)
    side = sheet.margin_side + column * (sheet.label_width + sheet.gap_across)
    left = sheet.page_width - side - sheet.label_width if right_to_left else side
    top = sheet.margin_top + row * (sheet.label_height + sheet.gap_down)
    return Box(round(left, 3), round(top, 3), sheet.label_width, sheet.label_height)


def fitting_size(
    lines: Sequence[str], width: float, height: float, *, largest: float = LARGEST
) -> float | None:
    """Give the largest size of letters, in points, at which all lines fit a space of millimetres; None where none does."""
    measured = [[_width(word) + FINAL for word in line.split()] for line in lines]
    size = largest
    while size >= SMALLEST:
        letter = size * POINT
        if sum(_rows(words, width / letter) for words in measured) * letter * LEADING <= height:
            return size
        size -= STEP
    return None


def _rows(words: Sequence[float], room: float) -> int:
    """Count the rows that words of these widths take where `room` letter sizes stand in one; a long one is broken."""
    rows, taken = 1, 0.0
    for width in words:
        if taken and taken + SPACE + width > room:
            rows, taken = rows + 1, 0.0
        if width > room:
            more = math.ceil(width / max(room, 1.0))
            rows, taken = rows + more, 0.0
            continue
        taken += width + (SPACE if taken else 0.0)
    return rows


def _width(text: str) -> float:
    return sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if letter == "\u200c":
        return FINAL
    if unicodedata.category(letter) in ("Mn", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF:
        return SQUARE
    return _LETTERS.get(letter, WIDTH)


_LETTERS = {letter: width for letters, width in WIDTHS for letter in letters}
