"""Reports as files: numbers as numbers, groups as texts, one line for each innermost group, the subtotals marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

from kernel.fa.calendar import format_date
from kernel.fa.locales import is_persian
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.exporting import Book, guarded, may_leave
from kernel.resources.reports.columns import used_columns
from kernel.resources.reports.definition import SHARED, Definition
from kernel.resources.reports.results import Result, across_share, rounded
from kernel.resources.resource import Resource

FOR_FILES = ("report", "export")
"""What somebody must be allowed to do with a row for it to count in a file."""


def check_leaving(context: Context, resource: Resource, definition: Definition) -> None:
    """Raise `Forbidden` or `Refused` where the actor may not take the report out of the site."""
    for action in FOR_FILES:
        context.require(resource.permission, action)
    if not all(
        may_leave(context, resource, column) for column in used_columns(context, resource, definition)
    ):
        raise Refused(_("This report shows sensitive values; you may see them, but not export them."))


class Writer(Protocol):
    """Writes a report to a file."""

    def __call__(self, target: BinaryIO, context: Context, result: Result) -> None:
        """Write all of it."""


def table_of(context: Context, result: Result) -> Iterator[list[Any]]:
    """Give the headings, then every line: its level, the names of its groups, and its figures."""
    across = [] if result.across is None else list(result.across.values)
    titles = [context.text(level.column.title) for level in result.levels]
    figures: list[str] = []
    for heading in result.headings:
        title = heading.title_in(context)
        told = result.definition.shares and heading.measure.function in SHARED
        for name in [*(result.across.text(value) for value in across if result.across is not None), ""]:
            head = f"{name} · {title}" if name else title
            figures += (
                [head, context.text(_("%(figure)s, share", figure=head))] if told and across else [head]
            )
        if result.before is not None:
            figures.append(context.text(_("%(figure)s, before", figure=heading.title)))
    yield [context.text(_("Level")), *(titles or [""]), *figures]
    names: list[str] = [""] * len(titles)
    for line in (*result.lines, result.whole):
        if line.depth:
            names[line.depth - 1 :] = [line.text] + [""] * (len(titles) - line.depth)
        shown = list(names) if line.depth else [line.text, *[""] * (len(titles) - 1)]
        cells: list[Any] = []
        for place in range(len(result.headings)):
            told = (
                bool(across)
                and result.definition.shares
                and result.headings[place].measure.function in SHARED
            )
            for value in (*across, ...):
                figure = line.figures[place] if value is ... else line.across[value][place]
                cells.append(_value(figure, context))
                if told:
                    cells.append(_value(across_share(result, line, value, place), context))
            if result.before is not None:
                cells.append(_value(line.before[place] if line.before else None, context))
        yield [line.depth, *shown, *cells]


def _value(value: Any, context: Context) -> Any:
    if isinstance(value, datetime):
        value = value.astimezone(context.time_zone).date()
    if isinstance(value, date):
        return format_date(value, "short", digits="en") if is_persian(context.locale) else value
    if isinstance(value, Decimal):
        short = rounded(value)
        return int(short) if short == short.to_integral_value() else short
    return value


def write_xlsx(target: BinaryIO, context: Context, result: Result) -> None:
    """Write a workbook."""
    lines = table_of(context, result)
    heading = next(lines)
    words = 1 + max(len(result.levels), 1)
    book = Book(target, sheet=context.text(_("Report")), right_to_left=is_persian(context.locale))
    book.heading(heading, ["", *["text"] * (words - 1), *["amount"] * (len(heading) - words)])
    for line in lines:
        book.row(line)
    book.close()


def write_csv(target: BinaryIO, context: Context, result: Result) -> None:
    """Write CSV in UTF-8 with a byte order mark; no text runs as a formula."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    for line in table_of(context, result):
        writer.writerow(
            [guarded(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in line]
        )
    text.detach()


WRITERS: Mapping[str, Writer] = {"xlsx": write_xlsx, "csv": write_csv}
"""How each format is written."""
