"""A report is run: one statement of the database reckons every group, every subtotal and the whole.

It runs in the actor's own session behind both walls, over rows on which he may report. Averages and different values of
subtotals are reckoned from the rows, never from the figures of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.exc import DataError, OperationalError

from kernel.access.session import allowed
from kernel.fa.errors import DateError
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Day, Instant
from kernel.resources.fields.periods import Span
from kernel.resources.lists.columns import Column
from kernel.resources.lists.filters import distinct
from kernel.resources.lists.selection import Selection, select_rows
from kernel.resources.reports.buckets import Buckets, Unit, starts_between
from kernel.resources.reports.columns import DATES
from kernel.resources.reports.definition import Definition, Measure
from kernel.resources.reports.lines import Found, Lines
from kernel.resources.reports.plans import Plan, plan_of
from kernel.resources.reports.results import Figures, Heading, Key, Result, title_of
from kernel.resources.reports.values import Axis, axis_of
from kernel.resources.resource import Resource

TOO_LONG = "57014"
"""The database's state for a statement that it has ended, since it took longer than it may."""
NARROW_IT = _(
    "This report takes too long over so many rows. Choose a shorter period or another filter, or fewer columns to put the"
    " rows together by."
)
MOST_CELLS = 20_000
"""Figures' cells that a report may have, subtotals included."""


def run(
    context: Context, resource: Resource, definition: Definition, *, actions: Sequence[str] = ("report",)
) -> Result:
    """Run a report; `Invalid` says what in it cannot be, `Forbidden` that its reader may not report on such rows.

    Only rows count with which he may do all `actions`: reporting, and for a file exporting as well.
    """
    for action in actions:
        context.require(resource.permission, action)
    plan = plan_of(context, resource, definition, actions)
    try:
        with context.session.begin_nested():
            made = _made(context, plan)
            lines, whole = made.all(), made.line(())
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != TOO_LONG:
            raise
        raise Invalid([Problem(None, NARROW_IT)]) from error
    except DataError as error:
        raise Invalid([Problem(None, _("A value in the filters of this list is out of range."))]) from error
    except DateError as error:
        raise Invalid([Problem(None, _("Some of these days lie outside the calendar."))]) from error
    headings = [Heading(measure, title_of(measure, column), column) for measure, column in plan.measures]
    return Result(definition, headings, made.levels, made.across, lines, whole, plan.span, plan.before)


def _made(context: Context, plan: Plan) -> Lines:
    """Reckon everything, and give what makes the lines of it."""
    before = None
    rows = _selection(context, plan, plan.span)
    earlier = None if plan.before is None else _selection(context, plan, plan.before)
    axes = _axes(context, plan, [rows] if earlier is None else [rows, earlier])
    found = _reckoned(context, plan, rows, axes)
    if earlier is not None:
        before, axes = _reckoned_before(context, plan, earlier, axes)
    return Lines(context, plan, axes, found, before)


def _reckoned_before(
    context: Context, plan: Plan, rows: Selection, axes: Sequence[Axis]
) -> tuple[dict[Key, Figures], list[Axis]]:
    """Give the figures of the compared period by group, and the axes with what is called by name in it as well.

    What has no counterpart is left out: the thirty-first day of a month that is compared with one of thirty.
    """
    levels = len(plan.definition.groups)
    earlier = [_axis_before(context, plan, rows, axis) for axis in axes[:levels]]
    found = {
        key: figures
        for (key, _across), figures in _reckoned(context, plan, rows, earlier).items()
        if all(axis.has(value) for axis, value in zip(axes, key, strict=False))
    }
    known = [axis.knowing(other) for axis, other in zip(axes, earlier, strict=False)]
    return found, [*known, *axes[levels:]]


def _axis_before(context: Context, plan: Plan, rows: Selection, axis: Axis) -> Axis:
    """Give an axis for the compared period. Its own days are counted from its beginning, so that first month meets first."""
    if axis.names is not None:
        return axis_of(context, rows, axis.column, axis.column.field.column(axis.column.model(plan.resource)))
    if axis.column != plan.dated or plan.before is None:
        return axis
    made = _axis_of_time(context, plan, axis.column, axis.unit, plan.before)
    return replace(made, buckets=axis.buckets)


def _selection(context: Context, plan: Plan, span: Span | None) -> Selection:
    """Give the rows of some time, with the facets joined whose columns the report reads."""
    model = plan.resource.model
    narrow = [allowed(context.session, model, action) for action in plan.actions]
    if plan.dated is not None and span is not None:
        item = cast(Day | Instant, plan.dated.field)
        narrow.append(item.within(plan.dated.model(plan.resource), span, context))
    found = select_rows(context, plan.resource, plan.definition.query, narrow=narrow, whole=True)
    read = [column.facet for column in plan.columns if column.facet is not None]
    facets = distinct((*found.narrowing.facets, *read))
    return replace(found, narrowing=replace(found.narrowing, facets=facets))


