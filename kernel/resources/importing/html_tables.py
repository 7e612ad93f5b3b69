"""Tables of web pages that bear the name of a workbook (.xls), as many systems export them: their rows as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from kernel.i18n import _
from kernel.resources.importing.cells import LONGEST_CELL
from kernel.resources.importing.sheets import MOST_COLUMNS, FileRow
from kernel.resources.importing.uploads import ONLY, refused

BLOCK = 1 << 16
LONGEST_MARK = 1 << 20
"""Characters of one element's mark; what is longer is no page that a program wrote."""
MOST_MERGED = 5_000
"""Cells over several rows that are known of a page; beyond that, only the first row of each holds the value."""
MOST_ROWS_OF_CELL = 1_000
"""Rows over which a cell may reach."""
Merges = list[tuple[int, int, int]]


def html_rows(path: Path, encoding: str, merged: Merges | None = None) -> Iterator[FileRow]:
    """Yield the rows of all tables that are not empty, numbered through the page.

    Into `merged` come the cells that reach over several rows: column (from 0), first and last row.
    """
    tables = _Tables()
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        while block := stream.read(BLOCK):
            tables.feed(block)
            if len(tables.rawdata) > LONGEST_MARK:
                raise refused(ONLY)
            yield from tables.taken(merged)
    tables.close()
    tables.end_row()
    yield from tables.taken(merged)


class _Tables(HTMLParser):
    """Reads cells, whether or not their ends are marked; a table within a cell is text of that cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._finished: list[FileRow] = []
        self._merged: Merges = []
        self._number = self._depth = 0
        self._cells: list[Any] | None = None
        self._text: list[str] | None = None
        self._column = self._wide = self._high = 0
        self._held: dict[int, int] = {}
        """By column: the last row that a cell above reaches."""

    def taken(self, merged: Merges | None) -> Iterator[FileRow]:
        """Give the rows that are whole since the last time."""
        rows, self._finished = self._finished, []
        if merged is not None and len(merged) < MOST_MERGED:
            merged += self._merged
        self._merged = []
        yield from rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row or a cell begins; the one before it ends, if its end was not marked."""
        if tag == "table":
            self._depth += 1
        elif tag == "br" and self._text is not None:
            self._text.append(" ")
        elif self._depth > 1:
            return
        elif tag == "tr":
            self.end_row()
            self._begin_row()
        elif tag in ("td", "th"):
            self._end_cell()
            if self._cells is None:
                self._begin_row()
            self._begin_cell(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """A cell, a row or a table ends."""
        if tag == "table":
            if self._depth <= 1:
                self.end_row()
            self._depth = max(self._depth - 1, 0)
        elif self._depth > 1:
            return
        elif tag == "tr":
            self.end_row()
        elif tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Some text, of a cell or beside the tables."""
        if self._text is not None:
            self._text.append(data)

    def _begin_row(self) -> None:
        self._number += 1
        self._cells = []
        self._held = {column: last for column, last in self._held.items() if last >= self._number}

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        assert self._cells is not None
        self._column = len(self._cells)
        while self._column in self._held:
            self._column += 1
        self._wide = _span(attributes.get("colspan"), MOST_COLUMNS)
        self._high = _span(attributes.get("rowspan"), MOST_ROWS_OF_CELL)
        self._text = []

    def _end_cell(self) -> None:
        if self._text is None or self._cells is None:
            return
        text = " ".join("".join(self._text).split())[:LONGEST_CELL]
        self._text = None
        if text and self._column >= MOST_COLUMNS:
            raise refused(_("A file with more than %(most)d columns cannot be imported.", most=MOST_COLUMNS))
        if self._column >= MOST_COLUMNS:
            return
        wide = min(self._wide, MOST_COLUMNS - self._column)
        self._cells += [None] * (self._column - len(self._cells))
        self._cells += [text or None, *([None] * (wide - 1))]
        if self._high > 1:
            last = self._number + self._high - 1
            self._held |= {self._column + place: last for place in range(wide)}
            self._merged.append((self._column, self._number, last))

    def end_row(self) -> None:
        """Finish the present row, if there is one."""
        self._end_cell()
        if self._cells is not None:
            filled = [place for place, cell in enumerate(self._cells) if cell is not None]
            if filled:
                self._finished.append(FileRow(self._number, self._cells[: filled[-1] + 1]))
        self._cells = None


def _span(text: str | None, most: int) -> int:
    return min(int(text), most) if text and text.strip().isdecimal() and int(text) > 0 else 1
