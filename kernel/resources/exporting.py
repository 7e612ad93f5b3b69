"""Export: exactly the rows and columns of a list, or of the rows ticked in it, as a stream of batches, CSV or XLSX.

It runs in the actor's own session behind both walls, and takes only rows that he may export: that right may reach less far
than seeing. A text that a spreadsheet would run as a formula stays a text: in XLSX by its type, in CSV by an apostrophe in
front, which the import takes away again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from kernel.access.session import allowed
from kernel.fa.digits import to_ascii_digits
from kernel.fa.locales import is_persian
from kernel.resources.context import Context
from kernel.resources.fields import Lookup, Money
from kernel.resources.lists.cells import labels_of, read_values
from kernel.resources.lists.columns import EVERY, Column, chosen_columns, list_columns
from kernel.resources.lists.query import ListQuery
from kernel.resources.lists.searching import any_of
from kernel.resources.lists.selection import Selection, select_rows
from kernel.resources.resource import Resource

CSV_HEAD = 2
"""Pieces of a CSV file before the first batch of rows: the byte order mark and the headings."""
BATCH = 1_000
"""Rows that are read at a time."""
PLACES = 10_000
"""Ids that are fetched at a time, in the order of the list."""
SHEET_ROWS = 1_000_000
"""Rows of one sheet of a workbook; more begin another one."""
LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""
EXACT_DIGITS = 15
EXACT_NUMBER = 10**EXACT_DIGITS
"""Spreadsheets keep fifteen digits of a number; longer ones are written as text."""

RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""A beginning that some spreadsheet takes for a formula, behind apostrophes that came before."""


Tell = Callable[[int], None]


def _untold(_done: int) -> None:
    """Nobody asks how far it is."""


