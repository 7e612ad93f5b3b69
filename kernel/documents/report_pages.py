"""A report on paper: its table with the letterhead of the house, the days and filters that it is of, and its picture."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, BinaryIO

from kernel.documents.designs.reading import LOGO
from kernel.documents.engine import Document, Tell, layout, make_pdf, untold
from kernel.documents.letterheads import letterhead_of
from kernel.fa.calendar import format_date
from kernel.fa.locales import is_persian, language_of
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.lists.describing import described
from kernel.resources.reports import Definition, Result
from kernel.resources.reports.charts import Chart, chart_of
from kernel.resources.reports.tables import table_of
from kernel.resources.resource import Resource

MOST_LINES = 2_000
MOST_COLUMNS = 32
"""Of a report on paper; what is larger is for a spreadsheet."""
TALLEST = 150.0
"""Millimetres that a chart takes of a page at most."""
SHEETS = (
    (5, "A4", 182.0, 10.0),
    (11, "A4 landscape", 269.0, 9.0),
    (20, "A3 landscape", 392.0, 8.5),
    (MOST_COLUMNS, "A3 landscape", 392.0, 7.0),
)
"""Columns of figures up to which a sheet serves, its width between the margins in millimetres, its letters in points."""
WIDE = "wide"
"""The drawing of a chart that is put on paper."""
COLOURS = (
    *("#3451c6", "#0d8a86", "#6a45c4", "#8f5b00", "#0b6f86", "#646c7d"),
    *("#c22f3d", "#18794e", "#2b5fc0", "#191d27", "#868fa0", "#4a5262"),
)
"""Of the series of a chart: those of pages in light, since a document knows no style sheet of theirs."""


def write_report(
    target: BinaryIO,
    context: Context,
    resource: Resource,
    definition: Definition,
    result: Result,
    title: str,
    tell: Tell = untold,
) -> int:
    """Write a report as PDF, and give its number of pages.

    Raises `Refused` where it is too large for paper, and `DocumentFault` where no PDF comes of it.
    """
    return make_pdf(_document(context, resource, definition, result, title), target, tell=tell)


def _document(
    context: Context, resource: Resource, definition: Definition, result: Result, title: str
) -> Document:
    table = table_of(context, resource, result)
    if len(table.rows) > MOST_LINES or len(table.heads) > MOST_COLUMNS:
        raise Refused(
            _(
                "On paper a report has at most %(lines)d lines and %(columns)d columns. Narrow it, or take it as Excel.",
                lines=MOST_LINES,
                columns=MOST_COLUMNS,
            )
        )
    _most, paper, width, letters = next(sheet for sheet in SHEETS if len(table.heads) <= sheet[0])
    persian = is_persian(context.locale)
    head = letterhead_of(context, "fa" if persian else "en")
    logo = head.logo
    chart = chart_of(context, result, title)
    common = {
        "language": "fa" if persian else "en",
        "direction": "rtl" if persian else "ltr",
        "paper": paper,
        "letters": letters,
        "logo": logo is not None,
        "house": head.name,
        "title": title,
        "of": context.text(resource.plural),
        "spans": list(table.spans),
        "filters": _filters(context, resource, definition),
        "chart": None if chart is None else _drawn(chart, width, mirrored=persian),
        "colours": list(COLOURS),
        "head": [table.title, *table.heads],
        "whole": asdict(table.whole) | {"query": None},
        "words": _foot(context),
    }
    rows = [
        {"text": row.text, "cells": row.cells, "depth": row.depth, "parent": row.parent} for row in table.rows
    ]
    files = {LOGO: logo} if logo is not None else {}
    return Document(layout("reports"), [rows], common, files)


def _filters(context: Context, resource: Resource, definition: Definition) -> list[str]:
    found = []
    for each in described(context, resource, definition.query.filters):
        joint = f"{each.joint} " if each.joint else ""
        found.append(f"{joint}{each.label}: {each.value}")
    if definition.query.search:
        found.append(f"{context.text(_('Search'))}: {definition.query.search}")
    return found


def _foot(context: Context) -> dict[str, str]:
    digits: Any = language_of(context.locale)
    day = format_date(context.today, "long", digits)
    told: LazyText = _("Printed on %(day)s by %(name)s", day=day, name=context.actor.name)
    return {"printed": context.text(told), "page": context.text(_("Page")), "of": context.text(_("of"))}


def _drawn(chart: Chart, width: float, *, mirrored: bool) -> dict[str, Any]:
    """Give the wide drawing as plain values, with the millimetres of one of its units.

    Its texts are laid over it by the document, which joins Persian letters where a picture would not. Their ends are those
    of the paper: left is where one starts.
    """
    drawing = next(each for each in chart.drawings if each.size == WIDE)
    turned = {"start": "end", "end": "start"} if mirrored else {}
    return {
        **asdict(drawing),
        "scale": min(width / drawing.width, TALLEST / drawing.height),
        "names": [(x, y, text, turned.get(anchor, anchor)) for x, y, text, anchor in drawing.names],
        "series": [each.title for each in chart.series],
    }
