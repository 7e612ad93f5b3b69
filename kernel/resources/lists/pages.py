"""One page of a list, and how its rows spread over the values of a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import DataError

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Choice, Lookup, YesNo
from kernel.resources.lists.cells import (
    Row,
    Values,
    add_others,
    own_columns,
    own_values,
    read_rows,
    shown_rows,
)
from kernel.resources.lists.columns import Column, chosen_columns, known_columns
from kernel.resources.lists.cursors import Position, bad_cursor, encode
from kernel.resources.lists.filters import Narrowing
from kernel.resources.lists.query import MOST_ROWS, ListQuery
from kernel.resources.lists.selection import CappedCount, Selection, select_rows
from kernel.resources.resource import Resource

MOST_VALUES = 50
"""Values of a field that are counted, the most frequent first."""
FACET_CAP = 50_000
"""Rows that are looked at to count values."""
EVERYTHING = Narrowing()
BEST = "best"
"""What cursors of a search in order of its best hits call this order."""


@dataclass(frozen=True)
class ListPage:
    """One page. Cursors are None at either end. `capped_search` says that the rows are a selection of the hits."""

    rows: Sequence[Row]
    columns: Sequence[Column]
    sort: str
    count: CappedCount
    next_cursor: str | None
    previous_cursor: str | None
    capped_search: bool


@dataclass(frozen=True)
class ValueCount:
    """How many rows have a value; `text` is what it is called, empty where there is none."""

    value: Any
    text: str
    count: int


def page(
    context: Context,
    resource: Resource,
    query: ListQuery,
    *,
    narrow: ColumnElement[bool] | None = None,
    within: Narrowing = EVERYTHING,
) -> ListPage:
    """Give one page of a list; `Invalid` says what in the query cannot be.

    `narrow` is a further condition: the rows of one record on its page, or the bin in a context that lifts it. `within`
    narrows it as well: to one of the groups that the rows stand in.
    """
    columns = chosen_columns(context, resource, query.columns)
    with values_fit():
        narrowed = (*within.conditions, *(() if narrow is None else (narrow,)))
        selection = select_rows(context, resource, query, narrow=narrowed, facets=within.facets)
        selection.check_size()
        limit = min(max(query.limit, 1), MOST_ROWS)
        cut = (
            _ranked(selection, query, limit)
            if selection.ranked
            else _by_keyset(selection, query, limit, columns)
        )
        if cut.values is None:
            rows = read_rows(context, resource, columns, cut.ids)
        else:
            add_others(context, columns, cut.values)
            rows = shown_rows(context, columns, cut.ids, cut.values)
        return ListPage(
            rows=rows,
            columns=columns,
            sort=query.sort or ("" if selection.ranked else selection.order.name),
            count=CappedCount(len(rows), False) if _is_all(selection, query, cut) else selection.count,
            next_cursor=cut.following,
            previous_cursor=cut.previous,
            capped_search=selection.hits is not None and selection.hits.more,
        )


def facet_counts(
    context: Context, resource: Resource, query: ListQuery, field: str
) -> tuple[list[ValueCount], bool]:
    """Count the rows of a list by the values of a choice field, as if it were not filtered by this field.

    The most frequent values, at most 50; the second answer says that there were more rows than are looked at.
    """
    column = _countable(context, resource, field)
    with values_fit():
        selection = select_rows(context, resource, query.without(field))
        counted = _counted(context, selection, column, FACET_CAP + 1)
    return _named(context, column, counted), bool(counted) and counted[0][2] > FACET_CAP


def _can_be_counted(column: Column) -> bool:
    return column.field.in_list and isinstance(column.field, Choice | Lookup | YesNo)


def _countable(context: Context, resource: Resource, field: str) -> Column:
    column = known_columns(context, resource).get(field)
    if column is None or not _can_be_counted(column):
        raise Invalid([Problem(None, _("Values of “%(name)s” cannot be counted.", name=field[:60]))])
    return column


def _counted(context: Context, selection: Selection, column: Column, most: int) -> list[Any]:
    """Count by value, the most frequent first; each row says as well how many there are in all."""
    value = column.field.column(column.model(selection.resource)).label("value")
    joined = [column.facet] if column.facet else []
    rows = selection.rows(value, facets=joined).limit(most).subquery()
    statement = (
        select(rows.c.value, func.count(), func.sum(func.count()).over())
        .group_by(rows.c.value)
        .order_by(func.count().desc(), rows.c.value)
        .limit(MOST_VALUES)
    )
    return list(context.session.execute(statement))


def _named(context: Context, column: Column, counted: Sequence[Any]) -> list[ValueCount]:
    values = [row[0] for row in counted if row[0] is not None]
    if isinstance(column.field, Lookup):
        labels = column.field.labels(values, context) if values else {}
    else:
        labels = {value: column.field.show(value, context) for value in values}
    return [
        ValueCount(value, labels.get(value, "") if value is not None else "", count)
        for value, count, _total in counted
        if value is None or value in labels
    ]


class Cut(NamedTuple):
    """Ids of a page, the cursors before and after it, and what was read of its rows along with them."""

    ids: list[int]
    previous: str | None
    following: str | None
    values: Values | None = None


def _is_all(selection: Selection, query: ListQuery, cut: Cut) -> bool:
    """Whether the page is the whole list: then it need not be counted."""
    return not selection.ranked and selection.hits is None and query.cursor is None and cut.following is None


def _by_keyset(selection: Selection, query: ListQuery, limit: int, columns: Sequence[Column]) -> Cut:
    start = selection.position(query.cursor) if query.cursor else None
    backwards = start is not None and query.direction == "previous"
    along = own_columns(selection.resource, columns) if selection.reads_along else []
    found = selection.fetch_with(along, start, backwards=backwards, limit=limit + 1)
    more = len(found) > limit
    if backwards and not more:
        return _by_keyset(selection, query.turned(None), limit, columns)
    pairs = found[:limit][::-1] if backwards else found[:limit]
    places = [place for place, _read in pairs]
    name = selection.order.name
    first = encode(name, places[0]) if places else query.cursor
    has_previous = more if backwards else start is not None
    has_next = bool(places) and (backwards or more)
    read = ((place.id, row) for place, row in pairs)
    return Cut(
        [place.id for place in places],
        first if has_previous else None,
        encode(name, places[-1]) if has_next else None,
        own_values(selection.resource, columns, read) if along else None,
    )


def _ranked(selection: Selection, query: ListQuery, limit: int) -> Cut:
    ids = selection.hits.ids if selection.hits is not None else ()
    name = BEST
    start = 0
    if query.cursor:
        place = _ranked_place(ids, query.cursor)
        start = place + 1 if query.direction == "next" else max(place - limit, 0)
    shown = list(ids[start : start + limit])

    def cursor(index: int) -> str:
        return encode(name, Position(0, (index,), ids[index]))

    end = start + len(shown)
    return Cut(
        shown,
        cursor(start) if shown and start else None,
        cursor(end - 1) if shown and end < len(ids) else None,
    )


def _ranked_place(ids: Sequence[int], text: str) -> int:
    from kernel.resources.lists.cursors import decode

    position = decode(text, BEST, (int,))
    place: int = position.values[0]
    if 0 <= place < len(ids) and ids[place] == position.id:
        return place
    if position.id in ids:
        return ids.index(position.id)
    if not place >= 0:
        raise bad_cursor()
    return min(place, len(ids)) - 1


@contextmanager
def values_fit() -> Iterator[None]:
    """Say politely what the database says of a filter's value that its column cannot hold, such as a huge number."""
    try:
        yield
    except DataError as error:
        raise Invalid([Problem(None, _("A value in the filters of this list is out of range."))]) from error