def guarded(text: str) -> str:
    """Put an apostrophe before a text that would run as a formula; `unguarded` is the exact opposite."""
    return f"'{text}" if RUNS.match(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe of `guarded` away."""
    return text[1:] if text.startswith("'") and RUNS.match(text) else text


def export_columns(context: Context, resource: Resource, query: ListQuery) -> list[tuple[Column, str]]:
    """Give the columns of an export with their headings, for `EVERY` all there are.

    A heading used twice gets the facet's title behind it.
    Sensitive ones are left out unless the actor may export them: seeing them is not enough.
    """
    every = query.columns == (EVERY,)
    chosen = list_columns(context, resource) if every else chosen_columns(context, resource, query.columns)
    columns = [column for column in chosen if may_leave(context, resource, column)]
    titles = [context.text(column.title) for column in columns]
    return [
        (
            column,
            f"{title} ({context.text(column.facet.title)})"
            if titles.count(title) > 1 and column.facet
            else title,
        )
        for column, title in zip(columns, titles, strict=True)
    ]


def may_leave(context: Context, resource: Resource, column: Column) -> bool:
    """Say whether the actor may take the values of a column out of the site in a file."""
    permission = resource.permission if column.facet is None else column.facet.permission
    return not column.field.sensitive or context.may(permission, "export_sensitive")


def export_rows(
    context: Context, resource: Resource, query: ListQuery, ids: Sequence[int] | None = None
) -> Iterator[list[list[Any]]]:
    """Yield batches of rows, each a list of values in the order of `export_columns`: numbers, dates, texts or None.

    With `ids` (the rows ticked) search and filters do not count; ids that the actor may not export are left out. Needs the
    right `export`.
    """
    columns = [column for column, _heading in export_columns(context, resource, query)]
    for batch in _batches(_selection(context, resource, query, ids)):
        values = read_values(context, resource, columns, batch)
        labels = labels_of(context, columns, values)
        rows = []
        for number in batch:
            if number in values:
                cells = values[number][2]
                rows.append([_exported(context, column, cells[column.key], labels) for column in columns])
        yield rows


def count_rows(
    context: Context,
    resource: Resource,
    query: ListQuery,
    ids: Sequence[int] | None = None,
    most: int | None = None,
) -> int:
    """Count the rows that an export would have, up to `most` where that is given."""
    return _selection(context, resource, query, ids).number(most)


def csv_chunks(
    context: Context, resource: Resource, query: ListQuery, ids: Sequence[int] | None = None
) -> Iterator[bytes]:
    """Yield a CSV file in pieces: UTF-8 with a byte order mark, by which spreadsheets know the encoding."""
    yield "\ufeff".encode()
    yield _csv_lines([[guarded(heading) for _column, heading in export_columns(context, resource, query)]])
    for batch in export_rows(context, resource, query, ids):
        yield _csv_lines([[_csv_cell(value) for value in row] for row in batch])


def write_csv(
    stream: BinaryIO,
    context: Context,
    resource: Resource,
    query: ListQuery,
    ids: Sequence[int] | None = None,
    tell: Tell = _untold,
) -> None:
    """Write a CSV file to a binary stream; `tell` hears after each batch how many rows are written."""
    for place, chunk in enumerate(csv_chunks(context, resource, query, ids)):
        stream.write(chunk)
        if place >= CSV_HEAD:
            tell((place - CSV_HEAD + 1) * BATCH)


def write_xlsx(
    target: Path | BinaryIO,
    context: Context,
    resource: Resource,
    query: ListQuery,
    ids: Sequence[int] | None = None,
    tell: Tell = _untold,
) -> int:
    """Write a workbook in constant memory and give the number of rows; right to left in Persian.

    `tell` hears after each batch how many rows are written.
    """
    columns = export_columns(context, resource, query)
    book = Book(target, sheet=context.text(resource.plural), right_to_left=is_persian(context.locale))
    book.heading([heading for _column, heading in columns], [_style(column) for column, _heading in columns])
    count = 0
    for batch in export_rows(context, resource, query, ids):
        for row in batch:
            book.row(row)
        count += len(batch)
        tell(count)
    book.close()
    return count


class Book:
    """A workbook written row by row; texts are never taken for formulas, links or numbers."""

    def __init__(self, target: Path | BinaryIO, *, sheet: str, right_to_left: bool) -> None:
        import xlsxwriter  # a third of what a process takes to start, for the few that write a workbook

        self._book = xlsxwriter.Workbook(
            str(target) if isinstance(target, Path) else target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._right_to_left = right_to_left
        self._name = re.sub(r"[\[\]:*?/\\']", " ", sheet)[:27].strip() or "1"
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            "text": self._book.add_format({"num_format": "@"}),
            "amount": self._book.add_format({"num_format": "#,##0"}),
            "day": self._book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._titles: Sequence[str] = ()
        self._styles: Sequence[str] = ()
        self._sheets = 0
        self._next = 0

    def heading(self, titles: Sequence[str], styles: Sequence[str]) -> None:
        """Begin the first sheet; `styles` are `text`, `amount` or empty for each column."""
        self._titles, self._styles = titles, styles
        self._begin_sheet()

    def row(self, values: Sequence[Any]) -> None:
        """Write one row below the last."""
        if self._next > SHEET_ROWS:
            self._begin_sheet()
        for place, value in enumerate(values):
            self._cell(place, value)
        self._next += 1

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        if self._right_to_left:
            self._sheet.right_to_left()
        self._sheet.freeze_panes(1, 0)
        for place, (title, style) in enumerate(zip(self._titles, self._styles, strict=True)):
            self._sheet.set_column(place, place, min(max(len(title) + 4, 14), 40), self._formats.get(style))
            self._sheet.write_string(0, place, title[:LONGEST_CELL], self._bold)
        self._next = 1

    def _cell(self, place: int, value: Any) -> None:
        # Texts of any length of digits stay texts: a phone keeps its zero, a card its last digit.
        style = self._formats.get(self._styles[place])
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._next, place, value)
        elif isinstance(value, int | Decimal) and _keeps(value):
            self._sheet.write_number(self._next, place, value, style)
        elif isinstance(value, date) and not isinstance(value, datetime):
            self._sheet.write_datetime(self._next, place, value, self._formats["day"])
        else:
            self._sheet.write_string(self._next, place, str(value)[:LONGEST_CELL], style)


def _selection(
    context: Context, resource: Resource, query: ListQuery, ids: Sequence[int] | None
) -> Selection:
    context.require(resource.permission, "export")
    narrow = [allowed(context.session, resource.model, "export")]
    if ids is not None:
        query = replace(query, search="", filters=())
        narrow.append(any_of(resource.model.id, ids))
    selection = select_rows(context, resource, query, narrow=narrow, whole=True)
    selection.check_size()
    return selection


def _batches(selection: Selection) -> Iterator[list[int]]:
    start = None
    while places := selection.fetch(start, limit=PLACES):
        start = places[-1]
        for first in range(0, len(places), BATCH):
            yield [place.id for place in places[first : first + BATCH]]
        if len(places) < PLACES:
            return


def _exported(context: Context, column: Column, value: Any, labels: Any) -> Any:
    if isinstance(column.field, Lookup):
        return None if value is None else _plain(labels[column.key].get(value))
    return column.field.export(value, context)


def _plain(label: str | None) -> str | None:
    """Give a name; a code that stands for a record keeps the digits that it has in its own column."""
    return to_ascii_digits(label) if label and label.isdigit() else label


def _keeps(value: int | Decimal) -> bool:
    """Say whether a spreadsheet keeps every digit of a number."""
    return -EXACT_NUMBER < value < EXACT_NUMBER and len(Decimal(value).as_tuple().digits) <= EXACT_DIGITS


def _style(column: Column) -> str:
    if isinstance(column.field, Money):
        return "amount"
    return "text" if column.field.ltr else ""


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else str(value)


def _csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
