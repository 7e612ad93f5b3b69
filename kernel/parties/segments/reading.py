"""Segments as they are read: which the actor sees, and what each finds for him at this moment.

A segment never finds more than its reader's own list would: its filters are read anew with his rights. Where one of them
cannot be read for him, the segment is broken and says why; it is never read without it. Where all that is missing is a
plugin that does not run at the moment, it rests.
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
from kernel.resources.lists import CappedCount, Filter, ListQuery
from kernel.resources.lists.keeping import Resting, refuse_missing, refuse_resting
from kernel.resources.lists.selection import COUNT_CAP, select_rows
from kernel.resources.resource import Resource

LISTS = ("person", "organisation", "party")
"""The resources that segments are of."""
ROLE = "role"
"""Name of the filter whose values may be roles of a plugin."""
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


@dataclass(frozen=True)
class Unread:
    """A segment that cannot be read for the actor: why, and the plugin with which it only rests."""

    reason: LazyText
    rests_with: str = ""


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


def count(context: Context, segment_id: int) -> CappedCount | Unread:
    """Count what a segment finds for the actor, up to a cap, or say why it cannot be read for him."""
    try:
        limited = segment_ids(context, segment_id).limit(COUNT_CAP + 1).subquery()
        with context.session.begin_nested():
            found = context.session.execute(select(func.count()).select_from(limited)).scalar_one()
    except CommandError as error:
        return Unread(error.message, error.plugin if isinstance(error, Resting) else "")
    except DataError:
        return Unread(_("A value in the filters of this list is out of range."))
    return CappedCount(min(found, COUNT_CAP), found > COUNT_CAP)


def nested(filters: Sequence[Filter]) -> set[int]:
    """Give the ids of the segments that filters name."""
    found: set[int] = set()
    for field, _operator, value, _group in filters:
        if field == FIELD:
            found.update(int(one) for one in (value if isinstance(value, tuple) else (value,)))
    return found


def _refuse_missing(context: Context, resource: Resource, saved: Saved) -> None:
    """Say which field is not there for this reader, or which plugin does not run."""
    for field, _operator, value, _group in saved.filters:
        if field == ROLE:
            refuse_resting(context, value if isinstance(value, tuple) else (value,))
    refuse_missing(context, resource, saved.filters)


def _read(context: Context, statement: Select[Any], *, own: bool = False) -> list[Saved]:
    actor = context.actor
    if actor.kind != "system" or own:
        mine = Segment.owner_id == (actor.user_id or 0)
        statement = statement.where(mine if own else or_(Segment.shared, mine))
    with context.system("segments of the reader") as system:
        return [saved_of(row) for row in system.session.execute(statement).scalars()]


def saved_of(row: Segment) -> Saved:
    """Take a stored segment out of its session."""
    filters = tuple(Filter.of_plain(each) for each in row.filters)
    return Saved(row.id, row.name, row.resource, row.search, filters, row.shared, row.owner_id, row.version)