def _axes(context: Context, plan: Plan, periods: Sequence[Selection]) -> list[Axis]:
    """Give the axis of each group: what its values are reckoned to be in the statement.

    Times reach over the rows of all `periods`, so that a stretch has the same number in each.
    """
    found = []
    for group, column in plan.groups:
        expression = column.field.column(column.model(plan.resource))
        if not isinstance(column.field, DATES):
            found.append(axis_of(context, periods[0], column, expression))
            continue
        ends = plan.span if column == plan.dated else _ends(context, periods, expression)
        if ends is None:
            found.append(Axis(column, group.unit, literal(None)))
        else:
            found.append(_axis_of_time(context, plan, column, group.unit, ends))
    return found


def _axis_of_time(context: Context, plan: Plan, column: Column, name: str, ends: Span) -> Axis:
    unit = cast(Unit, name)
    buckets = Buckets(unit, starts_between(unit, *ends, context.site.fiscal_start))
    zone = context.time_zone if isinstance(column.field, Instant) else None
    expression = column.field.column(column.model(plan.resource))
    return Axis(column, unit, buckets.expression(expression, zone), buckets)


def _ends(context: Context, periods: Sequence[Selection], expression: ColumnElement[Any]) -> Span | None:
    """Give the first and the last day that occurs in any of the periods; None where none does."""
    found: list[date] = []
    for each in periods:
        rows = each.rows(expression.label("value")).subquery()
        ends = context.session.execute(select(func.min(rows.c.value), func.max(rows.c.value))).one()
        found += [_day(value, context) for value in ends if value is not None]
    return (min(found), max(found)) if found else None


def _day(value: date | datetime, context: Context) -> date:
    return value.astimezone(context.time_zone).date() if isinstance(value, datetime) else value


def _reckoned(context: Context, plan: Plan, rows: Selection, axes: Sequence[Axis]) -> Found:
    """Give the figures of all groups, subtotals and the whole."""
    statement = _statement(plan, rows, axes)
    reckoned = context.session.execute(statement.limit(MOST_CELLS + 1)).all()
    if len(reckoned) > MOST_CELLS:
        raise Invalid(
            [
                Problem(
                    "group",
                    _(
                        "This report would have more than %(most)d groups. Narrow it, or put the rows together by"
                        " longer times or fewer columns.",
                        most=MOST_CELLS,
                    ),
                )
            ]
        )
    levels = len(plan.definition.groups)
    found: dict[tuple[Key, Any], Figures] = {}
    for row in reckoned:
        together, values = row[0], row[1 : 1 + len(axes)]
        present = [not (together >> place) & 1 for place in reversed(range(len(axes)))]
        key = tuple(value for value, there in zip(values[:levels], present, strict=False) if there)
        across = values[levels] if len(axes) > levels and present[levels] else ...
        found[key, across] = tuple(row[1 + len(axes) :])
    return found


def _statement(plan: Plan, selection: Selection, axes: Sequence[Axis]) -> Select[Any]:
    """Build the one statement: all prefixes of the levels, each with and without the values across."""
    keys = [axis.expression.label(f"key_{place}") for place, axis in enumerate(axes)]
    inner = []
    for place, (_measure, column) in enumerate(plan.measures):
        if column is not None:
            inner.append(column.field.column(column.model(plan.resource)).label(f"value_{place}"))
    rows = selection.rows(*keys, *inner).subquery()
    grouped = [rows.c[key.name] for key in keys]
    figures = [
        _figure(measure, None if column is None else rows.c[f"value_{place}"])
        for place, (measure, column) in enumerate(plan.measures)
    ]
    if not grouped:
        return select(literal(0), *figures).select_from(rows)
    levels = len(plan.definition.groups)
    sets = []
    for depth in range(levels + 1):
        sets.append(tuple_(*grouped[:depth]))
        if len(grouped) > levels:
            sets.append(tuple_(*grouped[:depth], grouped[levels]))
    return select(func.grouping(*grouped), *grouped, *figures).group_by(func.grouping_sets(*sets))


def _figure(measure: Measure, value: ColumnElement[Any] | None) -> ColumnElement[Any]:
    if value is None:
        return func.count()
    if measure.function == "distinct":
        return func.count(func.distinct(value))
    made: ColumnElement[Any] = getattr(func, measure.function)(value)
    return made
