"""An uploaded file as rows below a heading, whatever its format."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from kernel.i18n import _
from kernel.resources.importing.cells import Merged
from kernel.resources.importing.delimited import Dialect, delimited_rows, dialect_of, encoding_of
from kernel.resources.importing.headings import LOOKED_AT, find_headings, repeats
from kernel.resources.importing.html_tables import html_rows
from kernel.resources.importing.old_workbooks import first_filled_sheet, old_rows
from kernel.resources.importing.sheets import FileRow, column_of, sheet_rows
from kernel.resources.importing.uploads import BROKEN, Format, broken, format_of, refused
from kernel.resources.importing.workbooks import Workbook, open_workbook

BLOCK = 1 << 20
KEPT = 64
"""Bytes of a block that are looked at again with the next: an element may lie across them."""
MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
MOST_MERGED = 5_000
"""Cells merged over several rows that are known of a sheet; beyond that, only the first row of each holds the value."""
LONGEST_MERGED = 1_000
"""Rows over which a merged cell of data may reach; a longer one is a title beside the table."""


@dataclass(frozen=True)
class Layout:
    """How a file is to be read: format, sheet or dialect, and the row of its headings."""

    format: Format
    headings: tuple[str, ...]
    heading_row: int
    sheet: str = ""
    encoding: str = ""
    separator: str = ""
    merged: tuple[tuple[int, int, int], ...] = ()
    """Cells merged over several rows: column (from 0), first and last row."""

    def to_json(self) -> dict[str, Any]:
        """Give it as what a run stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Layout:
        """Read what a run has stored."""
        merged = tuple((column, first, last) for column, first, last in stored.get("merged", ()))
        return cls(**{**stored, "headings": tuple(stored["headings"]), "merged": merged})


def inspect(path: Path, recognised: Callable[[Sequence[str]], int]) -> tuple[Layout, int]:
    """Find out how a file is to be read and about how many rows it has; raise `Invalid` where it cannot be read.

    `recognised` says how many of some headings it knows; the row with the most is taken for the heading.
    """
    kind = format_of(path)
    if kind == "csv":
        dialect = dialect_of(path)
        headings, last = find_headings(delimited_rows(path, dialect), recognised)
        layout = Layout(kind, headings, last, encoding=dialect.encoding, separator=dialect.separator)
        return layout, max(_count_lines(path, dialect.encoding) - last, 0)
    if kind == "html":
        return _inspect_page(path, recognised)
    if kind == "xls":
        return _inspect_old(path, recognised)
    book = open_workbook(path)
    for sheet in book.sheets:
        first = list(islice(sheet_rows(book, sheet), LOOKED_AT))
        if first:
            headings, last = find_headings(first, recognised)
            count, merged = _look_through(path, sheet.entry)
            below = tuple(each for each in merged if each[2] > last)
            return Layout(kind, headings, last, sheet=sheet.name, merged=below), max(count - last, 0)
    raise refused(_("There is no row in this file."))


def _inspect_page(path: Path, recognised: Callable[[Sequence[str]], int]) -> tuple[Layout, int]:
    encoding, merged = encoding_of(path), list[tuple[int, int, int]]()
    headings, last = find_headings(html_rows(path, encoding), recognised)
    count = sum(1 for _row in html_rows(path, encoding, merged))
    below = tuple(each for each in merged if each[2] > last)
    return Layout("html", headings, last, encoding=encoding, merged=below), count


def _inspect_old(path: Path, recognised: Callable[[Sequence[str]], int]) -> tuple[Layout, int]:
    found = first_filled_sheet(path)
    if found is None:
        raise refused(_("There is no row in this file."))
    name, rows = found
    headings, last = find_headings(rows, recognised)
    return Layout("xls", headings, last, sheet=name), max(rows[-1].number - last, 0)


def data_rows(path: Path, layout: Layout, after: int = 0) -> Iterator[FileRow]:
    """Yield the rows below the heading that are not empty and come after row `after` of the file."""
    begin = max(after, layout.heading_row)
    for row in _filled(_rows(path, layout), layout):
        if row.number > begin and not repeats(row, layout.headings):
            yield row


def _filled(rows: Iterator[FileRow], layout: Layout) -> Iterator[FileRow]:
    """Put into cells that are merged with one above them what stands there."""
    if not layout.merged:
        yield from rows
        return
    waiting = sorted(layout.merged, key=lambda each: each[1], reverse=True)
    held: dict[int, tuple[int, Any]] = {}
    for row in rows:
        while waiting and waiting[-1][1] <= row.number:
            column, first, last = waiting.pop()
            found = row.cells[column] if first == row.number and column < len(row.cells) else None
            held[column] = (last, found)
        for column, (last, value) in list(held.items()):
            if row.number > last:
                del held[column]
            elif value is not None:
                _fill(row, column, value)
        yield row


def _fill(row: FileRow, column: int, value: Any) -> None:
    row.cells.extend([None] * (column + 1 - len(row.cells)))
    if row.cells[column] is None:
        row.cells[column] = Merged(value)


def _rows(path: Path, layout: Layout) -> Iterator[FileRow]:
    if layout.format == "csv":
        return delimited_rows(path, Dialect(layout.encoding, layout.separator))
    if layout.format == "html":
        return html_rows(path, layout.encoding)
    if layout.format == "xls":
        return old_rows(path, layout.sheet)
    book: Workbook = open_workbook(path)
    sheet = next((sheet for sheet in book.sheets if sheet.name == layout.sheet), None)
    if sheet is None:
        raise broken()
    return sheet_rows(book, sheet)


def _look_through(path: Path, entry: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Count the row elements of a sheet by their marks, which also checks its checksum; find cells merged over rows."""
    count = prefixed = 0
    merged: list[tuple[int, int, int]] = []
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
            tail = b""
            while block := stream.read(BLOCK):
                joined = tail[-4:] + block
                count += joined.count(b"<row ") + joined.count(b"<row>")
                prefixed += joined.count(b":row>")
                if len(merged) < MOST_MERGED:
                    merged += _merged(tail + block, len(tail))
                tail = block[-KEPT:]
    except BROKEN as error:
        raise broken() from error
    return count or prefixed, merged[:MOST_MERGED]


def _merged(block: bytes, seen: int) -> Iterator[tuple[int, int, int]]:
    """Yield the cells of a block that are merged over rows, but for those that ended in what was looked at before."""
    for found in MERGED.finditer(block):
        first, last = int(found[2]), int(found[3])
        if found.end() > seen and first < last <= first + LONGEST_MERGED:
            yield column_of(found[1].decode()), first, last


def _count_lines(path: Path, encoding: str) -> int:
    mark = "\n".encode(encoding.removesuffix("-sig")) if encoding != "utf-16" else b"\n"
    with path.open("rb") as stream:
        return sum(block.count(mark) for block in iter(lambda: stream.read(BLOCK), b""))
