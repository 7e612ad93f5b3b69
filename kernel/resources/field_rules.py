"""What an actor may see and write of single fields: the one place that lists, forms, pages and files ask.

A pattern may keep a field from whoever holds it: `hidden`, `masked` (all but the last letters), or `read_only`. The
fields that come out of here are what the actor has: hidden ones are missing, masked ones are stand-ins that can neither be
filtered, sorted nor written, read-only ones are copies that refuse to be entered. Rules are about fields, not rows: the row
security of the database does not know them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kernel.access.deputies import Rule
from kernel.resources.fields import Field
from kernel.resources.fields.gathered import Gathered
from kernel.resources.fields.masked import masked_field

if TYPE_CHECKING:
    from kernel.resources.context import Context
    from kernel.resources.resource import Facet, Part, Resource

STRICTEST: tuple[Rule, ...] = ("hidden", "masked", "read_only")
"""Rules, the strictest first."""


def rule_of(context: Context, permission: str, item: Field, prefix: str = "") -> Rule | None:
    """Give the rule for a field: the strictest of its own and of those whose value it repeats."""
    if not context.actor.fields:
        return None
    names = (prefix + item.name, *item.same_as)
    held = {context.actor.field_rule(permission, name) for name in names}
    rule = next((rule for rule in STRICTEST if rule in held), None)
    return "hidden" if rule == "masked" and isinstance(item, Gathered) else rule


def fields_of(context: Context, permission: str, fields: Iterable[Field], prefix: str = "") -> list[Field]:
    """Give these fields as the actor has them; sensitive ones are missing until granted."""
    seeing = context.may(permission, "see_sensitive")
    shown = [item for item in fields if seeing or not item.sensitive]
    if not context.actor.fields:
        return shown
    made = (_ruled(item, rule_of(context, permission, item, prefix)) for item in shown)
    return [item for item in made if item is not None]


def resource_fields(context: Context, resource: Resource) -> list[Field]:
    """Give the fields of a resource as the actor has them."""
    return fields_of(context, resource.permission, resource.fields)


def facet_fields(context: Context, facet: Facet) -> list[Field]:
    """Give the fields of a facet as the actor has them; its own right is not asked for here."""
    return fields_of(context, facet.permission, facet.fields, f"{facet.plugin}.")


def part_fields(context: Context, resource: Resource, part: Part) -> list[Field]:
    """Give the fields of a part's rows as the actor has them; the part's own right is not asked for here."""
    return fields_of(context, part.permission or resource.permission, part.fields, f"{part.name}-")


def seen_whole(context: Context, permission: str, item: Field, prefix: str = "") -> bool:
    """Say whether the actor sees every letter of a field, so that he may also search and sort by it."""
    if item.sensitive and not context.may(permission, "see_sensitive"):
        return False
    return rule_of(context, permission, item, prefix) in (None, "read_only")


def shown_text(context: Context, permission: str, item: Field, value: Any) -> str:
    """Give a value as text as far as the actor may see its field: whole, masked, or nothing."""
    found = fields_of(context, permission, (item,))
    return found[0].show(value, context) if found else ""


def _ruled(item: Field, rule: Rule | None) -> Field | None:
    if rule is None:
        return item
    if rule == "hidden":
        return None
    if rule == "masked":
        return masked_field(item)
    kept = copy.copy(item)
    kept.read_only = True
    kept.importable = False
    return kept


def required_but_closed(fields: Sequence[Field], written: Sequence[Field]) -> list[Field]:
    """Give the fields that a new row needs and that the actor may not write, where none has a default."""
    names = {item.name for item in written}
    return [
        item
        for item in fields
        if item.always_required and not item.read_only and item.default is None and item.name not in names
    ]
