"""Where the values of a list of base data are used: counted as their reader sees the records, with the way to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from kernel.i18n import LazyText
from kernel.resources.context import Context
from kernel.resources.field_rules import facet_fields, part_fields, seen_whole
from kernel.resources.fields import BaseChoice, Field
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Resource


@dataclass(frozen=True)
class Use:
    """How many records of a kind hold a value, and the address of their list; none where rows of records hold it."""

    title: LazyText
    count: int
    url: str = ""


@dataclass(frozen=True)
class _Place:
    """A column in which values of the list stand; `url` is the list narrowed to one of them."""

    title: LazyText
    column: Any
    url: str = ""
    only: ColumnElement[bool] | None = None


def uses_of(context: Context, source: str, ids: Sequence[int]) -> dict[int, list[Use]]:
    """Give the uses of each of these values by records that the actor sees; one query for each field of the list."""
    found: dict[int, list[Use]] = defaultdict(list)
    for place in _places(context, source):
        statement = select(place.column, func.count()).where(place.column.in_(list(ids)))
        if place.only is not None:
            statement = statement.where(place.only)
        for number, count in context.session.execute(statement.group_by(place.column)):
            found[number].append(Use(place.title, count, f"{place.url}{number}" if place.url else ""))
    return found


def _places(context: Context, source: str) -> Iterator[_Place]:
    rows = set()  # persons and organisations share rows of parts
    for resource in context.runtime.resources.values():
        if resource.overview or not context.may(resource.permission, "view"):
            continue
        for item in _of(source, resource.visible_fields(context)):
            own = item.stored_in(resource.model) and item.attribute != "id"
            if own and seen_whole(context, resource.permission, item):
                only = resource.only(resource.model) if resource.only is not None else None
                yield _Place(
                    resource.plural, item.column(resource.model), _list_of(resource, item, item.name), only
                )
        for facet in context.runtime.facets(resource):
            for item in _of(source, facet_fields(context, facet)):
                if seen_whole(context, facet.permission, item):
                    url = _list_of(resource, item, facet.qualified(item.name))
                    yield _Place(resource.plural, item.column(facet.model), url)
        for part in visible_parts(context, resource):
            for item in _of(source, part_fields(context, resource, part)):
                if (part.model, item.name) not in rows:
                    rows.add((part.model, item.name))
                    yield _Place(part.title, item.column(part.model))


def _of(source: str, items: Sequence[Field]) -> list[Field]:
    return [item for item in items if isinstance(item, BaseChoice) and item.source == source]


def _list_of(resource: Resource, item: Field, key: str) -> str:
    return f"/{resource.path}?f.{key}.is=" if item.filterable else ""
