"""A report is run: one statement of the database reckons every group, every subtotal and the whole.

It runs in the actor's own session behind both walls, over rows on which he may report. Averages and different values of
subtotals are reckoned from the rows, never from the figures of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.exc import DataError

from kernel.access.session import allowed
from kernel.fa.errors import DateError
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import FieldError, Instant
from kernel.resources.fields.periods import DAY, Span
from kernel.resources.lists.filters import distinct
from kernel.resources.lists.selection import Selection, select_rows
from kernel.resources.reports.buckets import Buckets, starts_between
from kernel.resources.reports.columns import DATES
from kernel.resources.reports.definition import Definition, Measure
from kernel.resources.reports.lines import Found, Lines
from kernel.resources.reports.plans import Plan, plan_of
from kernel.resources.reports.results import Figures, Heading, Key, Result, title_of
from kernel.resources.reports.values import Axis, axis_of
from kernel.resources.resource import Resource

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
    plan = replace(plan_of(context, resource, definition), actions=tuple(actions))
    try:
        axes = _axes(context, plan)
        found = _reckoned(context, plan, axes, plan.span)
        before = None
        if plan.before is not None:
            earlier = _axes(context, plan, plan.before, like=axes)
            before = _within(axes, _reckoned(context, plan, earlier, plan.before))
            axes = [axis.knowing(other) for axis, other in zip(axes, earlier, strict=True)]
    except DataError as error:
        raise Invalid([Problem(None, _("A value in the filters of this list is out of range."))]) from error
    except FieldError as error:
        raise Invalid([Problem("period", error.message)]) from error
    except DateError as error:
        raise Invalid([Problem(None, _("Some of these days lie outside the calendar."))]) from error
    headings = [Heading(measure, title_of(measure, column), column) for measure, column in plan.measures]
    made = Lines(context, plan, axes, found, before)
    return Result(
        definition, headings, made.levels, made.across, made.all(), made.line(()), plan.span, plan.before
    )


def _selection(context: Context, plan: Plan, span: Span | None) -> Selection:
    model = plan.resource.model
    narrow = [allowed(context.session, model, action) for action in plan.actions]
    if plan.dated is not None and span is not None:
        first, last = (day.isoformat() for day in span)
        model, item = plan.dated.model(plan.resource), plan.dated.field
        upper: Any = last
        if isinstance(item, Instant):
            upper = (span[1] + DAY).isoformat()
            moment = item.parse(upper, context)
            narrow += [item.condition(model, "from", first, context), item.column(model) < moment]
        else:
            narrow += [
                item.condition(model, "from", first, context),
                item.condition(model, "to", upper, context),
            ]
    selection = select_rows(context, plan.resource, plan.definition.query, narrow=narrow, whole=True)
    facets = distinct(column.facet for column in plan.columns if column.facet is not None)
    return replace(
        selection,
        narrowing=replace(selection.narrowing, facets=distinct((*selection.narrowing.facets, *facets))),
    )


def _axes(
    context: Context, plan: Plan, span: Span | None = None, like: Sequence[Axis] | None = None
) -> list[Axis]:
    """Give the axis of each group: what its values are reckoned to be in the statement.

    With `like`, days of the compared period are counted from its own beginning, so that its first month meets the first.
    """
    selection = _selection(context, plan, span or plan.span)
    found = []
    for place, (group, column) in enumerate(plan.groups):
        expression = column.field.column(column.model(plan.resource))
        if not isinstance(column.field, DATES):
            found.append(axis_of(context, selection, column, expression))
            continue
        own = plan.span if like is None else plan.before
        ends = own if column is plan.dated or column == plan.dated else None
        ends = ends or _ends(context, selection, expression)
        if ends is None:
            found.append(Axis(column, group.unit, literal(None)))
            continue
        starts = starts_between(group.unit, *ends, context.site.fiscal_start)  # type: ignore[arg-type]
        buckets = Buckets(group.unit, starts)  # type: ignore[arg-type]
        zone = context.time_zone if isinstance(column.field, Instant) else None
        shown = buckets
        if like is not None and column == plan.dated and like[place].buckets is not None:
            shown = like[place].buckets or buckets
        found.append(Axis(column, group.unit, buckets.expression(expression, zone), shown))
    return found


def _ends(context: Context, selection: Selection, expression: ColumnElement[Any]) -> Span | None:
    rows = selection.rows(expression.label("value")).subquery()
    row = context.session.execute(select(func.min(rows.c.value), func.max(rows.c.value))).one()
    if row[0] is None or row[1] is None:
        return None
    return _day(row[0], context), _day(row[1], context)


def _day(value: date | datetime, context: Context) -> date:
    return value.astimezone(context.time_zone).date() if isinstance(value, datetime) else value


def _reckoned(context: Context, plan: Plan, axes: Sequence[Axis], span: Span | None) -> Found:
    """Give the figures of some time."""
    statement = _statement(plan, _selection(context, plan, span), axes)
    rows = context.session.execute(statement.limit(MOST_CELLS + 1)).all()
    if len(rows) > MOST_CELLS:
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
    for row in rows:
        together, values = row[0], row[1 : 1 + len(axes)]
        present = [not (together >> place) & 1 for place in reversed(range(len(axes)))]
        key = tuple(value for value, there in zip(values[:levels], present, strict=False) if there)
        across = values[levels] if len(axes) > levels and present[levels] else ...
        found[key, across] = tuple(row[1 + len(axes) :])
    return found


def _within(axes: Sequence[Axis], found: Found) -> Found:
    """Leave out what has no counterpart: the thirty-first day of a month that is compared with one of thirty."""
    return {
        (key, across): figures
        for (key, across), figures in found.items()
        if all(axis.has(value) for axis, value in zip(axes, key, strict=False))
    }


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
