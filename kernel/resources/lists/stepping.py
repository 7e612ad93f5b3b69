"""Where a record stands in a list: what comes before and after it, at which place, and on which page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from kernel.resources.context import Context
from kernel.resources.lists.cursors import Position, encode
from kernel.resources.lists.filters import Narrowing
from kernel.resources.lists.pages import BEST, EVERYTHING, values_fit
from kernel.resources.lists.query import MOST_ROWS, ListQuery
from kernel.resources.lists.selection import CappedCount, Selection, select_rows
from kernel.resources.resource import Resource

MOST_COUNTED = 1_000
"""Rows that are counted to say which one a record is; in a longer list only its neighbours are told."""


@dataclass(frozen=True)
class Standing:
    """A record's place in a list. `number` counts from 1, None where it is too far down to be counted."""

    before: int | None
    after: int | None
    number: int | None
    count: CappedCount
    page: ListQuery
    """The list at the page that shows the record; where it is too far down, the page that begins with it."""


def standing(
    context: Context,
    resource: Resource,
    query: ListQuery,
    record_id: int,
    within: Narrowing = EVERYTHING,
) -> Standing | None:
    """Give where a record stands in a list, whatever page of it the query asks for; None where it is not in it.

    `within` is the group of the list in which it is looked for. Raises `Invalid` where the list cannot be read.
    """
    limit = min(max(query.limit, 1), MOST_ROWS)
    with values_fit():
        selection = select_rows(context, resource, query, narrow=within.conditions, facets=within.facets)
        selection.check_size()
        if selection.ranked and selection.hits is not None:
            return _among_hits(selection.hits.ids, query, limit, record_id)
        place = selection.locate(record_id)
        if place is None:
            return None
        earlier = _number_before(selection, place)
        offset = 0 if earlier is None else earlier % limit
        before = selection.fetch(place, backwards=True, limit=offset + 1)
        after = selection.fetch(place, limit=1)
        page = query.turned(None)
        if len(before) > offset:
            page = query.turned(encode(selection.order.name, before[offset]))
        found = selection.number(MOST_COUNTED + 1)
    return Standing(
        before=before[0].id if before else None,
        after=after[0].id if after else None,
        number=None if earlier is None else earlier + 1,
        count=CappedCount(min(found, MOST_COUNTED), found > MOST_COUNTED),
        page=page,
    )


def _number_before(selection: Selection, place: Position) -> int | None:
    """Count the rows before a place; None where they are too many."""
    order = selection.order
    within = and_(_in_stream(selection, place.stream), order.beyond(place, backwards=True))
    earlier = [_in_stream(selection, stream) for stream in order.streams if stream < place.stream]
    rows = selection.rows(facets=[order.facet] if order.facet else [])
    limited = rows.where(or_(within, *earlier)).limit(MOST_COUNTED).subquery()
    found: int = selection.context.session.execute(select(func.count()).select_from(limited)).scalar_one()
    return found if found < MOST_COUNTED else None


def _in_stream(selection: Selection, stream: int) -> ColumnElement[bool]:
    condition = selection.order.in_stream(stream)
    return true() if condition is None else condition


def _among_hits(ids: Sequence[int], query: ListQuery, limit: int, record_id: int) -> Standing | None:
    if record_id not in ids:
        return None
    place = ids.index(record_id)
    start = place - place % limit
    page = query.turned(None)
    if start:
        page = query.turned(encode(BEST, Position(0, (start - 1,), ids[start - 1])))
    return Standing(
        before=ids[place - 1] if place else None,
        after=ids[place + 1] if place + 1 < len(ids) else None,
        number=place + 1,
        count=CappedCount(len(ids), False),
        page=page,
    )
