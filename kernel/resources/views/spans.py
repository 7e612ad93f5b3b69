"""Records that last from one time to another, for calendars and timelines: what lies in some days, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from kernel.fa.clock import day_bounds
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import Choice, Day, Lookup
from kernel.resources.fields.tones import tone_of
from kernel.resources.lists import ListQuery
from kernel.resources.lists.cells import Row, read_rows
from kernel.resources.lists.columns import Column
from kernel.resources.lists.selection import select_rows
from kernel.resources.reports.values import Axis, axis_of
from kernel.resources.resource import Resource
from kernel.resources.views.boards import Lane, key_of, lanes_of
from kernel.resources.views.declaration import Spanned
from kernel.resources.views.moving import label_column, shown_fields, usable

MOST = 2_000
"""Entries that one page reads; the rest is told of."""
MOST_GROUPS = 60
USUAL_GROUPS = 12
"""Groups that are shown although nothing is in them, so that something can be put there."""
USUAL_LENGTH = timedelta(minutes=30)
"""How long an entry is drawn that has no end."""
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One record in time, in the site's zone. `ends` is the moment behind its last, of whole days the midnight behind."""

    row: Row
    starts: datetime
    ends: datetime
    group: str
    tone: str
    endless: bool
    """Whether it has no end of its own."""

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that it touches."""
        last = self.ends - timedelta(microseconds=1) if self.ends > self.starts else self.ends
        return self.starts.date(), last.date()

    def touches(self, day: date) -> bool:
        """Say whether a part of it lies on a day."""
        first, last = self.days
        return first <= day <= last


@dataclass(frozen=True)
class SpanPage:
    """The entries of some days in the order of their beginnings, and the groups in which they stand."""

    entries: Sequence[Entry]
    groups: Sequence[Lane]
    columns: Sequence[Column]
    label: Column | None
    whole_days: bool
    more: bool

    def on(self, day: date) -> list[Entry]:
        """Give the entries that touch a day."""
        return [entry for entry in self.entries if entry.touches(day)]


def read_spans(
    context: Context, resource: Resource, view: Spanned, query: ListQuery, first: date, last: date
) -> SpanPage:
    """Read what lies in the days from `first` to `last`; `Invalid` says what in the query cannot be."""
    known = usable(context, resource)
    if view.start not in known:
        raise NotFound()
    bare = replace(query.turned(None), sort=query.sort or resource.default_sort.name)
    start, end = known[view.start], known.get(view.end)
    within = _within(context, resource, view, start, end, first, last)
    selection = select_rows(context, resource, bare, narrow=(within,))
    model = resource.model
    axis = None
    if view.by in known:
        axis = axis_of(context, selection, known[view.by], known[view.by].field.column(model))
    columns = [
        start.field.column(model).label("starts"),
        *([] if end is None else [end.field.column(model).label("ends")]),
        *([] if axis is None else [axis.expression.label("grouped")]),
    ]
    statement = selection.rows(*columns).order_by(start.field.column(model), model.id).limit(MOST + 1)
    found = list(context.session.execute(statement))
    taken = {view.start, view.end, view.by, view.tone, view.label}
    label = label_column(context, resource, view)
    shown = shown_fields(context, resource, view, taken | ({label.key} if label else set()))
    tone = known.get(view.tone)
    named = [column for column in (label, tone) if column is not None and column not in shown]
    rows = {
        row.id: row
        for row in read_rows(context, resource, [*named, *shown], [row[0] for row in found[:MOST]])
    }
    entries = [
        _entry(context, rows[each[0]], each, end, axis, tone) for each in found[:MOST] if each[0] in rows
    ]
    return SpanPage(
        entries=entries,
        groups=_groups(context, query, axis, {each[-1] for each in found} if axis else set()),
        columns=shown,
        label=label,
        whole_days=isinstance(start.field, Day),
        more=len(found) > MOST,
    )


def span_of(context: Context, view: Spanned, resource: Resource, record: Any) -> tuple[Any, Any]:
    """Give beginning and end as a record has them; None where there is none, or the field is kept from the reader."""
    known = usable(context, resource)
    start = known[view.start].field.value_of(record)
    return start, known[view.end].field.value_of(record) if view.end in known else None


def _within(
    context: Context,
    resource: Resource,
    view: Spanned,
    start: Column,
    end: Column | None,
    first: date,
    last: date,
) -> ColumnElement[bool]:
    """Build "a part of it lies in these days"."""
    begins: Any = start.field.column(resource.model)
    whole = isinstance(start.field, Day)
    lower: Any = first if whole else day_bounds(first, context.time_zone)[0]
    upper: Any = last if whole else day_bounds(last, context.time_zone)[1]
    before = begins <= upper if whole else begins < upper
    if end is None:
        return and_(before, begins >= lower)
    ends: Any = end.field.column(resource.model)
    lasts = func.coalesce(ends, begins) >= lower if whole else or_(begins >= lower, ends > lower)
    bounded = [begins >= lower - timedelta(days=view.longest)] if view.longest else []
    return and_(before, lasts, *bounded)


def _entry(
    context: Context, row: Row, found: Any, end: Column | None, axis: Axis | None, tone: Column | None
) -> Entry:
    stored_end = found[2] if end is not None else None
    starts, ends = _moment(context, found[1]), None
    if stored_end is not None:
        ends = _moment(context, stored_end)
        if not isinstance(stored_end, datetime):
            ends += ONE
    elif not isinstance(found[1], datetime):
        ends = starts + ONE
    return Entry(
        row=row,
        starts=starts,
        ends=max(ends, starts) if ends is not None else starts + USUAL_LENGTH,
        group=key_of(axis, found[-1]) if axis is not None else "",
        tone=tone_of(context, tone.field, row.cells.get(tone.key)) if tone is not None else "",
        endless=stored_end is None,
    )


def _moment(context: Context, value: Any) -> datetime:
    """A stored moment in the site's zone, or the midnight with which a day begins; without the zone, as clocks show it."""
    if isinstance(value, datetime):
        return value.astimezone(context.time_zone).replace(tzinfo=None)
    return datetime.combine(value, time())


def _groups(context: Context, query: ListQuery, axis: Axis | None, present: set[Any]) -> list[Lane]:
    """Give the groups in their order: those with entries, and some more where entries could be put."""
    if axis is None:
        return [Lane("", None, "")]
    item = axis.column.field
    wanted = _filtered(context, query, axis)
    usual: Mapping[Any, str]
    if isinstance(item, Choice):
        usual = {item.parse(key, context): title for key, title in item.choices(context)}
    else:
        assert isinstance(item, Lookup)
        usual = dict(item.suggest("", context, USUAL_GROUPS if wanted is None else MOST_GROUPS))
    groups = [
        Lane(str(value), value, title)
        for value, title in usual.items()
        if wanted is None or value in wanted or value in present
    ]
    known = {group.value for group in groups}
    return [*groups, *lanes_of(context, axis, present - known)][:MOST_GROUPS]


def _filtered(context: Context, query: ListQuery, axis: Axis) -> set[Any] | None:
    """The values to which the list is narrowed; None where it is not."""
    item = axis.column.field
    for each in query.filters:
        if each.group == 0 and each.field == axis.column.key and each.operator in ("is", "any"):
            values = each.value if isinstance(each.value, list | tuple) else (each.value,)
            return {item.parse(value, context) for value in values}
    return None
