"""Workbooks of the format before 2007 (.xls). They are held in memory whole, therefore smaller ones only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlrd

from kernel.i18n import _
from kernel.resources.errors import Invalid
from kernel.resources.importing.cells import LONGEST_CELL, failed_formula, is_empty
from kernel.resources.importing.sheets import MOST_COLUMNS, FileRow
from kernel.resources.importing.uploads import broken, refused

MOST_BYTES = 20 * 1024 * 1024
VISIBLE = 0


def first_filled_sheet(path: Path) -> tuple[str, list[FileRow]] | None:
    """Give name and rows of the first sheet that is neither hidden nor empty; raise `Invalid` for what cannot be read."""
    with _opened(path) as book:
        for name in book.sheet_names():
            sheet = book.sheet_by_name(name)
            rows = list(_rows(book, sheet)) if sheet.visibility == VISIBLE else []
            if rows:
                return name, rows
            book.unload_sheet(name)
    return None


def old_rows(path: Path, name: str) -> Iterator[FileRow]:
    """Yield the rows of a sheet that are not empty, with what their cells hold as sheets of new workbooks give it."""
    with _opened(path) as book:
        yield from _rows(book, book.sheet_by_name(name))


def _rows(book: Any, sheet: Any) -> Iterator[FileRow]:
    for place in range(sheet.nrows):
        cells = [_value(book, cell) for cell in sheet.row(place)[: MOST_COLUMNS + 1]]
        if len(cells) > MOST_COLUMNS and not is_empty(cells[-1]):
            raise refused(_("A file with more than %(most)d columns cannot be imported.", most=MOST_COLUMNS))
        if any(not is_empty(cell) for cell in cells):
            yield FileRow(place + 1, cells)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if path.stat().st_size > MOST_BYTES:
        raise refused(
            _("An old workbook (.xls) of more than 20 MB is not read. Save it as .xlsx and try again.")
        )
    with Path(os.devnull).open("w") as log:
        try:
            with xlrd.open_workbook(str(path), logfile=log, on_demand=True, ragged_rows=True) as book:
                yield book
        except xlrd.XLRDError as error:
            raise refused(
                _(
                    "This is an old or a protected workbook. Save it as .xlsx without a password and try again."
                )
            ) from error
        except Invalid:
            raise
        except Exception as error:  # whatever the reader stumbles over in a file that is none
            raise broken() from error


def _value(book: Any, cell: Any) -> Any:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return cell.value[:LONGEST_CELL] if cell.value.strip() else None
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return int(cell.value) if float(cell.value).is_integer() else cell.value
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(book, cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return failed_formula(xlrd.error_text_from_code.get(cell.value, "#ERROR!"))
    return None


def _moment(book: Any, value: float) -> Any:
    try:
        moment = xlrd.xldate_as_datetime(value, book.datemode)
    except (ValueError, OverflowError, xlrd.XLDateError):
        return value
    return moment.time() if value < 1 else moment
