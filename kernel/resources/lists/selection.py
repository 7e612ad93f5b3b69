"""The rows of a list: one set of conditions from which page, count, neighbours and export are all made.

Everything runs in the actor's own session, so both walls stand around each statement. Where an actor holds several scopes,
a page is a union of ordered arms, one per scope and each limited to the page: an `OR` of them would have no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from kernel.access.policies import Public
from kernel.access.session import arms
from kernel.fa.errors import FaError
from kernel.resources.context import Context
from kernel.resources.fields import FieldError
from kernel.resources.lists.cursors import Position, decode
from kernel.resources.lists.filters import Narrowing, distinct, narrowing
from kernel.resources.lists.ordering import FREE_SORT_LIMIT, Order, order_of, too_many_to_sort
from kernel.resources.lists.query import ListQuery
from kernel.resources.lists.searching import Finder, Hits, any_of, find, words_of
from kernel.resources.resource import Facet, Resource

SHORTEST_SCAN = 4
"""Digits that a text must have to be looked up as a code."""
COUNT_CAP = 10_000
"""Rows that are counted; a list with more says "10,000+"."""


class CappedCount(NamedTuple):
    """How many rows there are; with `more`, at least one more than `number`."""

    number: int
    more: bool


@dataclass(frozen=True)
class Selection:
    """The rows that a query asks for, in its order."""

    context: Context
    resource: Resource
    narrowing: Narrowing
    order: Order
    hits: Hits | None = None
    """What the search found; the rows are these and no others."""
    scanned: bool = False
    """Whether the search was the whole code of a record, as a reader of cards types it."""
    ranked: bool = False
    """Best hits first, in the order of `hits`, rather than by `order`."""

    def rows(self, *columns: Any, facets: Sequence[Facet] = ()) -> Select[Any]:
        """Make the select of ids and further columns over these rows, with the facets joined that they need."""
        model = self.resource.model
        statement: Select[Any] = select(model.id, *columns).select_from(model)
        for facet in distinct((*self.narrowing.facets, *facets)):
            statement = statement.outerjoin(facet.model, getattr(facet.model, facet.key) == model.id)
        if self.resource.only is not None:
            statement = statement.where(self.resource.only(model))
        if self.hits is not None:
            statement = statement.where(any_of(model.id, self.hits.ids))
        return statement.where(*self.narrowing.conditions)

    @cached_property
    def count(self) -> CappedCount:
        """Count the rows up to a cap, in one statement; nothing is joined that is only shown or sorted by."""
        if self.ranked and self.hits is not None:
            return CappedCount(len(self.hits.ids), self.hits.more)
        cap = COUNT_CAP if self.order.indexed else FREE_SORT_LIMIT
        limited = self.rows().limit(cap + 1).subquery()
        found = self.context.session.execute(select(func.count()).select_from(limited)).scalar_one()
        return CappedCount(min(found, cap), found > cap or (self.hits is not None and self.hits.more))

    def number(self, most: int | None = None) -> int:
        """Count the rows, up to `most` where that is given."""
        if self.ranked and self.hits is not None:
            return len(self.hits.ids) if most is None else min(len(self.hits.ids), most)
        limited = self.rows().limit(most).subquery()
        found: int = self.context.session.execute(select(func.count()).select_from(limited)).scalar_one()
        return found

    def check_size(self) -> None:
        """Raise `Invalid` where the order has no index and the rows are too many for it."""
        if (
            not self.ranked
            and not self.order.indexed
            and self.count.number >= FREE_SORT_LIMIT
            and self.count.more
        ):
            raise too_many_to_sort(self.context, self.resource)

    def position(self, cursor: str) -> Position:
        """Read a cursor of this order; `Invalid` for any other."""
        return decode(cursor, self.order.name, self.order.types)

    def locate(self, record_id: int) -> Position | None:
        """Give the place of a record among the rows; None where it is not one of them."""
        statement = self._ordered_rows().where(self.resource.model.id == record_id)
        row = self.context.session.execute(statement).one_or_none()
        return None if row is None else self._position(row)

    def fetch(self, start: Position | None, *, backwards: bool = False, limit: int) -> list[Position]:
        """Give the places of the next rows behind (or before) `start`; at most two statements."""
        return [place for place, _rest in self.fetch_with((), start, backwards=backwards, limit=limit)]

    @property
    def reads_along(self) -> bool:
        """Whether further columns of a page cost nothing beside its places: one ordered walk along an index."""
        plain = self.order.indexed and self.order.facet is None and not self.narrowing.facets
        return plain and not arms(self.context.session, self.resource.model)

    def fetch_with(
        self, columns: Sequence[Any], start: Position | None, *, backwards: bool = False, limit: int
    ) -> list[tuple[Position, Sequence[Any]]]:
        """Give the places as `fetch` does, each with the values of further columns."""
        found: list[tuple[Position, Sequence[Any]]] = []
        streams = self.order.streams[::-1] if backwards else self.order.streams
        for stream in streams:
            if start is not None and (stream > start.stream if backwards else stream < start.stream):
                continue
            within = start if start is not None and start.stream == stream else None
            wanted = limit - len(found)
            found += self._fetch_stream(stream, columns, within, backwards=backwards, limit=wanted)
            if len(found) >= limit:
                break
        return found

    def fetch_each(self, conditions: Sequence[ColumnElement[bool]], *, limit: int) -> list[list[Position]]:
        """Give the places of the first rows that meet each of several conditions; one statement for all of them."""
        if not conditions:
            return []
        selects: list[Select[Any]] = []
        for place, condition in enumerate(conditions):
            for stream in self.order.streams:
                statement = self._ordered_rows(
                    [literal(place).label("place"), literal(stream).label("stream")]
                )
                in_stream = self.order.in_stream(stream)
                wanted = condition if in_stream is None else condition & in_stream
                clauses = self.order.clauses(self.order.columns(stream), backwards=False)
                selects.append(statement.where(wanted).order_by(*clauses).limit(limit))
        united = union_all(*(select(each.subquery()) for each in selects)).subquery()
        number, *rest = united.c
        terms = rest[: len(self.order.terms)]
        order = self.order.clauses((*terms, number), backwards=False)
        found: list[list[Position]] = [[] for _condition in conditions]
        in_order = select(united).order_by(united.c.place, united.c.stream, *order)
        for row in self.context.session.execute(in_order):
            if len(found[row.place]) < limit:
                found[row.place].append(self._position(row[: 1 + len(terms)]))
        return found

    def _fetch_stream(
        self, stream: int, more: Sequence[Any], start: Position | None, *, backwards: bool, limit: int
    ) -> list[tuple[Position, Sequence[Any]]]:
        statement = self._ordered_rows(more)
        condition = self.order.in_stream(stream)
        if condition is not None:
            statement = statement.where(condition)
        if start is not None:
            statement = statement.where(self.order.beyond(start, backwards=backwards))
        columns = self.order.columns(stream)
        statement = statement.order_by(*self.order.clauses(columns, backwards=backwards)).limit(limit)
        scopes = arms(self.context.session, self.resource.model)
        if scopes:
            statement = self._united([statement.where(scope) for scope in scopes], backwards, limit)
        own = 1 + len(self.order.terms)
        rows = self.context.session.execute(statement)
        return [(self._position(row[:own]), row[own:]) for row in rows]

    def _united(self, selects: Sequence[Select[Any]], backwards: bool, limit: int) -> Select[Any]:
        united = union_all(*(select(each.subquery()) for each in selects)).subquery()
        number, *terms = united.c
        clauses = self.order.clauses((*terms, number), backwards=backwards)
        return select(united).distinct().order_by(*clauses).limit(limit)

    def _ordered_rows(self, more: Sequence[Any] = ()) -> Select[Any]:
        terms = [term.label(f"term_{place}") for place, term in enumerate(self.order.terms)]
        return self.rows(*terms, *more, facets=[self.order.facet] if self.order.facet else [])

    def _position(self, row: Any) -> Position:
        number, *values = row
        return Position(int(self.order.nulls and values[0] is None), tuple(values), number)


def for_looking_up(context: Context, resource: Resource) -> bool:
    """Say whether everybody reads the rows, such as cities; their list and pages are for who may view them."""
    return isinstance(context.runtime.policies.for_model(resource.model), Public)


def select_rows(
    context: Context,
    resource: Resource,
    query: ListQuery,
    *,
    narrow: Sequence[ColumnElement[bool]] = (),
    facets: Sequence[Facet] = (),
    whole: bool = False,
    choosing: bool = False,
) -> Selection:
    """Read a query into a selection; `Invalid` where something in it does not fit.

    `narrow` are further conditions (a record's own rows, the bin) with the `facets` that they read. A search is carried out
    here and capped; with `whole` every hit counts instead, in the order of the list (for exports).
    With `choosing` no right is asked for what is there to be looked up in.
    """
    if not (choosing and for_looking_up(context, resource)):
        context.require(resource.permission, "view")
    narrowed = narrowing(context, resource, query)
    narrowed = Narrowing((*narrowed.conditions, *narrow), distinct((*narrowed.facets, *facets)))
    order = order_of(context, resource, query.sort)
    selection = Selection(context, resource, narrowed, order)
    words = words_of(query.search)
    if words is None:
        return selection
    scanned = _scanned(context, resource, query.search, selection)
    if scanned is not None:
        return replace(selection, hits=Hits((scanned,), False), scanned=True, ranked=True)
    finder = Finder(context, resource, words)
    if whole:
        return replace(
            selection, narrowing=Narrowing((*narrowed.conditions, finder.condition()), narrowed.facets)
        )
    terms = () if query.sort else order.terms
    hits = find(context.session, finder, selection.rows, terms, descending=order.descending)
    return replace(selection, hits=hits, ranked=not query.sort)


def _scanned(context: Context, resource: Resource, text: str, selection: Selection) -> int | None:
    """Give the record whose code was typed whole, as readers of cards do; None where there is none among the rows."""
    name = resource.search.scan if resource.search is not None else None
    if name is None or sum(letter.isdigit() for letter in text) < SHORTEST_SCAN:
        return None
    field = resource.by_name[name]
    if field.private and not context.runtime.may_search_private(context, resource):
        return None
    if not context.runtime.may_see_field(context, resource, field):
        return None
    try:
        code = field.parse(text, context)
    except (FieldError, FaError):
        return None
    statement = selection.rows().where(field.column(resource.model) == code).limit(1)
    return context.session.execute(statement).scalar_one_or_none()
