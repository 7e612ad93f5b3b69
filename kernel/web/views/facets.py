"""Fields and values that are suggested while something is typed into the search box of a list: «شهر: تهران»."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.fields import Choice, Lookup, YesNo
from kernel.resources.fields.periods import PERIODS
from kernel.resources.lists import Column, Filter, ListQuery, filter_columns
from kernel.resources.resource import Resource
from kernel.web.current import current
from kernel.web.pages import render
from kernel.web.views.addresses import list_url, with_query

MOST = 12
"""Suggestions at once."""
OF_A_FIELD = 3
"""Values of one field, unless the field is named."""
SHORTEST = 2
"""Letters from which on links are looked up by what was typed alone."""
LONGEST = 100


@dataclass(frozen=True)
class Suggestion:
    """A filter with the address of the list narrowed by it; without a value the field alone, with that of its form."""

    field: str
    value: str
    url: str


def suggest(resource: Resource) -> ResponseReturnValue:
    """Give what could be filtered by: values that fit what was typed, and fields whose name does.

    `field: value` asks for the values of the fields that begin so.
    """
    context = current()
    context.require(resource.permission, "view")
    query = replace(ListQuery.from_args(resource, request.args).turned(None), search="")
    found = list(_suggested(context, resource, query, request.args.get("q", "")[:LONGEST]))
    return render("records/facet_options.html", found=found[:MOST])


def _suggested(context: Context, resource: Resource, query: ListQuery, typed: str) -> Iterator[Suggestion]:
    name, colon, value = typed.replace("：", ":").partition(":")
    wanted = squeeze(name)
    if not wanted:
        return
    columns = [(column, context.text(column.title)) for column in filter_columns(context, resource)]
    named = [pair for pair in columns if squeeze(pair[1]).startswith(wanted)]
    for column, title in named if colon else columns:
        text = value.strip() if colon else typed.strip()
        for key, label in _values(context, column, text, alone=not colon):
            added = Filter(column.key, "is", key)
            narrowed = replace(query, filters=(*query.filters, added))
            yield Suggestion(title, label, list_url(resource, narrowed))
        for key, label in _periods(context, column, text, alone=not colon):
            narrowed = replace(query, filters=(*query.filters, Filter(column.key, "during", key)))
            yield Suggestion(title, label, list_url(resource, narrowed))
        if colon and text and "contains" in column.field.operators:
            narrowed = replace(query, filters=(*query.filters, Filter(column.key, "contains", text)))
            label = context.text(_("contains “%(words)s”", words=text))
            yield Suggestion(title, label, list_url(resource, narrowed))
    base = with_query(f"/{resource.path}/filter", query)
    for column, title in named:
        yield Suggestion(title, "", f"{base}{'&' if '?' in base else '?'}field={column.key}")


def _values(context: Context, column: Column, text: str, *, alone: bool) -> list[tuple[str, str]]:
    """Give values of a field that fit a text, each with its label; `alone` where the field was not named."""
    field, wanted = column.field, squeeze(text)
    if "is" not in field.operators:
        return []
    if isinstance(field, Lookup):
        if alone and len(wanted) < SHORTEST:
            return []
        return [
            (str(number), label)
            for number, label in field.suggest(text, context, OF_A_FIELD if alone else MOST)
        ]
    if isinstance(field, YesNo):
        both = [("1", field.show(True, context)), ("0", field.show(False, context))]
        return [] if alone else [each for each in both if wanted in squeeze(each[1])]
    if isinstance(field, Choice):
        fitting = [each for each in field.choices(context) if wanted in squeeze(each[1])]
        return fitting[:OF_A_FIELD] if alone else fitting
    return []


def _periods(context: Context, column: Column, text: str, *, alone: bool) -> list[tuple[str, str]]:
    """Give the moving periods of a day that fit a text: «تاریخ: این ماه»; of all where the field alone was named."""
    wanted = squeeze(text)
    if "during" not in column.field.operators or (alone and len(wanted) < SHORTEST):
        return []
    offered = [(key, context.text(label)) for key, label in PERIODS.items()]
    fitting = [each for each in offered if wanted in squeeze(each[1])]
    return fitting[:OF_A_FIELD] if alone else fitting
