"""The rows of a sheet as a stream, in memory that does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.i18n import _
from kernel.resources.importing.cells import ERRORS, failed_formula, formula_without_value, is_empty
from kernel.resources.importing.markup import LONGEST_TEXT, Attributes, Handler, read
from kernel.resources.importing.uploads import refused
from kernel.resources.importing.workbooks import Sheet, Workbook, unescaped

MOST_COLUMNS = 256
LAST_ROW = 1_048_576
LAST_DAY = 2_958_465
"""31 December 9999 as a spreadsheet counts days."""
LONGEST_FORMULA = 100


@dataclass(frozen=True)
class FileRow:
    """A row that is not empty: its number in the file, counted from 1, and its cells from the first column on."""

    number: int
    cells: list[Any]


def sheet_rows(book: Workbook, sheet: Sheet) -> Iterator[FileRow]:
    """Yield the rows of a sheet that are not empty: texts, whole numbers, fractions, booleans, dates and times.

    Of formulas the result is taken that the spreadsheet program has stored.
    """
    handler = _Rows(book)
    for _block in read(book.path, sheet.entry, handler):
        yield from handler.finished
        handler.finished.clear()


class _Rows(Handler):
    def __init__(self, book: Workbook) -> None:
        self.finished: list[FileRow] = []
        self._book = book
        self._number = 0
        self._cells: list[Any] = []
        self._column = -1
        self._kind = "n"
        self._style = 0
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._filled = False
        self._length = 0
        self._into: list[str] | None = None
        self._reading = False

    def start(self, tag: str, attributes: Attributes) -> None:
        """Cells hold their value in `v`, or in the `t` of `is`."""
        if tag == "c":
            self._begin_cell(attributes)
        elif tag in ("v", "t"):
            self._into = None if self._reading else self._value
            self._filled = True
        elif tag == "f":
            self._formula = self._into = []
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "rPh":
            self._reading = True

    def end(self, tag: str) -> None:
        """A cell or a row is whole."""
        if tag == "c":
            self._end_cell()
        elif tag in ("v", "t", "f"):
            self._into = None
        elif tag == "row":
            if any(not is_empty(cell) for cell in self._cells):
                self.finished.append(FileRow(self._number, self._cells))
        elif tag == "rPh":
            self._reading = False

    def text(self, data: str) -> None:
        """Part of a value or of a formula."""
        if self._into is not None:
            self._length += len(data)
            if self._length > LONGEST_TEXT:
                raise ValueError("a text longer than any cell holds")
            self._into.append(data)

    def _begin_row(self, attributes: Attributes) -> None:
        given = attributes.get("r")
        number = int(given) if given else self._number + 1
        if not self._number < number <= LAST_ROW:
            raise ValueError("rows are numbered upwards")
        self._number = number
        self._cells = []
        self._column = -1

    def _begin_cell(self, attributes: Attributes) -> None:
        given = attributes.get("r")
        self._column = column_of(given) if given else self._column + 1
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._value = []
        self._formula = None
        self._filled = False
        self._length = 0

    def _end_cell(self) -> None:
        value = self._read()
        if is_empty(value):
            return
        if self._column >= MOST_COLUMNS:
            raise refused(_("A file with more than %(most)d columns cannot be imported.", most=MOST_COLUMNS))
        while len(self._cells) < self._column:
            self._cells.append(None)
        if len(self._cells) == self._column:
            self._cells.append(value)
        else:
            self._cells[self._column] = value

    def _read(self) -> Any:
        text = "".join(self._value)
        kind = self._kind
        if self._formula is not None and not text and not (kind == "str" and self._filled):
            return formula_without_value(f"={''.join(self._formula)[:LONGEST_FORMULA]}")
        if not text:
            return None
        if kind == "s":
            place = int(text)
            return self._book.texts[place] if 0 <= place < len(self._book.texts) else None
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return failed_formula(text if text in ERRORS else "#ERROR!")
        if kind == "d":
            return datetime.fromisoformat(text)
        if kind in ("str", "inlineStr"):
            return unescaped(text)
        return self._number_or_date(text)

    def _number_or_date(self, text: str) -> Any:
        number = float(text)
        if self._style in self._book.dates and 0 <= number <= LAST_DAY:
            moment = self._book.epoch + timedelta(seconds=round(number * 86_400))
            return moment.time() if number < 1 else moment
        return int(text) if text.lstrip("-").isdigit() else number


def column_of(reference: str) -> int:
    """Give the place of a column, counted from 0, by the letters of a cell’s name."""
    number = 0
    for letter in reference:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1
