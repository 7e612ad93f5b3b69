"""By which columns an actor may put rows together, and of which he may ask for sums."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import (
    Choice,
    Choices,
    Day,
    Decimal,
    Field,
    Instant,
    Lookup,
    Minutes,
    Whole,
    YesNo,
)
from kernel.resources.fields.gathered import Gathered
from kernel.resources.fields.masked import MaskedField
from kernel.resources.lists.columns import Column, known_columns, searchable_privately
from kernel.resources.reports.buckets import UNITS
from kernel.resources.reports.definition import FUNCTIONS, Definition, Group, Measure
from kernel.resources.resource import Resource

NUMBERS = (Whole, Decimal, Minutes)
DATES = (Day, Instant)


def reported_columns(context: Context, resource: Resource) -> dict[str, Column]:
    """Give the columns of which this actor may ask anything in a report, by key.

    What is masked for him is not among them, since groups would tell it, nor what he may not search by.
    """
    return {
        key: column
        for key, column in known_columns(context, resource).items()
        if column.field.in_list
        and not isinstance(column.field, MaskedField | Gathered)
        and column.field.stored_in(column.model(resource))
        and searchable_privately(context, resource, column)
    }


def groupable(field: Field) -> bool:
    """Say whether rows can be put together by a kind of field: choices, links, yes and no, short texts, days, moments."""
    if isinstance(field, Choices):
        return False
    return isinstance(field, Choice | Lookup | YesNo | Day | Instant) or field.kind in (
        "text",
        "code",
        "whole",
    )


def group_columns(context: Context, resource: Resource) -> dict[str, Column]:
    """Give the columns that rows can be put together by."""
    found = reported_columns(context, resource)
    return {key: column for key, column in found.items() if groupable(column.field)}


def measure_columns(context: Context, resource: Resource) -> dict[str, Column]:
    """Give the columns of which there are sums and averages."""
    found = reported_columns(context, resource)
    return {key: column for key, column in found.items() if isinstance(column.field, NUMBERS)}


def dated_columns(context: Context, resource: Resource) -> dict[str, Column]:
    """Give the columns by which a report can be of some time alone."""
    found = reported_columns(context, resource)
    return {key: column for key, column in found.items() if isinstance(column.field, DATES)}


def check_group(columns: Mapping[str, Column], group: Group) -> Column:
    """Give the column of a group; `Invalid` for one that is not there for this actor."""
    column = columns.get(group.key)
    if column is None or not groupable(column.field):
        raise Invalid(
            [Problem("group", _("Rows cannot be put together by “%(name)s”.", name=group.key[:60]))]
        )
    dated = isinstance(column.field, DATES)
    if group.unit not in UNITS if dated else group.unit:
        raise Invalid(
            [Problem("group", _("%(field)s cannot be put together in this way.", field=column.title))]
        )
    return column


def check_measure(columns: Mapping[str, Column], measure: Measure) -> Column | None:
    """Give the column of a figure, None where it counts rows; `Invalid` for one that is not there for this actor."""
    if measure.function == "count":
        return None
    column = columns.get(measure.key)
    if column is None or measure.function not in FUNCTIONS:
        raise Invalid([Problem("figure", _("There is no such figure of “%(name)s”.", name=measure.key[:60]))])
    fits = {
        "sum": isinstance(column.field, NUMBERS),
        "avg": isinstance(column.field, NUMBERS),
        "min": isinstance(column.field, (*NUMBERS, *DATES)),
        "max": isinstance(column.field, (*NUMBERS, *DATES)),
        "distinct": groupable(column.field),
    }
    if not fits[measure.function]:
        raise Invalid(
            [
                Problem(
                    "figure",
                    _(
                        "Of %(field)s there is no figure “%(figure)s”.",
                        field=column.title,
                        figure=FUNCTIONS[measure.function],
                    ),
                )
            ]
        )
    return column


def used_columns(context: Context, resource: Resource, definition: Definition) -> list[Column]:
    """Give the columns whose values a report shows."""
    found = reported_columns(context, resource)
    groups = [*definition.groups, *([definition.across] if definition.across else [])]
    keys = [group.key for group in groups] + [measure.key for measure in definition.measures if measure.key]
    return [found[key] for key in dict.fromkeys(keys) if key in found]
