"""The values by which a report puts rows together: what they are in the statement, what they are called, how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, literal, select

from kernel.fa.sorting import sort_key
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Choice, Lookup
from kernel.resources.lists import Filter
from kernel.resources.lists.columns import Column
from kernel.resources.lists.selection import Selection
from kernel.resources.reports.buckets import Buckets

HIDDEN = -1
"""In place of the ids of records that the reader does not see: they stand together, without a name."""
MOST_VALUES = 2_000
"""Different values of one column that a report takes."""


@dataclass(frozen=True)
class Axis:
    """One group of a report as the statement has it."""

    column: Column
    unit: str
    expression: ColumnElement[Any]
    buckets: Buckets | None = None
    names: Mapping[int, str] | None = None
    """What the records of a link are called, of those that the reader sees."""

    def text(self, value: Any, context: Context) -> str:
        """Name a value."""
        if value is None:
            return context.text(_("Without a value"))
        if self.buckets is not None:
            return self.buckets.text(value, context.locale)
        if self.names is not None:
            return context.text(_("Not shown to you")) if value == HIDDEN else self.names.get(value, "")
        return self.column.field.show(value, context) or context.text(_("Without a value"))

    def has(self, value: Any) -> bool:
        """Say whether a value can stand on the axis: the last days of a longer month cannot on that of a shorter one."""
        return self.buckets is None or value is None or value <= len(self.buckets.starts)

    def knowing(self, other: Axis) -> Axis:
        """Give the axis with the names that another one of the same column knows besides."""
        return self if self.names is None else replace(self, names={**(other.names or {}), **self.names})

    def filters(self, value: Any) -> tuple[Filter, ...] | None:
        """Give what narrows a list to the rows of a value; None where no filter does."""
        operators, key = self.column.field.operators, self.column.key
        if value is None:
            return (Filter(key, "empty", ""),) if "empty" in operators else None
        if self.buckets is not None:
            first, last = self.buckets.starts[value - 1], self.buckets.ends[value - 1] - timedelta(days=1)
            evening = " 23:59" if self.column.field.kind == "instant" else ""
            return Filter(key, "from", first.isoformat()), Filter(key, "to", f"{last.isoformat()}{evening}")
        if (value == HIDDEN and self.names is not None) or "is" not in operators:
            return None
        if isinstance(value, bool):
            value = "1" if value else "0"
        return (Filter(key, "is", str(value)),)


def axis_of(context: Context, selection: Selection, column: Column, expression: ColumnElement[Any]) -> Axis:
    """Give the axis of a column whose values are taken as they are; links to records out of sight become one value."""
    if not isinstance(column.field, Lookup):
        return Axis(column, "", expression)
    rows = selection.rows(expression.label("value")).subquery()
    statement = select(rows.c.value).where(rows.c.value.is_not(None)).distinct().limit(MOST_VALUES + 1)
    ids = list(context.session.execute(statement).scalars())
    if len(ids) > MOST_VALUES:
        raise Invalid(
            [
                Problem(
                    "group",
                    _(
                        "%(field)s has more than %(most)d values here. Narrow the report first.",
                        field=column.title,
                        most=MOST_VALUES,
                    ),
                )
            ]
        )
    names = column.field.labels(ids, context) if ids else {}
    unseen = [number for number in ids if number not in names]
    if unseen:
        hidden = expression.in_(unseen)
        expression = case((hidden, literal(HIDDEN)), else_=expression)
    return Axis(column, "", expression, names=names)


def ordered(axis: Axis, values: Iterable[Any], context: Context) -> list[Any]:
    """Put the values of an axis into their own order: time, the order of the options, the alphabet; without a value last."""
    present = set(values)
    empty = [None] if None in present else []
    rest = present - {None}
    if axis.buckets is not None or all(isinstance(value, int) and axis.names is None for value in rest):
        return [*sorted(rest), *empty]
    field = axis.column.field
    if isinstance(field, Choice):
        options = {key: place for place, key in enumerate(field.options)}
        return [*sorted(rest, key=lambda value: (options.get(value, len(options)), str(value))), *empty]
    hidden = [HIDDEN] if HIDDEN in rest and axis.names is not None else []
    named = sorted(
        (value for value in rest if value not in hidden),
        key=lambda value: (sort_key(axis.text(value, context)), str(value)),
    )
    return [*named, *hidden, *empty]
