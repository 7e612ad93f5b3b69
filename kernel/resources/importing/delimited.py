"""Text files of rows (CSV): which encoding and separator they have, and their rows as a stream."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.i18n import _
from kernel.resources.importing.cells import LONGEST_CELL
from kernel.resources.importing.sheets import MOST_COLUMNS, FileRow
from kernel.resources.importing.uploads import refused, wide_encoding

BLOCK = 1 << 20
SAMPLE = 1 << 16
"""Characters by which the separator is told."""
SEPARATORS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Dialect:
    """How a text file is written."""

    encoding: str
    separator: str


def dialect_of(path: Path) -> Dialect:
    """Tell encoding and separator by the content; raise `Invalid` where it is no readable text."""
    encoding = encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            sample = stream.read(SAMPLE)
    except UnicodeDecodeError as error:
        raise _unreadable() from error
    return Dialect(encoding, _separator(sample))


def delimited_rows(path: Path, dialect: Dialect) -> Iterator[FileRow]:
    """Yield the rows that are not empty, numbered as a spreadsheet program shows them."""
    with path.open(encoding=dialect.encoding, newline="") as stream:
        lines = csv.reader(stream, delimiter=dialect.separator, strict=False)
        number = 0
        try:
            for cells in lines:
                number += 1
                if number == 1 and len(cells) <= 2 and _names_separator(cells, dialect.separator):
                    continue
                if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
                    raise refused(
                        _("A file with more than %(most)d columns cannot be imported.", most=MOST_COLUMNS)
                    )
                if any(cell.strip() for cell in cells):
                    yield FileRow(number, _cells(cells))
        except csv.Error as error:
            raise refused(
                _("Row %(number)d cannot be read: perhaps a quotation mark is not closed.", number=number + 1)
            ) from error
        except UnicodeDecodeError as error:
            raise _unreadable() from error


def _cells(cells: list[str]) -> list[Any]:
    filled = max(place for place, cell in enumerate(cells) if cell.strip()) + 1
    return [cell[:LONGEST_CELL] if cell.strip() else None for cell in cells[:filled]]


def encoding_of(path: Path) -> str:
    """Tell the encoding by the content; raise `Invalid` where it is no readable text."""
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    wide = wide_encoding(head)
    if wide is not None:
        return wide
    if 0 in head:
        raise _unreadable()
    return "utf-8" if _is_utf8(path) else "windows-1256"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(sample: str) -> str:
    """Choose the separator that cuts the first lines into the same number of cells, the more the better."""
    lines = sample.splitlines()
    if lines and lines[0].lower().startswith("sep=") and lines[0][4:5] in SEPARATORS and len(lines[0]) == 5:
        return lines[0][4]
    best = (0.0, ",")
    for separator in SEPARATORS:
        widths = []
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            if any(cells):
                widths.append(len(cells))
            if len(widths) == 30:
                break
        widest = max(widths, default=1)
        agreeing = sum(width == widths[0] for width in widths) / len(widths) if widths else 0
        score = (min(widths[0], widest) - 1) * (0.5 + agreeing) if widths else 0
        if score > best[0]:
            best = (score, separator)
    return best[1]


def _names_separator(cells: list[str], separator: str) -> bool:
    return separator.join(cells).lower() == f"sep={separator}"


def _unreadable() -> Exception:
    return refused(
        _(
            "The letters of this file cannot be read. Save it as “CSV UTF-8”, or as a workbook (.xlsx), and try again."
        )
    )
