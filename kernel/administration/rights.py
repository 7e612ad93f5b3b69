"""What can be granted on a site: each right, its title, and the scopes in which it makes sense.

Read from the declarations: actions of resources and facets, rights of commands, and what plugins declare besides.
Users, patterns, plugins, settings, fields and backups are not among them: they are for administrators alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from kernel.access.policies import Child, Policy, PolicySet, Rows
from kernel.access.scopes import scopes_of
from kernel.data.base import Binnable
from kernel.i18n import LazyText, _
from kernel.resources.declared import Declared
from kernel.resources.resource import Facet, Resource

ACTIONS: Mapping[str, LazyText] = {
    "view": _("View"),
    "create": _("Create"),
    "edit": _("Edit"),
    "delete": _("Delete"),
    "restore": _("Bring back from the bin"),
    "purge": _("Delete for good"),
    "assign": _("Hand over"),
    "import": _("Import"),
    "export": _("Export"),
    "print": _("Print"),
    "report": _("Totals and reports"),
    "send": _("Send messages"),
    "merge": _("Merge"),
    "see_sensitive": _("See sensitive fields"),
    "export_sensitive": _("Export sensitive fields"),
}
"""The usual actions in the order of the table, with their titles."""

RESERVED = frozenset(
    {
        "user",
        "pattern",
        "plugin",
        "setting",
        "login_session",
        "job",
        "site",
        "user_field",
        "unit",
        "message_line",
    }
)
"""What only administrators do, whatever is granted."""

KERNEL_RESOURCES: Mapping[str, LazyText] = {
    "party": _("Persons and organisations"),
    "party_family": _("Family of persons"),
    "party_faith": _("Religion of persons"),
    "party_health": _("Health of persons"),
    "party_diet": _("Food and drink of persons"),
    "consent": _("Consents to sensitive facts"),
    "party_group": _("Groups of persons and organisations"),
    "segment": _("Segments"),
    "saved_view": _("Views of lists, and saved reports"),
    "document_layout": _("Layouts of documents"),
    "place": _("Countries, provinces, cities, districts"),
    "base_data": _("Base data"),
    "import": _("Imports of files"),
    "reminder": _("Reminders"),
    "reminder_ladder": _("Ladders of reminders"),
}
"""Titles where several resources share one name in grants, or none bears it."""

ALL_ONLY = ("all",)

Grants = Mapping[tuple[str, str], frozenset[str]]
"""Scopes by resource and action: one or several for each right."""


class Declaring(Protocol):
    """Whatever declares rights: a runtime, or what a site would have with other plugins."""

    @property
    def plugins(self) -> frozenset[str]:
        """Names of the plugins."""

    @property
    def policies(self) -> PolicySet:
        """Their policies and the kernel's."""

    @property
    def resources(self) -> Mapping[str, Resource]:
        """Their resources and the kernel's."""

    @property
    def declared(self) -> Declared:
        """Everything declared."""


@dataclass
class ResourceRights:
    """The rights on one kind of record: its title, whose it is, and the scopes by action."""

    name: str
    title: LazyText | str
    plugin: str
    actions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    special: dict[str, LazyText | str] = field(default_factory=dict)
    """Titles of the actions that are not among the usual ones."""

    def offer(self, action: str, scopes: Iterable[str], title: LazyText | str | None = None) -> None:
        """Add an action; scopes known already stay."""
        self.actions.setdefault(action, tuple(scopes))
        if action not in ACTIONS:
            self.special.setdefault(action, title if title is not None else action)


def grantable(runtime: Declaring) -> list[ResourceRights]:
    """Give everything that a pattern may grant on this site: the kernel's first, then plugin by plugin."""
    found = _Found(runtime)
    for resource in runtime.resources.values():
        found.add_resource(resource)
    for facets in runtime.declared.facets.values():
        for facet in facets:
            found.add_facet(facet)
    found.add_imports()
    for answer in runtime.declared.declarations.of("permissions"):
        right = found.of(answer.value.resource, answer.plugin)
        right.offer(answer.value.action, found.scopes(answer.value.resource), answer.value.title)
    for command in runtime.declared.commands.values():
        if command.resource is not None and command.action is not None and command.resource not in RESERVED:
            right = found.of(command.resource, plugin_of(runtime, command.resource))
            right.offer(command.action, found.scopes(command.resource), command.title)
    return sorted(found.rights.values(), key=lambda each: (each.plugin, _place(each.name), each.name))


