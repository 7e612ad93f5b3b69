"""What a pattern keeps of the fields of documents, where sales draws and takes them itself: forms, sums, lines, papers.

Of the amounts of a document each tells another: whoever has not all of them sees none of them, and enters no documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.api import Context, Invalid, Problem, Refused, Resource, _, kept_from, seen_whole
from kernel.api import fields as kinds
from plugins.sales.words import RIGHT

AMOUNTS = ("gross", "net", "tax", "payable")
NOTHING: tuple[Any, ...] = (None, "", False)


def sees_amounts(context: Context, resource: Resource) -> bool:
    """Say whether the actor sees the amounts of documents, all of them."""
    if context.actor.kind == "system":
        return True
    return all(seen_whole(context, RIGHT, resource.by_name[name]) for name in AMOUNTS)


def require_amounts(context: Context, resource: Resource) -> None:
    """Refuse who may not see what he would enter."""
    if not sees_amounts(context, resource):
        raise Refused(
            _(
                "Your access pattern keeps the amounts of documents from you, so you cannot enter or change them."
            )
        )


def closed_names(context: Context, resource: Resource, items: Sequence[kinds.Field]) -> frozenset[str]:
    """Name those of some fields that documents of this kind have and that are kept from the actor."""
    return frozenset(item.name for item in items if kept_from(context, resource, item.name))


def written(
    context: Context, resource: Resource, items: Sequence[kinds.Field], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Give what the actor may write of a head; raises `Invalid` where a value is given for what is kept from him."""
    closed = closed_names(context, resource, items)
    problems = [
        Problem(item.name, _("“%(name)s” cannot be entered here.", name=item.title))
        for item in items
        if item.name in closed and given.get(item.name) not in NOTHING
    ]
    if problems:
        raise Invalid(problems)
    return {name: value for name, value in given.items() if name not in closed}
