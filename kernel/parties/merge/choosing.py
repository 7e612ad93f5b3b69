"""Two values of one field: which one the survivor has afterwards, and what a person may or must choose.

A field that the actor may not see is never shown and never chosen by him: its rule decides, and where the rule is to ask,
the survivor's value stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.i18n import LazyText
from kernel.parties.merge.rows import is_empty
from kernel.resources.context import Context
from kernel.resources.field_rules import seen_whole
from kernel.resources.fields import Field, Lookup
from kernel.resources.resource import Facet, Resource

KEPT, DROPPED = "kept", "dropped"
ADDED = "sum"


@dataclass(frozen=True)
class Side:
    """A field of both parties as the page shows it. `choice` is what would be taken: kept, dropped, sum, or empty: ask."""

    name: str
    title: LazyText
    kept: str
    dropped: str
    choice: str
    open: bool
    """Whether there is something to choose: both are filled, differ, and are not added up."""
    ltr: bool = False


@dataclass(frozen=True)
class Group:
    """The fields of the record itself, or of a plugin's facet."""

    title: LazyText
    sides: tuple[Side, ...]


class MustChoose(Exception):
    """The field's rule is to ask, and nobody has answered."""


def usual(item: Field, kept: Any, dropped: Any, newer: bool) -> str:
    """Give what is taken where nobody chooses. `newer` says that the other party was changed last."""
    if item.merge == "sum" and not is_empty(kept) and not is_empty(dropped) and _can_add(kept, dropped):
        return ADDED
    if is_empty(dropped) or kept == dropped:
        return KEPT
    if is_empty(kept):
        return DROPPED
    if item.merge == "ask":
        return ""
    return DROPPED if item.merge == "newest" and newer else KEPT


def decide(item: Field, kept: Any, dropped: Any, *, newer: bool, choice: str | None, seen: bool) -> Any:
    """Give the value that the survivor has afterwards; raise `MustChoose` where the actor has to say it."""
    taken = usual(item, kept, dropped, newer)
    if taken == ADDED:
        return added(kept, dropped)
    if choice is not None and seen and kept != dropped:
        taken = choice
    if taken == "" and seen:
        raise MustChoose()
    return dropped if taken == DROPPED else kept


def added(kept: Any, dropped: Any) -> Any:
    """Add two values: numbers are summed up, texts stand one after the other; what is there already is not repeated."""
    if isinstance(kept, str):
        return kept if dropped in kept else f"{kept}\n{dropped}"
    return kept + dropped


def fields_of(resource: Resource) -> list[Field]:
    """Give the fields of a record that a merge decides about."""
    return [
        item
        for item in resource.fields
        if item.stored_in(resource.model) and not item.read_only and item.attribute != "id"
    ]


def facet_sees(context: Context, facet: Facet, item: Field) -> bool:
    """Say whether the actor may see the whole of a field of a facet."""
    return context.may(facet.permission, "view") and seen_whole(
        context, facet.permission, item, f"{facet.plugin}."
    )


def sees(context: Context, resource: Resource, item: Field) -> bool:
    """Say whether the actor may see the whole of a field of the record."""
    return context.runtime.may_see_field(context, resource, item)


def is_newer(kept: Any, dropped: Any) -> bool:
    """Say whether the other record was changed after the survivor."""
    return bool(dropped.updated_at > kept.updated_at)


def groups(context: Context, resource: Resource, kept: Any, dropped: Any) -> list[Group]:
    """Put both parties side by side, as far as the actor may see their fields."""
    own = [item for item in fields_of(resource) if sees(context, resource, item)]
    found = [Group(resource.title, _sides(context, own, kept, dropped, ""))]
    for facet in context.runtime.facets(resource):
        if not context.may(facet.permission, "view"):
            continue
        key = getattr(facet.model, facet.key)
        statement = select(facet.model).where(key.in_((kept.id, dropped.id)))
        rows = {getattr(row, facet.key): row for row in context.session.execute(statement).scalars()}
        fields = [item for item in facet.fields if facet_sees(context, facet, item)]
        if rows:
            pair = (rows.get(kept.id), rows.get(dropped.id))
            found.append(Group(facet.title, _sides(context, fields, *pair, f"{facet.plugin}.")))
    return [group for group in found if group.sides]


def allowed_choices(context: Context, resource: Resource) -> set[str]:
    """Give the names about which the actor may choose."""
    names = {item.name for item in fields_of(resource) if sees(context, resource, item)}
    for facet in context.runtime.facets(resource):
        names |= {facet.qualified(item.name) for item in facet.fields if facet_sees(context, facet, item)}
    return names


def _sides(context: Context, fields: list[Field], kept: Any, dropped: Any, prefix: str) -> tuple[Side, ...]:
    newer = kept is not None and dropped is not None and is_newer(kept, dropped)
    sides = []
    for item in fields:
        pair = (item.value_of(kept), item.value_of(dropped))
        if all(is_empty(value) for value in pair):
            continue
        texts = _texts(context, item, pair)
        choice = usual(item, *pair, newer)
        undecided = choice != ADDED and pair[0] != pair[1] and not any(is_empty(value) for value in pair)
        sides.append(Side(prefix + item.name, item.title, *texts, choice, undecided, item.ltr))
    return tuple(sides)


def _texts(context: Context, item: Field, pair: tuple[Any, Any]) -> tuple[str, str]:
    if isinstance(item, Lookup):
        labels: Mapping[int, str] = item.labels([value for value in pair if value is not None], context)
        return labels.get(pair[0], ""), labels.get(pair[1], "")
    return item.show(pair[0], context), item.show(pair[1], context)


def _can_add(kept: Any, dropped: Any) -> bool:
    if isinstance(kept, bool) or isinstance(dropped, bool):
        return False
    if isinstance(kept, str):
        return isinstance(dropped, str)
    try:
        kept + dropped
    except TypeError:
        return False
    return True
