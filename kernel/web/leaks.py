"""The leak check: every path by which records of one kind could reach one user, and whether the walls agree on them.

The paths follow from what is declared: the map of addresses, fields that link to the kind, search, facets and parts,
panels of plugins. Whatever right a path asks for itself, it reads through the user's session: no more than the rows of the
last column can come out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, func, select
from werkzeug.routing import Rule

from kernel.access.actor import Actor
from kernel.access.proof import Proof, Prover
from kernel.access.session import allowed
from kernel.administration.reasons import action_title
from kernel.administration.rights import grantable
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.context import Context
from kernel.resources.fields import Field, Link
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime

COUNTED = 100_000
"""Rows are counted up to here."""
STATEMENT_TIME = 5.0

RIGHTS: Mapping[str, str] = {
    "lists.page": "view",
    "filters.choose": "view",
    "facets.suggest": "view",
    "grouping.choose": "view",
    "columns.arrange": "view",
    "columns.widths": "view",
    "filters.apply": "view",
    "saved.new": "view",
    "saved.opened": "view",
    "saved.edit": "view",
    "saved.update": "view",
    "saved.delete": "view",
    "saved.mark": "view",
    "export.download": "export",
    "reports.page": "report",
    "reports.download": "report",
    "reports.as_pdf": "report",
    "saved_reports.new": "report",
    "saved_reports.opened": "report",
    "saved_reports.edit": "report",
    "saved_reports.update": "report",
    "saved_reports.delete": "report",
    "saved_reports.mark": "report",
    "bulk.act": "view",
    "erasing.page": "erase",
    "field_edit.act": "edit",
    "handing.act": "assign",
    "regroup.act": "edit",
    "boards.more": "view",
    "boards.unfold": "view",
    "trees.below": "view",
    "moves.move": "edit",
    "lookups.suggest": "view",
    "lookups.options": "view",
    "forms.new": "create",
    "quick.new": "create",
    "duplicates.check": "create",
    "binned.page": "restore",
    "binned.act": "restore",
    "imports.upload": "import",
    "imports.sample": "import",
    "imports.page": "import",
    "imports.columns": "import",
    "imports.begin": "import",
    "imports.progress": "import",
    "imports.stop": "import",
    "imports.undo": "import",
    "imports.refused": "import",
    "records.page": "view",
    "records.actions": "view",
    "forms.edit": "edit",
    "records.delete": "delete",
    "merging.page": "merge",
    "merging.undo": "merge",
    "facts.field": "edit",
    "photos.photo": "view",
    "photos.remove": "edit",
    "printing.page": "print",
    "notes.add": "view",
    "notes.edit": "view",
    "notes.delete": "view",
    "attachments.add": "edit",
    "attachments.download": "view",
    "attachments.delete": "edit",
}
"""The right on the kind that each generic address asks first."""
OR_BY: Mapping[str, str] = {"binned.page": "purge", "binned.act": "purge"}
"""Another right that opens an address as well."""


@dataclass(frozen=True)
class Path:
    """One way to records: where, what it asks, whether the user holds that, and how many records he could reach."""

    group: str
    where: str
    method: str
    right: str
    held: bool
    rows: int


@dataclass
class LeakCheck:
    """All paths to one kind for one user, with the proofs of its tables."""

    actor: Actor = field(repr=False)
    kind: str
    paths: list[Path]
    proofs: list[Proof]

    @property
    def agree(self) -> bool:
        """Whether all ways of counting let through the very same rows."""
        return all(proof.agree for proof in self.proofs)


def kinds(context: Context) -> list[Resource]:
    """Give the kinds of record that can be checked: those on which rights can be granted."""
    administrators_only(context)
    known = {right.name for right in grantable(context.runtime)}
    found = [each for each in context.runtime.resources.values() if each.permission in known]
    return sorted(found, key=lambda each: context.text(each.plural))


def check(runtime: Runtime, app: Flask, actor: Actor, resource: Resource, locale: str) -> LeakCheck:
    """Follow every path to the records of a kind, as one user. Opens transactions of its own, one after another."""
    with runtime.reading(actor, locale=locale, statement_limit=STATEMENT_TIME) as theirs:
        ways = _Ways(theirs, app, resource)
        paths = list(ways.all())
    prover = Prover(runtime.engines.app(runtime.site), runtime.site, actor, runtime.policies, STATEMENT_TIME)
    proofs = [
        prover.prove(runtime.policies.for_table(model.__table__), only)
        for model, only in _tables(runtime, resource).items()
    ]
    return LeakCheck(actor, resource.name, paths, proofs)


def _tables(runtime: Runtime, resource: Resource) -> dict[Any, ColumnElement[bool] | None]:
    """The tables that hold records of the kind: its own, its parts, its facets."""
    only = resource.only(resource.model) if resource.only is not None else None
    found: dict[Any, ColumnElement[bool] | None] = {resource.model: only}
    parts = (*resource.parts, *resource.told)
    found.update({part.model: None for part in parts if part.model is not resource.model})
    found.update({facet.model: None for facet in runtime.facets(resource)})
    return found


class _Ways:
    """The paths, in groups, with what the user's own session counts."""

    def __init__(self, theirs: Context, app: Flask, resource: Resource) -> None:
        self._theirs = theirs
        self._app = app
        self._resource = resource
        self._counts: dict[str, int] = {}
        rights = {right.name: right for right in grantable(theirs.runtime)}
        self._rights = rights.get(resource.permission)

    def all(self) -> Iterator[Path]:
        """Every path."""
        yield from self._addresses()
        yield from self._plugin_addresses()
        yield from self._links()
        yield from self._beside()

    def _path(self, group: LazyText, where: LazyText | str, action: str, method: str = "GET") -> Path:
        text = self._theirs.text
        return Path(
            text(group),
            text(where),
            method,
            action_title(self._theirs, self._rights, action),
            self._theirs.may(self._resource.permission, action),
            self._rows(action),
        )

    def _rows(self, action: str) -> int:
        """Count the records with which the user may do an action; making new ones reaches none that is there."""
        if action in ("create", "import"):
            return 0
        if action not in self._counts:
            model = self._resource.model
            statement = select(model.id).where(allowed(self._theirs.session, model, action))
            if self._resource.only is not None:
                statement = statement.where(self._resource.only(model))
            counted = select(func.count()).select_from(statement.limit(COUNTED).subquery())
            self._counts[action] = self._theirs.session.execute(counted).scalar_one()
        return self._counts[action]

    @cached_property
    def _rules(self) -> list[Rule]:
        return sorted(self._app.url_map.iter_rules(), key=lambda rule: rule.rule)

    def _addresses(self) -> Iterator[Path]:
        """The generic pages of the kind; of an address that is not known, whoever may see its records is told."""
        for rule in self._rules:
            if (rule.defaults or {}).get("resource") == self._resource.name:
                action = RIGHTS.get(rule.endpoint, "view")
                for right in (action, OR_BY.get(rule.endpoint)):
                    if right is not None:
                        yield self._path(_("Pages of this kind"), rule.rule, right, _methods(rule))

    def _plugin_addresses(self) -> Iterator[Path]:
        """A plugin's own pages: each checks for itself, and reads through the same session."""
        plugin = self._resource.name.partition(".")[0]
        for rule in self._rules:
            mine = rule.rule.startswith(f"/{plugin}/") and not (rule.defaults or {}).get("resource")
            if mine and plugin in self._theirs.plugins:
                yield self._path(_("Pages of the plugin"), rule.rule, "view", _methods(rule))

    def _links(self) -> Iterator[Path]:
        """Fields of other kinds that offer these records for choice, show their names and filter by them."""
        for resource, item in self._fields():
            if isinstance(item, Link) and self._theirs.runtime.resources.get(item.to) is self._resource:
                yield self._path(
                    _("Choices, names and filters of other records"),
                    f"{self._theirs.text(resource.plural)} · {self._theirs.text(item.title)}",
                    "view",
                )

    def _fields(self) -> Iterator[tuple[Resource, Field]]:
        for resource in self._theirs.runtime.resources.values():
            yield from ((resource, item) for item in resource.fields)
            yield from ((resource, item) for part in resource.parts for item in part.fields)
            for facet in self._theirs.runtime.facets(resource):
                yield from ((resource, item) for item in facet.fields)

    def _beside(self) -> Iterator[Path]:
        """What stands beside the records: search, files, notes, history, groups, panels, figures, one's desk."""
        group = _("Beside the records")
        if self._resource.search is not None:
            yield self._path(group, _("Search over everything, and the palette"), "view")
        yield self._path(
            group, _("Interface for programs: lists, records and commands, with a token"), "view"
        )
        yield self._path(group, _("Notes and events of a record"), "view")
        yield self._path(group, _("Files of a record"), "view")
        yield self._path(group, _("History of a record"), "view")
        if self._resource.table == "kernel.party":
            for where in (
                _("Phone book"),
                _("Groups, their trees and counts"),
                _("Segments, alive and counted"),
                _("Relations, posts and households of others"),
                _("Search for duplicates, and warnings about them"),
            ):
                yield self._path(group, where, "view")
        hooks = self._theirs.runtime.hooks
        for hook, title in HOOKS.items():
            for plugin in hooks.implementing(hook):
                yield self._path(group, f"{self._theirs.text(title)} · {plugin}", "view")


HOOKS: Mapping[str, LazyText] = {
    "party_panels": _("Panels on the page of a party"),
    "party_figures": _("Figures on the page of a party"),
    "timeline": _("Timeline of a party"),
    "dashboard_blocks": _("Blocks of the desk"),
}
"""What plugins show beside records."""


def _methods(rule: Rule) -> str:
    return " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
