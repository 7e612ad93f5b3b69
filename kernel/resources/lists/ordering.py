"""The order of a list as something that pages by keyset: terms, the id at the end, and rows without a value apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, TypeDecorator, literal, tuple_

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.lists.columns import Column, known_columns, searchable_privately
from kernel.resources.lists.cursors import Position
from kernel.resources.resource import NEWEST, Facet, Resource, Sort

FREE_SORT_LIMIT = 50_000
"""Rows up to which a list is sorted by what no index backs."""

SORTABLE = (str, int, bool, date, datetime, time, Decimal)


@dataclass(frozen=True)
class Order:
    """An order of rows. `name` says it in a URL; `terms` are compared one after the other, then `id`.

    With `nulls` the first term may be empty: rows with a value come first, then those without, as a second stream,
    whichever way the order is turned. `indexed` orders serve lists of any size.
    """

    name: str
    terms: tuple[ColumnElement[Any], ...]
    id: Any
    descending: bool = False
    nulls: bool = False
    indexed: bool = True
    facet: Facet | None = None

    def columns(self, stream: int) -> tuple[ColumnElement[Any], ...]:
        """Give what rows of a stream are compared by: the terms, then the id, of the facet where its index ends in it."""
        if self.facet is not None and stream == 0:
            return (*self.terms, getattr(self.facet.model, self.facet.key))
        return (*self.terms, self.id)

    @property
    def types(self) -> tuple[type[Any], ...]:
        """The types of the terms' values."""
        return tuple(python_type(term) for term in self.terms)

    @property
    def streams(self) -> tuple[int, ...]:
        """Streams in order: 0 rows with a value, 1 rows without."""
        return (0, 1) if self.nulls else (0,)

    def in_stream(self, stream: int) -> ColumnElement[bool] | None:
        """Build the condition of a stream; None where it needs none."""
        if not self.nulls:
            return None
        return self.terms[0].is_(None) if stream else self.terms[0].is_not(None)

    def beyond(self, position: Position, *, backwards: bool) -> ColumnElement[bool]:
        """Build the condition of rows behind (or, backwards, before) a position of the same stream."""
        first = position.stream
        columns = self.columns(position.stream)[first:]
        values = (*position.values[first:], position.id)
        bound = [literal(value, column.type) for column, value in zip(columns, values, strict=True)]
        row, place = tuple_(*columns), tuple_(*bound)
        condition: ColumnElement[bool] = row < place if self.descending != backwards else row > place
        return condition

    def clauses(self, columns: Sequence[ColumnElement[Any]], *, backwards: bool) -> list[ColumnElement[Any]]:
        """Build `ORDER BY` over given columns: those of the terms and of the id, or what a subquery calls them."""
        if self.descending != backwards:
            return [column.desc() for column in columns]
        return [column.asc() for column in columns]


def sort_choices(context: Context, resource: Resource) -> list[tuple[str, LazyText]]:
    """Give the declared sorts that the actor may choose: name and title."""
    return [(sort.name, sort.title) for sort in declared_sorts(context, resource).values()]


def declared_sorts(context: Context, resource: Resource) -> dict[str, Sort]:
    """Give the declared sorts by name, private ones only to those who may search such fields, none by one kept from him."""
    allowed = context.runtime.may_search_private(context, resource)
    closed = {
        item.attribute
        for item in resource.fields
        if context.actor.fields and not context.runtime.may_see_field(context, resource, item)
    }
    found = {
        sort.name: sort
        for sort in resource.sorts
        if (allowed or not sort.private) and closed.isdisjoint(sort.columns)
    }
    return found or {NEWEST.name: NEWEST}


def order_of(context: Context, resource: Resource, name: str) -> Order:
    """Give the order called `name` (see `ListQuery.sort`); `Invalid` for one that is not there for this actor."""
    sorts = declared_sorts(context, resource)
    if not name:
        return _declared(resource, next(iter(sorts.values())), turned=False)
    turned = name.startswith("-")
    bare = name.removeprefix("-")
    if bare in sorts:
        return _declared(resource, sorts[bare], turned=turned)
    column = known_columns(context, resource).get(bare)
    if column is not None and column.field.in_list and searchable_privately(context, resource, column):
        order = _by_column(context, resource, column, descending=turned)
        if order is not None:
            return order
    raise Invalid([Problem(None, _("This list cannot be sorted by “%(name)s”.", name=bare[:60]))])


def may_sort(context: Context, resource: Resource, column: Column) -> bool:
    """Say whether the heading of a column is a link that sorts."""
    return (
        column.field.in_list
        and searchable_privately(context, resource, column)
        and _by_column(context, resource, column, descending=False) is not None
    )


def too_many_to_sort(context: Context, resource: Resource) -> Invalid:
    """Make the refusal of an order that no index backs."""
    titles = "، ".join(context.text(title) for _name, title in sort_choices(context, resource))
    return Invalid(
        [
            Problem(
                None,
                _(
                    "So many rows cannot be sorted by this column. Filter the list to %(limit)d rows or fewer,"
                    " or sort it by: %(sorts)s",
                    limit=FREE_SORT_LIMIT,
                    sorts=titles,
                ),
            )
        ]
    )


def _declared(resource: Resource, sort: Sort, *, turned: bool) -> Order:
    model = resource.model
    terms = tuple(getattr(model, name) for name in sort.columns if name != "id")
    return Order(
        name=f"-{sort.name}" if turned else sort.name,
        terms=terms,
        id=model.id,
        descending=sort.descending != turned,
        nulls=sort.nulls,
    )


def _by_column(context: Context, resource: Resource, column: Column, *, descending: bool) -> Order | None:
    attribute: Any = column.field.column(column.model(resource))
    term = column.field.order(attribute, context)
    if term is None or python_type(term) not in SORTABLE:
        return None
    facet = column.facet
    plain = term is attribute
    filled = facet is None and plain and column.field.always_filled(resource.model)
    return Order(
        name=f"-{column.key}" if descending else column.key,
        terms=(term,),
        id=resource.model.id,
        descending=descending,
        nulls=not filled,
        indexed=plain and facet is not None and column.field.name in facet.sorts,
        facet=facet,
    )


def python_type(term: ColumnElement[Any]) -> type[Any]:
    """Give the type of the values of an expression; `object` where it has none that is known."""
    kind: Any = term.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    try:
        found: type[Any] = kind.python_type
    except NotImplementedError:
        return object
    return found
