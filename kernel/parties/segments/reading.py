"""Segments as they are read: which the actor sees, and what each finds for him at this moment.

A segment never finds more than its reader's own list would: its filters are read anew with his rights. Where one of them
cannot be read for him, the segment is broken and says why; it is never read without it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import DataError

from kernel.i18n import LazyText, _
from kernel.parties.models import Segment
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Invalid, NotFound, Problem
from kernel.resources.fields import Lookup
from kernel.resources.lists import CappedCount, Filter, ListQuery, filter_columns
from kernel.resources.lists.selection import COUNT_CAP, select_rows
from kernel.resources.resource import Resource

LISTS = ("person", "organisation", "party")
"""The resources that segments are of."""
FIELD = "segment"
"""Name of the filter by which lists are narrowed to segments."""
MOST_NESTED = 8
CIRCLE = _("This segment refers to itself through others.")

_being_read: ContextVar[tuple[int, ...]] = ContextVar("segments being read", default=())


@dataclass(frozen=True)
class Saved:
    """A segment as it is stored; a plain value that crosses sessions."""

    id: int
    name: str
    resource: str
    search: str
    filters: tuple[Filter, ...]
    shared: bool
    owner_id: int
    version: int

    @property
    def query(self) -> ListQuery:
        """The list that it stands for."""
        return ListQuery(search=self.search, filters=self.filters)


def visible_segments(
    context: Context, resources: Collection[str] = LISTS, *, own: bool = False
) -> list[Saved]:
    """Give the actor's own segments and, but for `own`, the shared ones, of these resources in the order of the alphabet."""
    statement = (
        select(Segment).where(Segment.resource.in_(list(resources))).order_by(Segment.sort_key, Segment.id)
    )
    return _read(context, statement, own=own)


def find_segment(context: Context, segment_id: int) -> Saved:
    """Give a segment that the actor sees; `NotFound` for one that is not there or not for him."""
    found = _read(context, select(Segment).where(Segment.id == segment_id))
    if not found:
        raise NotFound()
    return found[0]


def segment_ids(context: Context, segment_id: int) -> Select[Any]:
    """Build the query for the ids of the parties that a segment finds for the actor now.

    For use in `where(model.id.in_(…))` of the same session. `Invalid` says why the segment is broken for him.
    """
    saved = find_segment(context, segment_id)
    above = _being_read.get()
    if segment_id in above or len(above) >= MOST_NESTED:
        raise Invalid([Problem(None, CIRCLE)])
    resource = context.runtime.resources.get(saved.resource)
    if resource is None:
        raise Invalid([Problem(None, _("The list of this segment does not run on this site."))])
    _refuse_missing(context, resource, saved)
    token = _being_read.set((*above, segment_id))
    try:
        return select_rows(context, resource, saved.query, whole=True).rows()
    finally:
        _being_read.reset(token)


def count(context: Context, segment_id: int) -> CappedCount | LazyText:
    """Count what a segment finds for the actor, up to a cap; a text says why it is broken for him."""
    try:
        limited = segment_ids(context, segment_id).limit(COUNT_CAP + 1).subquery()
        with context.session.begin_nested():
            found = context.session.execute(select(func.count()).select_from(limited)).scalar_one()
    except CommandError as error:
        return error.message
    except DataError:
        return _("A value in the filters of this list is out of range.")
    return CappedCount(min(found, COUNT_CAP), found > COUNT_CAP)


def nested(filters: Sequence[Filter]) -> set[int]:
    """Give the ids of the segments that filters name."""
    found: set[int] = set()
    for field, _operator, value in filters:
        if field == FIELD:
            found.update(int(one) for one in (value if isinstance(value, tuple) else (value,)))
    return found


def _refuse_missing(context: Context, resource: Resource, saved: Saved) -> None:
    """Say which field is not there for this reader, and that its plugin does not run where that is the reason."""
    offered = {column.key: column for column in filter_columns(context, resource)}
    for field, _operator, value in saved.filters:
        if field not in offered:
            plugin, dot, _rest = field.partition(".")
            if dot and plugin not in context.plugins:
                problem = _("Its filter “%(field)s” belongs to a plugin that does not run now.", field=field)
            else:
                problem = _("Its filter “%(field)s” is gone, or you may not use it.", field=field)
            raise Invalid([Problem(None, problem)])
        if isinstance(offered[field].field, Lookup):
            # By number only: a name that happens to read like the number of a record that is gone must not stand in for it.
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(isinstance(one, int) or one == "" for one in numbers):
                raise Invalid([Problem(None, _("Its filter “%(field)s” cannot be read.", field=field))])


def _read(context: Context, statement: Select[Any], *, own: bool = False) -> list[Saved]:
    actor = context.actor
    if actor.kind != "system" or own:
        mine = Segment.owner_id == (actor.user_id or 0)
        statement = statement.where(mine if own else or_(Segment.shared, mine))
    with context.system("segments of the reader") as system:
        return [saved_of(row) for row in system.session.execute(statement).scalars()]


def saved_of(row: Segment) -> Saved:
    """Take a stored segment out of its session."""
    filters = tuple(
        Filter(field, operator, tuple(value) if isinstance(value, list) else value)
        for field, operator, value in row.filters
    )
    return Saved(row.id, row.name, row.resource, row.search, filters, row.shared, row.owner_id, row.version)
