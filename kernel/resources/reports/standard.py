"""Reports that come with the product or a plugin: declared in the words of a report's address, checked at boot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.fields.gathered import Gathered
from kernel.resources.lists import ListQuery
from kernel.resources.lists.columns import Column
from kernel.resources.parts import kernel_parts
from kernel.resources.reports.columns import DATES, check_group, check_measure
from kernel.resources.reports.definition import CHARTS, Definition
from kernel.resources.reports.plans import plan_of
from kernel.resources.reports.spans import COMPARISONS, period_span
from kernel.resources.resource import Facet, Resource

ANY_DAY = date(2026, 3, 21)
"""Periods are read for this day when a declaration is checked."""


@dataclass(frozen=True, kw_only=True)
class StandardReport:
    """A report on a list that is there from the beginning; opened, it is a report like any other and can be changed.

    `groups`, `across` and `figures` are written as in the address of a report: `starts_at:month`, `sum:price`,
    `count::share`. `filters` are those of the list: `{"state.is": "done"}`.
    """

    key: str
    """Stable, unique within the plugin."""
    title: LazyText | str
    resource: str
    """Name of the resource: one of the plugin's own, of the kernel, or of another plugin (shown while that one runs)."""
    groups: Sequence[str] = ()
    figures: Sequence[str] = ("count:",)
    across: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    dated: str = ""
    period: str = ""
    compared: str = ""
    chart: str = ""
    largest_first: bool = False
    order: int = 500

    def arguments(self) -> dict[str, list[str]]:
        """Give the arguments of its address."""
        single = {
            "across": self.across,
            "dated": self.dated,
            "period": self.period,
            "compared": self.compared,
            "chart": self.chart,
            "order": "most" if self.largest_first else "",
        }
        found = {f"f.{name}": [value] for name, value in self.filters.items()}
        found.update({name: [value] for name, value in single.items() if value})
        return {**found, "group": list(self.groups), "figure": list(self.figures)}

    def definition(self, resource: Resource) -> Definition:
        """Give what it asks."""
        return Definition.from_args(resource, self.arguments())


@dataclass(frozen=True)
class Offered:
    """A standard report with the plugin that it is from, empty for the kernel."""

    plugin: str
    report: StandardReport

    @property
    def name(self) -> str:
        """Its name on this site: `medical.by_doctor`, `kernel.persons_by_province`."""
        return f"{self.plugin or 'kernel'}.{self.report.key}"


def standard_reports(context: Context) -> list[Offered]:
    """Give the standard reports that the actor can open, in their order: what he may not see in one keeps it from him."""
    declared = context.runtime.declared
    found = [Offered("", each) for part in declared.parts for each in part.ask("reports", {}) or ()]
    found += [Offered(answer.plugin, answer.value) for answer in declared.declarations.of("reports")]
    return [each for each in sorted(found, key=lambda one: one.report.order) if _opens(context, each.report)]


def _opens(context: Context, report: StandardReport) -> bool:
    resource = context.runtime.resources.get(report.resource)
    if resource is None or not context.may(resource.permission, "report"):
        return False
    try:
        plan_of(context, resource, report.definition(resource), ("report",))
    except Invalid:
        return False
    return True


def unsound_reports(
    plugin: str, reports: Iterable[StandardReport], own: Iterable[Resource], facets: Iterable[Facet]
) -> LazyText | None:
    """Give the reason why one of a plugin's reports could never be run; None where all can."""
    known = {each.name: each for part in kernel_parts() for each in part.resources}
    known.update({each.name: each for each in own})
    beside = [*(each for part in kernel_parts() for each in part.facets), *facets]
    keys: set[str] = set()
    for report in reports:
        if report.key in keys:
            return _("Its report “%(name)s” is declared twice.", name=report.key)
        keys.add(report.key)
        owner = report.resource.partition(".")[0]
        resource = known.get(report.resource)
        if resource is None and owner not in (plugin, report.resource):
            continue  # that of another plugin: shown where it runs
        reason = _no_list(report) if resource is None else _fault(report, resource, beside)
        if reason is not None:
            return _("Its report “%(name)s” cannot be run: %(reason)s", name=report.key, reason=reason)
    return None


def _no_list(report: StandardReport) -> LazyText:
    return _("there is no list “%(name)s”", name=report.resource)


def _fault(report: StandardReport, resource: Resource, facets: Iterable[Facet]) -> LazyText | str | None:
    known = _columns(resource, facets)
    columns = {key: column for key, column in known.items() if _stands(resource, column)}
    definition = report.definition(resource)
    try:
        for group in [*definition.groups, *([definition.across] if definition.across else [])]:
            check_group(columns, group)
        for measure in definition.measures:
            check_measure(columns, measure)
        if definition.dated:
            period_span(definition.period, ANY_DAY, 1)
    except Invalid as error:
        return error.message
    dated = columns.get(report.dated)
    if report.dated and (dated is None or not isinstance(dated.field, DATES) or not report.period):
        return _("“%(name)s” is no day with a period", name=report.dated)
    if report.chart not in CHARTS or report.compared not in COMPARISONS:
        return _("its chart or its comparison is unknown")
    return _filter_fault(definition.query, known)


def _filter_fault(query: ListQuery, columns: Mapping[str, Column]) -> LazyText | None:
    for item in query.filters:
        column = columns.get(item.field)
        if column is None or item.operator not in column.field.operators:
            return _("“%(name)s” is no filter of the list", name=f"{item.field}.{item.operator}")
    return None


def _columns(resource: Resource, facets: Iterable[Facet]) -> dict[str, Column]:
    """Give the columns that the list has for somebody who may see everything."""
    found = {item.name: Column(item.name, item) for item in resource.fields}
    for facet in facets:
        if facet.resource == resource.name:
            found.update(
                {
                    facet.qualified(item.name): Column(facet.qualified(item.name), item, facet)
                    for item in facet.fields
                }
            )
    return found


def _stands(resource: Resource, column: Column) -> bool:
    """Say whether rows of the list hold the value, so that a report can reckon with it."""
    item = column.field
    return item.in_list and not isinstance(item, Gathered) and item.stored_in(column.model(resource))
