"""The filters of a list as conditions. Names, operators and operands come from a URL and are refused politely."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import FieldError
from kernel.resources.lists.columns import Column, known_columns, searchable_privately
from kernel.resources.lists.query import MOST_FILTERS, MOST_GROUPS, Filter, ListQuery
from kernel.resources.resource import Facet, Resource

MOST_VALUES = 200
"""Operands of one `any` filter."""


@dataclass(frozen=True)
class Narrowing:
    """Conditions on the rows of a list, and the facets that must be joined for them."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    facets: tuple[Facet, ...] = ()


def filter_columns(context: Context, resource: Resource) -> list[Column]:
    """Give the columns by which this actor may filter."""
    return [
        column
        for column in known_columns(context, resource).values()
        if column.field.filterable and searchable_privately(context, resource, column)
    ]


def narrowing(context: Context, resource: Resource, query: ListQuery) -> Narrowing:
    """Read the filters of a query; `Invalid` names every one that cannot be."""
    _check_number(query)
    offered = {column.key: column for column in filter_columns(context, resource)}
    conditions: dict[int, list[ColumnElement[bool]]] = {}
    facets: list[Facet] = []
    problems: list[Problem] = []
    for item in query.filters:
        column = offered.get(item.field)
        if column is None:
            problems.append(
                Problem(None, _("This list cannot be filtered by “%(name)s”.", name=str(item.field)[:60]))
            )
            continue
        try:
            conditions.setdefault(item.group, []).append(_condition(context, resource, column, item))
        except FieldError as error:
            problems.append(Problem(column.key, error.message))
        if column.facet is not None:
            facets.append(column.facet)
    if problems:
        raise Invalid(problems)
    everywhere = conditions.pop(0, [])
    if conditions:
        everywhere.append(or_(*(and_(*group) for group in conditions.values())))
    return Narrowing(tuple(everywhere), distinct(facets))


def _check_number(query: ListQuery) -> None:
    if len(query.filters) > MOST_FILTERS:
        raise Invalid([Problem(None, _("A list takes %(most)d filters at most.", most=MOST_FILTERS))])
    if len({item.group for item in query.filters} - {0}) > MOST_GROUPS:
        raise Invalid([Problem(None, _("A list takes %(most)d alternatives at most.", most=MOST_GROUPS))])


def distinct(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """Give each facet once."""
    return tuple({facet.plugin: facet for facet in facets}.values())


def _condition(context: Context, resource: Resource, column: Column, item: Filter) -> ColumnElement[bool]:
    field = column.field
    if item.operator not in field.operators:
        raise FieldError(_("%(field)s cannot be filtered in this way.", field=field.title))
    value = item.value
    if item.operator == "any":
        value = list(value) if isinstance(value, list | tuple) else [value]
        if not value or len(value) > MOST_VALUES:
            raise FieldError(
                _("%(field)s: choose 1 to %(most)d values.", field=field.title, most=MOST_VALUES)
            )
    elif item.operator not in ("empty", "filled") and not str(value).strip():
        raise FieldError(_("%(field)s: the filter has no value.", field=field.title))
    return field.condition(column.model(resource), item.operator, value, context)
