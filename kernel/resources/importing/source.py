"""An uploaded file as rows below a heading, whatever its format."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from kernel.fa.text import clean
from kernel.i18n import _
from kernel.resources.importing.cells import is_empty, shown
from kernel.resources.importing.delimited import Dialect, delimited_rows, dialect_of
from kernel.resources.importing.sheets import FileRow, sheet_rows
from kernel.resources.importing.uploads import BROKEN, Format, broken, format_of, refused
from kernel.resources.importing.workbooks import Workbook, open_workbook

LOOKED_AT = 20
"""Rows among which the heading is looked for: titles and remarks may stand above it."""
LONGEST_HEADING = 200
BLOCK = 1 << 20


@dataclass(frozen=True)
class Layout:
    """How a file is to be read: format, sheet or dialect, and the row of its headings."""

    format: Format
    headings: tuple[str, ...]
    heading_row: int
    sheet: str = ""
    encoding: str = ""
    separator: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give it as what a run stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Layout:
        """Read what a run has stored."""
        return cls(**{**stored, "headings": tuple(stored["headings"])})


def inspect(path: Path, recognised: Callable[[Sequence[str]], int]) -> tuple[Layout, int]:
    """Find out how a file is to be read and about how many rows it has; raise `Invalid` where it cannot be read.

    `recognised` says how many of some headings it knows; the row with the most is taken for the heading.
    """
    kind = format_of(path)
    if kind == "csv":
        dialect = dialect_of(path)
        row = _heading(delimited_rows(path, dialect), recognised)
        layout = Layout(
            kind, _headings(row), row.number, encoding=dialect.encoding, separator=dialect.separator
        )
        return layout, max(_count_lines(path, dialect.encoding) - row.number, 0)
    book = open_workbook(path)
    for sheet in book.sheets:
        first = list(islice(sheet_rows(book, sheet), LOOKED_AT))
        if first:
            row = _heading(iter(first), recognised)
            layout = Layout(kind, _headings(row), row.number, sheet=sheet.name)
            return layout, max(_count_rows(path, sheet.entry) - row.number, 0)
    raise refused(_("There is no row in this file."))


def data_rows(path: Path, layout: Layout, after: int = 0) -> Iterator[FileRow]:
    """Yield the rows below the heading that are not empty and come after row `after` of the file."""
    rows = _rows(path, layout)
    return (row for row in rows if row.number > max(after, layout.heading_row))


def _rows(path: Path, layout: Layout) -> Iterator[FileRow]:
    if layout.format == "csv":
        return delimited_rows(path, Dialect(layout.encoding, layout.separator))
    book: Workbook = open_workbook(path)
    sheet = next((sheet for sheet in book.sheets if sheet.name == layout.sheet), None)
    if sheet is None:
        raise broken()
    return sheet_rows(book, sheet)


def _heading(rows: Iterator[FileRow], recognised: Callable[[Sequence[str]], int]) -> FileRow:
    first = list(islice(rows, LOOKED_AT))
    if not first:
        raise refused(_("There is no row in this file."))
    scores = [recognised(_headings(row)) for row in first]
    if max(scores):
        return first[scores.index(max(scores))]
    wide = [row for row in first if sum(not is_empty(cell) for cell in row.cells) > 1]
    return wide[0] if wide else first[0]


def _headings(row: FileRow) -> tuple[str, ...]:
    return tuple(" ".join(clean(shown(cell)[:LONGEST_HEADING]).split()) for cell in row.cells)


def _count_rows(path: Path, entry: str) -> int:
    """Count the row elements of a sheet by their marks, which also checks its checksum."""
    count = prefixed = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
            tail = b""
            while block := stream.read(BLOCK):
                joined = tail + block
                count += joined.count(b"<row ") + joined.count(b"<row>")
                prefixed += joined.count(b":row>")
                tail = joined[-4:]
    except BROKEN as error:
        raise broken() from error
    return count or prefixed


def _count_lines(path: Path, encoding: str) -> int:
    mark = "\n".encode(encoding.removesuffix("-sig")) if encoding != "utf-16" else b"\n"
    with path.open("rb") as stream:
        return sum(block.count(mark) for block in iter(lambda: stream.read(BLOCK), b""))
