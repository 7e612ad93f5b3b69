"""A list whose rows stand in groups: the groups with their counts and sums, and the rows of one of them.

Groups are those of a report, so they end where the Jalali month does, and a field that is hidden from the reader or masked
for him makes none. Counting asks no right but that of seeing the rows: whoever sees them could count them himself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, literal

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Day, Instant, Lookup, Percent
from kernel.resources.lists import ListQuery
from kernel.resources.lists.columns import Column
from kernel.resources.lists.filters import Narrowing
from kernel.resources.lists.ordering import python_type
from kernel.resources.lists.selection import select_rows
from kernel.resources.reports.buckets import Unit, next_start, start_of
from kernel.resources.reports.columns import DATES, NUMBERS, check_group, reported_columns
from kernel.resources.reports.definition import COUNT, MOST_LEVELS, MOST_MEASURES, Definition, Group, Measure
from kernel.resources.reports.results import Line, Result
from kernel.resources.reports.running import run
from kernel.resources.reports.values import axis_of
from kernel.resources.resource import Resource

MOST_LINES = 500
"""Groups that a list shows, with those of inner levels."""


def groups_of(query: ListQuery) -> tuple[Group, ...]:
    """Give what a list is put together by; `Invalid` for too many levels."""
    if len(query.groups) > MOST_LEVELS:
        problem = _("A list is put together by %(most)d fields at most.", most=MOST_LEVELS)
        raise Invalid([Problem("group", problem)])
    return tuple(Group.read(text) for text in query.groups)


def check_groups(context: Context, resource: Resource, query: ListQuery) -> None:
    """Raise `Invalid` where the reader cannot put the list together in the way that the query asks for."""
    columns = reported_columns(context, resource)
    for group in groups_of(query):
        check_group(columns, group)


def grouped(context: Context, resource: Resource, query: ListQuery, columns: Sequence[Column]) -> Result:
    """Put a list together: groups that have rows, with their number and the sums of those of `columns` that are numbers.

    Raises `Invalid` where the reader cannot, and for too many groups.
    """
    measured = reported_columns(context, resource)
    sums = [Measure("sum", each.key) for each in columns if each.key in measured and _has_sum(each)]
    measures = (COUNT, *sums[: MOST_MEASURES - 1])
    definition = Definition(resource.name, query, groups_of(query), measures=measures)
    result = run(context, resource, definition, actions=())
    lines = [line for line in result.lines if line.figures[0]]
    if len(lines) > MOST_LINES:
        problem = _(
            "There would be more than %(most)d groups. Narrow the list, or choose longer times.",
            most=MOST_LINES,
        )
        raise Invalid([Problem("group", problem)])
    return replace(result, lines=lines)


def key_of(result: Result, line: Line) -> str:
    """Write which group a line is, for an address: its values, times by their first day."""
    return json.dumps(
        [
            level.starts[value - 1].isoformat() if level.starts and value is not None else value
            for level, value in zip(result.levels, line.key, strict=False)
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def within(context: Context, resource: Resource, query: ListQuery, key: str) -> Narrowing:
    """Give what narrows a list to the rows of a group that `key_of` wrote; `Invalid` for any other text."""
    groups, columns = groups_of(query), reported_columns(context, resource)
    used = [(group, check_group(columns, group)) for group in groups]
    facets = tuple(column.facet for _group, column in used if column.facet is not None)
    try:
        values = json.loads(key)
        if not isinstance(values, list):
            raise TypeError("not the values of a group")
        conditions = tuple(
            _is(context, resource, query, column, group.unit, value)
            for (group, column), value in zip(used, values, strict=True)
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid([Problem("group", _("There is no such group in this list (any more)."))]) from error
    return Narrowing(conditions, facets)


def _has_sum(column: Column) -> bool:
    return isinstance(column.field, NUMBERS) and not isinstance(column.field, Percent)


def _is(
    context: Context, resource: Resource, query: ListQuery, column: Column, unit: str, value: Any
) -> ColumnElement[bool]:
    """Build "it is this value"; raises `ValueError` for a value that the column cannot have."""
    expression: ColumnElement[Any] = column.field.column(column.model(resource))
    if value is None:
        return expression.is_(None)
    if isinstance(column.field, DATES):
        return _in_stretch(context, resource, column, cast(Unit, unit), date.fromisoformat(value))
    if isinstance(column.field, Lookup):
        facets = [column.facet] if column.facet is not None else []
        rows = select_rows(context, resource, query.turned(None), facets=facets, whole=True)
        expression = axis_of(context, rows, column, expression).expression
        wanted: type[Any] = int
    else:
        wanted = python_type(expression)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise ValueError("of another type")
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("a character that no text holds")
    condition: ColumnElement[bool] = expression == literal(value, expression.type)
    return condition


def _in_stretch(
    context: Context, resource: Resource, column: Column, unit: Unit, start: date
) -> ColumnElement[bool]:
    if start_of(unit, start, context.site.fiscal_start) != start:
        raise ValueError("no stretch begins on this day")
    last = next_start(unit, start) - timedelta(days=1)
    field = cast(Day | Instant, column.field)
    return field.within(column.model(resource), (start, last), context)
