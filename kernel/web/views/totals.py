"""Totals of a list: how its rows spread over the values of a field. A right of its own, `report`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.lists import Filter, ListQuery, ValueCount, countable_columns, totals
from kernel.resources.lists.columns import Column
from kernel.resources.resource import Resource
from kernel.web.current import current, scope
from kernel.web.pages import render
from kernel.web.views.addresses import list_url
from kernel.web.views.lists import chips_of, query_of


@dataclass(frozen=True)
class Line:
    """One value: what it is called, how many rows have it, their share in per cent, and the list of them."""

    text: str
    count: int
    share: int
    url: str | None


def page(resource: Resource) -> ResponseReturnValue:
    """Count the rows of the list as it is narrowed, by a field that the reader chooses."""
    context = current()
    context.require(resource.permission, "report")
    columns = countable_columns(context, resource)
    if not columns:
        raise NotFound()
    wanted = request.args.get("by") or columns[0].key
    query = query_of(resource, request.args).turned(None)
    context = scope().patient()
    found, number = totals(context, resource, query, wanted)
    column = next(column for column in columns if column.key == wanted)
    return render(
        "records/totals.html",
        title=context.text(_("Totals of %(kind)s", kind=resource.plural)),
        list_title=context.text(resource.plural),
        list_url=list_url(resource, query),
        chips=chips_of(context, resource, query),
        search=query.search,
        fields=[(each.key, context.text(each.title)) for each in columns],
        by=wanted,
        by_title=context.text(column.title),
        kept=[(name, value) for name, values in query.to_args().items() for value in values],
        lines=[_line(context, resource, query, column, each, number) for each in found],
        number=number,
        rest=number - sum(each.count for each in found),
    )


def _line(
    context: Context, resource: Resource, query: ListQuery, column: Column, found: ValueCount, number: int
) -> Line:
    text = found.text or context.text(_("Without a value"))
    narrowed = _narrowed(column, found.value)
    url = None
    if narrowed is not None:
        kept = query.without(column.key)
        url = list_url(resource, ListQuery(search=kept.search, filters=(*kept.filters, narrowed)))
    return Line(text, found.count, round(100 * found.count / number) if number else 0, url)


def _narrowed(column: Column, value: Any) -> Filter | None:
    """The filter that gives the rows of a value; None where the field has none for it."""
    operator = "empty" if value is None else "is"
    if operator not in column.field.operators:
        return None
    return Filter(column.key, operator, value)
