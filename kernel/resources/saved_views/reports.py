"""Reports under a name: in which form they are kept, and what one asks when its reader opens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kernel.resources.context import Context
from kernel.resources.lists.keeping import kept_filters, refuse_missing, refuse_resting, try_out
from kernel.resources.reports import Definition
from kernel.resources.reports.definition import EVERYTHING
from kernel.resources.reports.plans import plan_of
from kernel.resources.resource import Resource
from kernel.resources.saved_views.reading import View

ACTIONS = ("report",)


@dataclass(frozen=True)
class Kept:
    """A report in the form in which it is kept: what narrows the rows apart from the rest of its address."""

    search: str
    filters: list[list[Any]]
    report: Mapping[str, Any]


def kept_report(context: Context, resource: Resource, arguments: Mapping[str, Sequence[str]]) -> Kept:
    """Read the arguments of a report's address; `Invalid` for one that could not be run for the actor."""
    definition = Definition.from_args(resource, arguments)
    plan_of(context, resource, definition, ACTIONS)
    try_out(context, resource, definition.query)
    filters = kept_filters(context, resource, definition.query.filters)
    return Kept(definition.query.search, filters, replace(definition, query=EVERYTHING).to_args())


def definition_of(resource: Resource, view: View) -> Definition:
    """Give what a kept report asks, unchecked."""
    return replace(Definition.from_args(resource, view.report), query=view.query)


def open_report(context: Context, resource: Resource, view: View) -> Definition:
    """Read a kept report with the rights of its reader.

    Raises `Invalid` where a filter, a group or a figure is not there for him: what is left would be another report.
    """
    definition = definition_of(resource, view)
    groups = [*definition.groups, *([definition.across] if definition.across else [])]
    keys = [*(group.key for group in groups), *(measure.key for measure in definition.measures)]
    refuse_resting(context, [*keys, definition.dated])
    refuse_missing(context, resource, definition.query.filters)
    plan_of(context, resource, definition, ACTIONS)
    try_out(context, resource, definition.query)
    return definition
