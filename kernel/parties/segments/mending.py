"""Segments that name a group or a party which was merged into another: they name the other one from then on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.parties.models import Party, Segment
from kernel.resources.context import Context
from kernel.resources.fields import Link
from kernel.resources.lists.columns import known_columns

GROUP = "group"
"""Name of the filter field whose values are groups."""


@dataclass(frozen=True)
class Mended:
    """A segment whose stored filters were rewritten: its number, the filters before and after."""

    id: int
    before: list[Any]
    after: list[Any]


def replace_group(system: Context, source: int, target: int) -> None:
    """Let every segment name `target` where it names `source`; `system` acts for the system."""
    for segment in system.session.execute(select(Segment).with_for_update()).scalars():
        _mend(segment, {GROUP}, source, target)
    system.session.flush()


def replace_party(system: Context, source: int, target: int) -> list[Mended]:
    """Do the same for parties, in the filters by fields that link to one; gives what was rewritten."""
    mended = []
    fields: dict[str, set[str]] = {}
    for segment in system.session.execute(select(Segment).order_by(Segment.id).with_for_update()).scalars():
        if segment.resource not in fields:
            fields[segment.resource] = _links_to_parties(system, segment.resource)
        before = segment.filters
        if _mend(segment, fields[segment.resource], source, target):
            mended.append(Mended(segment.id, before, segment.filters))
    system.session.flush()
    return mended


def _links_to_parties(system: Context, name: str) -> set[str]:
    resources = system.runtime.resources
    resource = resources.get(name)
    if resource is None:
        return set()
    return {
        column.key
        for column in known_columns(system, resource).values()
        if isinstance(column.field, Link)
        and (target := resources.get(column.field.to)) is not None
        and target.model is Party
    }


def _mend(segment: Segment, fields: Collection[str], source: int, target: int) -> bool:
    filters = [
        [field, operator, _replaced(value, source, target) if field in fields else value, *group]
        for field, operator, value, *group in segment.filters
    ]
    if filters == segment.filters:
        return False
    segment.filters = filters
    return True


def _replaced(value: object, source: int, target: int) -> object:
    if isinstance(value, list):
        return list(dict.fromkeys(_replaced(one, source, target) for one in value))
    return target if value == source else value
