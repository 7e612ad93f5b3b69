"""Opened records and favourites as their user sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.opened.models import Favourite, OpenedRecord
from kernel.resources.own_choices import OwnChoice
from kernel.resources.records.labels import labels
from kernel.resources.resource import Resource

BAR = "open_records.hidden"
"""The choice of whoever does not want a bar of open records."""


@dataclass(frozen=True)
class Known:
    """A record that a user knows: its name as he may read it now."""

    id: int
    """Of the row that says so."""
    resource: Resource
    record_id: int
    label: str


def recent(context: Context, limit: int) -> list[Known]:
    """Give the records that the actor opened last, the latest first."""
    return _known(context, _recent(context))[:limit]


def kept_open(context: Context) -> list[Known]:
    """Give the records of the actor's bar, in the order in which they came there."""
    statement = (
        select(OpenedRecord.id, OpenedRecord.resource, OpenedRecord.record_id)
        .where(_mine(context, OpenedRecord), OpenedRecord.kept_since.is_not(None))
        .order_by(OpenedRecord.kept_since, OpenedRecord.id)
    )
    return _known(context, context.session.execute(statement).all())


def favourites(context: Context) -> list[Known]:
    """Give the actor's favourites in his order."""
    return _known(context, _favourites(context))


def favourites_and_recent(context: Context, limit: int) -> tuple[list[Known], list[Known]]:
    """Give favourites, and what was opened last without them; the names of both are read together."""
    starred, opened = _favourites(context), _recent(context)
    marked = {(row[1], row[2]) for row in starred}
    found = _known(context, [*starred, *(row for row in opened if (row[1], row[2]) not in marked)])
    first = [each for each in found if (each.resource.name, each.record_id) in marked]
    rest = [each for each in found if (each.resource.name, each.record_id) not in marked]
    return first, rest[:limit]


def is_favourite(context: Context, resource: str, record_id: int) -> Any:
    """Give the scalar sub-query that says whether the actor has given a record a star (1 or 0)."""
    some = select(Favourite.id).where(
        _mine(context, Favourite), Favourite.resource == resource, Favourite.record_id == record_id
    )
    return _counted(some)


def count_kept(context: Context) -> Any:
    """Give the scalar sub-query that counts the records of the actor's bar."""
    return _counted(
        select(OpenedRecord.id).where(_mine(context, OpenedRecord), OpenedRecord.kept_since.is_not(None))
    )


def hides_bar(context: Context) -> Any:
    """Give the scalar sub-query that says whether the actor has put his bar away (1 or 0)."""
    return _counted(select(OwnChoice.id).where(_mine(context, OwnChoice), OwnChoice.name == BAR))


def find_favourite(context: Context, favourite_id: int) -> Favourite:
    """Give a favourite of the actor's own; raise `NotFound`."""
    row = context.session.execute(
        select(Favourite).where(_mine(context, Favourite), Favourite.id == favourite_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def _counted(some: Any) -> Any:
    part = some.subquery()
    return select(func.count(part.c.id)).scalar_subquery()


def _recent(context: Context) -> Sequence[Any]:
    statement = (
        select(OpenedRecord.id, OpenedRecord.resource, OpenedRecord.record_id)
        .where(_mine(context, OpenedRecord))
        .order_by(OpenedRecord.opened_at.desc(), OpenedRecord.id.desc())
    )
    return context.session.execute(statement).all()


def _favourites(context: Context) -> Sequence[Any]:
    statement = (
        select(Favourite.id, Favourite.resource, Favourite.record_id)
        .where(_mine(context, Favourite))
        .order_by(Favourite.place, Favourite.id)
    )
    return context.session.execute(statement).all()


def _mine(context: Context, model: Any) -> Any:
    return model.user_id == (context.actor.user_id or 0)


def _known(context: Context, rows: Sequence[Any]) -> list[Known]:
    named = labels(context, dict.fromkeys((row[1], row[2]) for row in rows))
    return [
        Known(row[0], context.runtime.resources[row[1]], row[2], named[row[1], row[2]])
        for row in rows
        if (row[1], row[2]) in named
    ]
