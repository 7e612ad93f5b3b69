"""Which columns a list has for an actor: the resource's own fields, and those of facets as `plugin.field`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.field_rules import facet_fields
from kernel.resources.fields import Field
from kernel.resources.resource import Facet, Resource

MOST_COLUMNS = 60
EVERY = "*"
"""In place of keys: all columns that there are, for files."""
USUAL_COLUMNS = 6
"""Columns of a list whose resource names none."""


@dataclass(frozen=True)
class Column:
    """A field as the list knows it."""

    key: str
    field: Field
    facet: Facet | None = None

    @property
    def title(self) -> LazyText:
        """The heading."""
        return self.field.title

    def model(self, resource: Resource) -> Any:
        """The mapped class that has the value."""
        return resource.model if self.facet is None else self.facet.model


def known_columns(context: Context, resource: Resource) -> Mapping[str, Column]:
    """Give every column that the actor may see at all, by its key; also those kept out of lists by their size."""
    found = {item.name: Column(item.name, item) for item in resource.visible_fields(context)}
    for facet in context.runtime.facets(resource):
        if not context.may(facet.permission, "view"):
            continue
        for item in facet_fields(context, facet):
            found[facet.qualified(item.name)] = Column(facet.qualified(item.name), item, facet)
    return found


def list_columns(context: Context, resource: Resource) -> list[Column]:
    """Give the columns that the chooser offers, in the order of their declaration."""
    return [column for column in known_columns(context, resource).values() if column.field.in_list]


def chosen_columns(context: Context, resource: Resource, keys: Sequence[str]) -> tuple[Column, ...]:
    """Give the columns asked for, each once; `Invalid` for one that is not there or not the actor's to see.

    Without keys those of the resource, less what the actor may not see.
    """
    offered = {column.key: column for column in list_columns(context, resource)}
    if not keys:
        usual = resource.list_columns or tuple(offered)[:USUAL_COLUMNS]
        return tuple(offered[key] for key in usual if key in offered)
    wanted = list(dict.fromkeys(keys))
    for key in wanted[: MOST_COLUMNS + 1]:
        if key not in offered:
            raise Invalid([Problem(None, _("There is no column “%(name)s” in this list.", name=key[:60]))])
    if len(wanted) > MOST_COLUMNS:
        raise Invalid([Problem(None, _("A list shows %(most)d columns at most.", most=MOST_COLUMNS))])
    return tuple(offered[key] for key in wanted)


def searchable_privately(context: Context, resource: Resource, column: Column) -> bool:
    """Say whether the actor may filter and sort by the column: private ones only where he may search them."""
    return not column.field.private or context.runtime.may_search_private(context, resource)
