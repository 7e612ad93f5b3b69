"""The groups of a list: chosen in a dialog, shown with counts and sums, opened to their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.resources.context import Context
from kernel.resources.fields import Money
from kernel.resources.lists import CappedCount, Column, ListQuery, page
from kernel.resources.reports import Group, Line, Result
from kernel.resources.reports.buckets import UNITS
from kernel.resources.reports.columns import DATES, group_columns
from kernel.resources.reports.definition import MOST_LEVELS
from kernel.resources.reports.grouped import grouped, key_of, within
from kernel.resources.resource import Resource
from kernel.web.current import current
from kernel.web.pages import render
from kernel.web.views import list_rows
from kernel.web.views.addresses import list_url
from kernel.web.views.cells import kind_of, shown_columns

FIRST_UNITS = ("month", "season", "year", "fiscal_year", "half", "week", "day")
"""Units of time in the order in which they are offered."""


@dataclass(frozen=True)
class Figure:
    """The sum of a column in a group; nothing where the column has none."""

    kind: str
    value: Any = None
    text: str = ""


@dataclass(frozen=True)
class GroupLine:
    """One group. Only innermost ones open: `url` opens or closes it, and `lines` are the rows of its page."""

    text: str
    count: int
    depth: int
    figures: Sequence[Figure]
    url: str | None = None
    is_open: bool = False
    lines: Sequence[list_rows.Line] = ()
    previous_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True)
class Groups:
    """All groups of a list, and the sums of all its rows."""

    lines: Sequence[GroupLine]
    whole: GroupLine
    count: CappedCount


def choose(resource: Resource) -> ResponseReturnValue:
    """Show in the dialog by what the list can be put together (further)."""
    context = current()
    context.require(resource.permission, "view")
    query = replace(ListQuery.from_args(resource, request.args).turned(None), opened=())
    taken = {Group.read(text).key for text in query.groups}

    def address(key: str, unit: str = "") -> str:
        groups = (*query.groups, Group(key, unit).written())
        return list_url(resource, replace(query, groups=groups))

    fields = [
        {
            "title": context.text(column.title),
            "url": None if isinstance(column.field, DATES) else address(key),
            "units": [{"title": context.text(UNITS[unit]), "url": address(key, unit)} for unit in FIRST_UNITS]
            if isinstance(column.field, DATES)
            else [],
        }
        for key, column in group_columns(context, resource).items()
        if key not in taken
    ]
    full = len(query.groups) >= MOST_LEVELS
    return render("records/group_fields.html", fields=[] if full else fields, full=full, most=MOST_LEVELS)


def chips_of(context: Context, resource: Resource, query: ListQuery) -> list[dict[str, str]]:
    """Describe by what a list is put together, each with the address of the list without it."""
    known = group_columns(context, resource) if query.groups else {}
    chips = []
    for text in query.groups:
        group = Group.read(text)
        kept = tuple(other for other in query.groups if other != text)
        column = known.get(group.key)
        chips.append(
            {
                "label": context.text(column.title) if column else group.key[:60],
                "value": context.text(UNITS[group.unit]) if group.unit in UNITS else "",
                "remove_url": list_url(resource, replace(query.turned(None), groups=kept, opened=())),
            }
        )
    return chips


def read(context: Context, resource: Resource, query: ListQuery, columns: Sequence[Column]) -> Groups:
    """Put the list together and read the rows of its open groups; `Invalid` where the reader cannot."""
    result = grouped(context, resource, query, columns)
    shown = shown_columns(resource, columns)
    maker = _Maker(context, resource, query, result, tuple(column.key for column in columns), shown)
    lines = [maker.line(line) for line in result.lines]
    whole = maker.line(result.whole)
    return Groups(lines, whole, CappedCount(whole.count, False))


@dataclass(frozen=True)
class _Maker:
    """Makes the lines of one list."""

    context: Context
    resource: Resource
    query: ListQuery
    result: Result
    keys: tuple[str, ...]
    shown: Sequence[Column]

    def line(self, line: Line) -> GroupLine:
        """Make a group, with its rows where it is open."""
        figures = _figures(self.context, self.result, self.shown, line)
        made = GroupLine(line.text, line.figures[0], line.depth, figures)
        if line.depth < len(self.result.levels) or not line.depth:
            return made
        key, query = key_of(self.result, line), self.query
        others = tuple(each for each in query.opened if each != key)
        if key not in query.opened:
            opened = replace(query.turned(None), opened=(*others, key))
            return replace(made, url=list_url(self.resource, opened))
        # The page in the address is that of the group opened last; the others stand at their first.
        asked = query if query.opened[-1] == key else query.turned(None)
        asked = replace(asked, opened=(*others, key))
        found = page(
            self.context,
            self.resource,
            replace(asked, columns=self.keys),
            within=within(self.context, self.resource, query, key),
        )
        back, forth = found.previous_cursor, found.next_cursor
        return replace(
            made,
            url=list_url(self.resource, replace(query.turned(None), opened=others)),
            is_open=True,
            lines=list_rows.lines_of(self.context, self.resource, asked, found),
            previous_url=list_url(self.resource, asked.turned(back, "previous")) if back else None,
            next_url=list_url(self.resource, asked.turned(forth)) if forth else None,
        )


def _figures(context: Context, result: Result, shown: Sequence[Column], line: Line) -> list[Figure]:
    sums = {
        heading.column.key: (heading, value)
        for heading, value in zip(result.headings, line.figures, strict=True)
        if heading.column is not None
    }
    found = []
    for column in shown:
        heading, value = sums.get(column.key, (None, None))
        kind = "money" if isinstance(column.field, Money) else kind_of(column.field)
        text = heading.text(value, context) if heading is not None else ""
        found.append(Figure(kind, value if heading is not None else None, text))
    return found