def check_grants(
    runtime: Declaring, grants: Mapping[tuple[str, str], str | Iterable[str]]
) -> list[tuple[str, str]]:
    """Give the rights among `grants` that cannot be granted here, or not in one of these scopes."""
    known = {each.name: each.actions for each in grantable(runtime)}
    return [
        (resource, action)
        for (resource, action), scopes in grants.items()
        if not scopes_of(scopes) <= set(known.get(resource, {}).get(action, ()))
    ]


def grantable_scopes(runtime: Declaring) -> dict[tuple[str, str], frozenset[str]]:
    """Give the scopes in which each right can be granted on this site."""
    return {
        (each.name, action): frozenset(scopes)
        for each in grantable(runtime)
        for action, scopes in each.actions.items()
    }


def grantable_rights(runtime: Declaring) -> set[tuple[str, str]]:
    """Give every (resource, action) that can be granted on this site."""
    return {(each.name, action) for each in grantable(runtime) for action in each.actions}


class _Found:
    """The rights collected so far, and the scopes that the policies offer."""

    def __init__(self, runtime: Declaring) -> None:
        self.runtime = runtime
        self.rights: dict[str, ResourceRights] = {}
        self._models: dict[str, Any] = {item.permission: item.model for item in runtime.resources.values()}
        for facets in runtime.declared.facets.values():
            self._models.update({facet.permission: facet.model for facet in facets})
        for resource in runtime.resources.values():
            self._models.update({part.permission: part.model for part in resource.parts if part.permission})

    def of(self, name: str, plugin: str = "", title: LazyText | str | None = None) -> ResourceRights:
        """Give the rights on `name`, new or known."""
        if name not in self.rights:
            self.rights[name] = ResourceRights(name, KERNEL_RESOURCES.get(name, title or name), plugin)
        return self.rights[name]

    def scopes(self, name: str) -> tuple[str, ...]:
        """Give the scopes in which rights on `name` may be granted, the widest first."""
        model = self._models.get(name)
        policy = self.runtime.policies.for_model(model) if model is not None else None
        return self._scopes_of(policy)

    def _scopes_of(self, policy: Policy | None) -> tuple[str, ...]:
        if isinstance(policy, Child) and policy.parent is not None:
            return self._scopes_of(self.runtime.policies.for_model(policy.parent))
        return (
            (*ALL_ONLY, *self.runtime.policies.granted_scopes(policy.scopes))
            if isinstance(policy, Rows)
            else ALL_ONLY
        )

    def _for_new_rows(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """Without the scopes of plugins: a new row is not among those that they give."""
        declared = {scope.name for scope in self.runtime.policies.declared}
        return tuple(name for name in scopes if name not in declared)

    def add_resource(self, resource: Resource) -> None:
        if resource.permission in RESERVED:
            return
        right = self.of(resource.permission, plugin_of(self.runtime, resource.name), resource.plural)
        scopes = self.scopes(resource.permission)
        right.offer("view", scopes)
        right.offer("create", self._for_new_rows(scopes))
        for action in ("edit", "delete", "purge", "export", "print", "report"):
            right.offer(action, scopes)
        if issubclass(resource.model, Binnable):
            right.offer("restore", scopes)
        if resource.owner is not None:
            right.offer("assign", scopes)
        if resource.reachable:
            right.offer("send", scopes)
        if resource.importable:
            right.offer("import", ALL_ONLY)
        if any(item.sensitive for item in resource.fields):
            right.offer("see_sensitive", ALL_ONLY)
            right.offer("export_sensitive", ALL_ONLY)
        for part in resource.parts:
            if part.permission:
                guarded = self.of(part.permission, plugin_of(self.runtime, part.permission), part.title)
                for action in ("view", "create", "edit"):
                    guarded.offer(action, self.scopes(part.permission))

    def add_facet(self, facet: Facet) -> None:
        plugin = facet.plugin if facet.plugin in self.runtime.plugins else ""
        right = self.of(facet.permission, plugin, facet.title)
        for action in ("view", "create", "edit"):
            right.offer(action, self.scopes(facet.permission))
        if any(item.sensitive for item in facet.fields):
            right.offer("see_sensitive", ALL_ONLY)
            right.offer("export_sensitive", ALL_ONLY)

    def add_imports(self) -> None:
        right = self.of("import")
        for action in ("view", "create", "edit"):
            right.offer(action, (*ALL_ONLY, "own"))


def plugin_of(runtime: Declaring, name: str) -> str:
    """Give the plugin whose record kind has this name; empty for the kernel's own."""
    plugin, dot, _rest = name.partition(".")
    return plugin if dot and plugin in runtime.plugins else ""


def _place(name: str) -> int:
    order = list(KERNEL_RESOURCES)
    return order.index(name) if name in order else len(order)
