"""A small table out of an uploaded file, read whole: for sheets that are no list of new records."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kernel.i18n import _
from kernel.resources.importing.cells import shown
from kernel.resources.importing.source import data_rows, inspect
from kernel.resources.importing.uploads import refused

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000


@dataclass(frozen=True)
class TableRow:
    """A row that is not empty: its number in the file, counted from 1, and the text of each cell below a heading."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The headings of a file and the rows below them."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(stream: BinaryIO, recognised: Callable[[Sequence[str]], int]) -> Table:
    """Read a workbook or a text file; `Invalid` at `file` says why one is not taken.

    `recognised` says how many of some headings it knows; the row with the most is taken for the heading.
    """
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise refused(_("This file is larger than %(n)d MB.", n=MOST_BYTES // 1024 // 1024))
    with tempfile.NamedTemporaryFile() as held:
        held.write(content)
        held.flush()
        path = Path(held.name)
        layout, _count = inspect(path, recognised)
        width = len(layout.headings)
        rows: list[TableRow] = []
        for row in data_rows(path, layout):
            if len(rows) == MOST_ROWS:
                raise refused(_("This file has more than %(n)d rows.", n=MOST_ROWS))
            texts = [_text(cell) for cell in row.cells[:width]]
            rows.append(TableRow(row.number, (*texts, *[""] * (width - len(texts)))))
    return Table(layout.headings, tuple(rows))


def _text(cell: Any) -> str:
    """Yes and no stay words: they are no numbers."""
    return str(cell).upper() if isinstance(cell, bool) else shown(cell).strip()
