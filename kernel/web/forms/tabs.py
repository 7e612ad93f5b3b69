"""The tabs of a long form: what stands in each, and how much of it was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.i18n import _
from kernel.resources.tabs import MAIN
from kernel.web.forms.build import Group, PartRows, RecordForm

FIRST = _("Main details")


@dataclass
class FormTab:
    """What stands in one tab: sections, what is only told, folded facets of the kernel, rows of parts, plugins' facets."""

    key: str
    title: str
    groups: list[Group] = field(default_factory=list)
    told: list[tuple[str, Sequence[Any]]] = field(default_factory=list)
    folds: list[Group] = field(default_factory=list)
    rows: list[PartRows] = field(default_factory=list)
    plugins: list[Group] = field(default_factory=list)
    current: bool = False

    @property
    def filled(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.groups or self.told or self.folds or self.rows or self.plugins)

    @property
    def errors(self) -> int:
        """How many of its controls were refused."""
        controls = [made for group in (*self.groups, *self.folds, *self.plugins) for made in group.fields]
        controls += [made for rows in self.rows for row in rows.rows for made in row.form]
        return sum(bool(made.errors) for made in controls)


def form_tabs(form: RecordForm, told: Mapping[str, Sequence[Any]]) -> list[FormTab]:
    """Give the tabs of a form that hold anything; one alone where its resource declares none.

    `told` are facts that the actor may only read, by the title of their section. The first tab in which something was
    refused is open, else the first.
    """
    resource, text = form.resource, form.context.text
    found = {MAIN: FormTab(MAIN, text(FIRST))}
    found |= {tab.key: FormTab(tab.key, text(tab.title)) for tab in resource.tabs}
    for group in form.groups:
        found[group.tab or MAIN].groups.append(group)
    asked = {group.title for group in form.groups}
    places = {text(section.title): section.tab for section in resource.sections}
    for heading, facts in told.items():
        if heading not in asked:
            found[places.get(heading) or MAIN].told.append((heading, facts))
    for rows in form.part_rows:
        found[rows.part.tab or MAIN].rows.append(rows)
    for group in form.facet_groups:
        tab = _tab_of(found, group, tabbed=bool(resource.tabs))
        (tab.plugins if group.plugin else tab.folds).append(group)
    tabs = [tab for tab in found.values() if tab.filled]
    for tab in [tab for tab in tabs if tab.errors][:1] or tabs[:1]:
        tab.current = True
    return tabs


def _tab_of(found: dict[str, FormTab], group: Group, *, tabbed: bool) -> FormTab:
    """A facet of a plugin that names no tab has one of its plugin's own, on forms that have tabs."""
    if group.tab in found:
        return found[group.tab]
    if not tabbed or not group.plugin:
        return found[MAIN]
    return found.setdefault(f"of_{group.key}", FormTab(f"of_{group.key}", group.plugin))
