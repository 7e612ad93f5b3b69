"""Rules for single fields in access patterns: which fields can have one, and the command that sets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access.deputies import Rule
from kernel.access.models import PatternField
from kernel.administration.pattern_rows import exchange_rows
from kernel.administration.patterns import find_pattern
from kernel.administration.rights import KERNEL_RESOURCES, RESERVED, Declaring, plugin_of
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, Problem
from kernel.resources.fields import Field
from kernel.resources.resource import Facet, Part, Resource

RULES: tuple[Rule, ...] = get_args(Rule)
TITLES: Mapping[str, LazyText] = {
    "read_only": _("Seen, not changed"),
    "masked": _("Only the last letters"),
    "hidden": _("Hidden"),
}
"""The rules in words, the mildest first."""

Rules = Mapping[tuple[str, str], str]
"""What grants call the records and the field as forms address it, to the rule."""


@dataclass(frozen=True)
class RuledField:
    """A field that can have a rule; `within` names the part or facet in which it stands, empty for the record's own."""

    name: str
    title: LazyText
    within: LazyText | str = ""


@dataclass
class RuledResource:
    """The fields of the records that grants call `name`; `plugin` is whose they are."""

    name: str
    title: LazyText | str
    plugin: str
    fields: dict[str, RuledField] = field(default_factory=dict)

    def offer(self, name: str, item: Field, within: LazyText | str = "") -> None:
        """Add a field; one known already stays."""
        self.fields.setdefault(name, RuledField(name, item.title, within))


def rulable(runtime: Declaring) -> list[RuledResource]:
    """Give all fields of a site that can have a rule: the kernel's records first, then plugin by plugin."""
    found: dict[str, RuledResource] = {}

    def of(name: str, title: LazyText | str, plugin: str) -> RuledResource:
        return found.setdefault(name, RuledResource(name, KERNEL_RESOURCES.get(name, title), plugin))

    for resource in runtime.resources.values():
        if resource.permission not in RESERVED:
            holder = of(resource.permission, resource.plural, plugin_of(runtime, resource.name))
            for item in resource.fields:
                if _may_be_ruled(resource, item):
                    holder.offer(item.name, item)
            for part in resource.parts:
                _offer_part(
                    of(part.permission, part.title, holder.plugin) if part.permission else holder, part
                )
    for facets in runtime.declared.facets.values():
        for facet in facets:
            plugin = facet.plugin if facet.plugin in runtime.plugins else ""
            _offer_facet(of(facet.permission, facet.title, plugin), facet)
    filled = [each for each in found.values() if each.fields]
    return sorted(filled, key=lambda each: (each.plugin, list(found).index(each.name)))


def check_rules(runtime: Declaring, rules: Rules) -> list[tuple[str, str]]:
    """Give the fields among `rules` that cannot have such a rule here."""
    known = {(each.name, name) for each in rulable(runtime) for name in each.fields}
    return [key for key, rule in rules.items() if key not in known or rule not in RULES]


def rules_of(session: Session, pattern_id: int) -> dict[tuple[str, str], str]:
    """Give the rules of a pattern."""
    statement = select(PatternField.resource, PatternField.field, PatternField.rule).where(
        PatternField.pattern_id == pattern_id
    )
    return {(row.resource, row.field): row.rule for row in session.execute(statement)}


@command("pattern.set_fields", _("Change the field rules of a pattern"), resource="pattern", action="edit")
def set_fields(context: Context, *, pattern_id: int, rules: Rules, version: int | None = None) -> None:
    """Give a pattern exactly these rules; those of fields that are not there at present stay as they are.

    Raises `Invalid` for a field that can have no rule, `EditConflict` where the pattern was changed meanwhile.
    """
    administrators_only(context)
    pattern = find_pattern(context, pattern_id, lock=True)
    if version is not None and pattern.version != version:
        raise EditConflict()
    refused = check_rules(context.runtime, rules)
    if refused:
        names = ", ".join(f"{resource}: {name}" for resource, name in refused[:5])
        raise Invalid([Problem(None, _("These fields cannot have such a rule: %(names)s.", names=names))])
    offered = {(each.name, name) for each in rulable(context.runtime) for name in each.fields}
    with context.system("field rules of a pattern") as system:
        held = rules_of(system.session, pattern_id)
        before = {key: rule for key, rule in held.items() if key in offered}
        write_rules(system.session, pattern_id, before, rules)
    changes = {
        ".".join(key): [before.get(key), rules.get(key)]
        for key in sorted(before.keys() | rules.keys())
        if before.get(key) != rules.get(key)
    }
    if changes:
        pattern.updated_at = context.now
        note(
            context,
            "pattern.set_fields",
            resource="pattern",
            record_id=pattern_id,
            detail={"fields": changes},
        )


def write_rules(session: Session, pattern_id: int, before: Rules, after: Rules) -> None:
    """Turn the rules `before` of a pattern into those `after`."""
    gone = (key for key in before if after.get(key) != before[key])
    come = ((key, rule) for key, rule in after.items() if before.get(key) != rule)
    exchange_rows(
        session,
        PatternField,
        pattern_id,
        [{"resource": resource, "field": name} for resource, name in gone],
        [{"resource": resource, "field": name, "rule": rule} for (resource, name), rule in come],
    )


def _may_be_ruled(resource: Resource, item: Field) -> bool:
    return (
        item.name not in resource.unruled
        and item.attribute not in ("id", resource.label)
        and item.stored_in(resource.model)
    )


def _offer_part(holder: RuledResource, part: Part) -> None:
    if part.ruled:
        for item in part.fields:
            holder.offer(f"{part.name}-{item.name}", item, part.title)


def _offer_facet(holder: RuledResource, facet: Facet) -> None:
    for item in facet.fields:
        holder.offer(facet.qualified(item.name), item, facet.title)
