"""A report in words: its headings, its lines as texts, and the days that it is of. For pages, blocks of the desk and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.fa.locales import is_persian
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.fields import Day, Decimal
from kernel.resources.lists import ListQuery
from kernel.resources.reports.results import Line, Result, across_share, change, share
from kernel.resources.resource import Resource

SHARE = Decimal("share", _("Share"), places=1)
"""Writes shares and changes: a share may lie beyond a hundred, which `Percent` has not."""
DAY = Day("day", _("day"))


@dataclass(frozen=True)
class Row:
    """One line: the text of its group, those of its cells, and the list of its rows."""

    text: str
    cells: Sequence[str]
    depth: int
    parent: bool
    query: ListQuery | None
    """What narrows the list to the rows of the line; None where no filter does."""


@dataclass(frozen=True)
class Table:
    """A report as it is read."""

    title: str
    """What the rows are put together by."""
    heads: Sequence[str]
    rows: Sequence[Row]
    whole: Row
    spans: Sequence[str]
    """Of which days it is, and with which it is compared."""


def table_of(context: Context, resource: Resource, result: Result) -> Table:
    """Write a result in the reader's language."""
    titles = [context.text(level.column.title) for level in result.levels]
    return Table(
        " / ".join(titles) or context.text(resource.plural),
        _heads(context, result),
        [_row(context, result, line) for line in result.lines],
        _row(context, result, result.whole),
        spans_of(context, result),
    )


def spans_of(context: Context, result: Result) -> list[str]:
    """Say of which days the report is, and of which those are that it is compared with."""
    spans = [span for span in (result.span, result.before) if span is not None]
    return [
        context.text(_("%(first)s to %(last)s", first=DAY.show(first, context), last=DAY.show(last, context)))
        for first, last in spans
    ]


def percent(value: Any, context: Context) -> str:
    """Write a share or a change; empty for None."""
    if value is None:
        return ""
    text = SHARE.show(value, context)
    return f"{text.replace('-', '−')}٪" if is_persian(context.locale) else f"{text}%"


def _heads(context: Context, result: Result) -> list[str]:
    """Give the titles of all columns of figures."""
    across = [] if result.across is None else [result.across.text(value) for value in result.across.values]
    found = []
    for heading in result.headings:
        title = heading.title_in(context)
        found += [f"{value} · {title}" if len(result.headings) > 1 else value for value in across]
        found.append(context.text(_("%(figure)s, all together", figure=heading.title)) if across else title)
        if heading.measure.share:
            found.append(context.text(_("Share")))
        if result.before is not None:
            found += [context.text(_("Before")), context.text(_("Change"))]
    return found


def _with_share(context: Context, text: str, result: Result, line: Line, value: Any, place: int) -> str:
    """Write a figure, with its share of the row or the column behind it where that is asked for."""
    part = across_share(result, line, value, place)
    return text if part is None or not text else f"{text} ({percent(part, context)})"


def _row(context: Context, result: Result, line: Line) -> Row:
    cells = []
    across = () if result.across is None else result.across.values
    for place, heading in enumerate(result.headings):
        value = line.figures[place]
        cells += [
            _with_share(context, heading.text(line.across[each][place], context), result, line, each, place)
            for each in across
        ]
        cells.append(_with_share(context, heading.text(value, context), result, line, ..., place))
        if heading.measure.share:
            cells.append(percent(share(value, result.whole.figures[place]), context))
        if result.before is not None:
            before = line.before[place] if line.before else None
            cells += [heading.text(before, context), percent(change(value, before), context)]
    query = None
    if line.filters and not result.definition.dated:
        asked = result.definition.query
        query = ListQuery(search=asked.search, filters=(*asked.filters, *line.filters))
    return Row(line.text, cells, line.depth, 0 < line.depth < len(result.levels), query)
