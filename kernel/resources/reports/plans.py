"""A definition is read for one actor: its columns are there, and he may ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields.periods import Span
from kernel.resources.lists.columns import Column
from kernel.resources.reports.columns import check_group, check_measure, dated_columns, reported_columns
from kernel.resources.reports.definition import CHARTS, ORDERS, SHARES, Definition, Group, Measure
from kernel.resources.reports.spans import COMPARISONS, compared_span, period_span
from kernel.resources.resource import Resource


@dataclass(frozen=True)
class Plan:
    """A definition that was read: its columns are there, and this actor may use them."""

    resource: Resource
    definition: Definition
    groups: tuple[tuple[Group, Column], ...]
    measures: tuple[tuple[Measure, Column | None], ...]
    dated: Column | None
    span: Span | None
    before: Span | None
    actions: tuple[str, ...]

    @property
    def columns(self) -> list[Column]:
        """Every column that the statement reads."""
        found = [column for _group, column in self.groups]
        found += [column for _measure, column in self.measures if column is not None]
        return [*found, self.dated] if self.dated is not None else found


def plan_of(context: Context, resource: Resource, definition: Definition, actions: Sequence[str]) -> Plan:
    """Read a definition for this actor; `Invalid` names what in it is not there for him.

    `actions` are what he must be allowed to do with a row for it to count.
    """
    columns = reported_columns(context, resource)
    wanted = [*definition.groups, *([definition.across] if definition.across else [])]
    groups = tuple((group, check_group(columns, group)) for group in wanted)
    measures = tuple((measure, check_measure(columns, measure)) for measure in definition.measures)
    for name, value, known in (
        ("chart", definition.chart, CHARTS),
        ("order", definition.order, ORDERS),
        ("shares", definition.shares, SHARES),
        ("compared", definition.compared, COMPARISONS),
    ):
        if value not in known:
            raise Invalid([Problem(name, _("There is no such choice: “%(name)s”.", name=value[:40]))])
    dated, span, before = None, None, None
    if definition.dated:
        dated = dated_columns(context, resource).get(definition.dated)
        if dated is None:
            raise Invalid(
                [Problem("dated", _("There is no day “%(name)s” in this list.", name=definition.dated[:60]))]
            )
        span = period_span(definition.period, context.today, context.site.fiscal_start)
        before = compared_span(span, definition.compared) if definition.compared else None
    return Plan(resource, definition, groups, measures, dated, span, before, tuple(actions))
