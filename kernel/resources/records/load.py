"""Find one record in the actor's own session, so that a hidden one and an absent one answer alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from kernel.access.session import allowed
from kernel.data.base import Binnable, Versioned
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.resource import Resource


def load(context: Context, resource: Resource, record_id: int, *, lock: bool = False) -> Any:
    """Give the record; raise `NotFound` where it is absent, in the bin, or not the actor's to see."""
    model = resource.model
    statement = select(model).where(model.id == record_id).execution_options(populate_existing=lock)
    if resource.only is not None:
        statement = statement.where(resource.only(model))
    if lock:
        statement = statement.with_for_update()
    record = context.session.execute(statement).scalar_one_or_none()
    if record is None:
        raise NotFound()
    return record


def version_of(context: Context, resource: Resource, record_id: int) -> int | None:
    """Give the version of a record; None where it is not to be seen, or its kind has none."""
    model = resource.model
    if not issubclass(model, Versioned):
        return None
    statement = select(model.version).where(model.id == record_id)
    found: int | None = context.session.execute(statement).scalar_one_or_none()
    return found


def visible(context: Context, resource: Resource, ids: Sequence[int]) -> list[int]:
    """Give those of the ids that the actor may see, in the order given; one query."""
    model = resource.model
    statement = select(model.id).where(model.id.in_(list(ids)))
    if resource.only is not None:
        statement = statement.where(resource.only(model))
    found = set(context.session.execute(statement).scalars())
    return [number for number in ids if number in found]


def editable(context: Context, resource: Resource, record_id: int, action: str = "edit") -> None:
    """Check that the actor may do `action` to this very record.

    Raises `NotFound` when he may not see it, `Forbidden` when he sees it but holds the right for others only.
    """
    context.require(resource.permission, action)
    model = resource.model
    statement = select(model.id).where(model.id == record_id, allowed(context.session, model, action))
    if context.session.execute(statement).scalar_one_or_none() is None:
        load(context, resource, record_id)
        raise Forbidden()


def changeable(
    context: Context, resource: Resource, ids: Sequence[int], action: str = "edit"
) -> frozenset[int]:
    """Give those of the records with which the actor may do `action`; one query."""
    if not ids or not context.may(resource.permission, action):
        return frozenset()
    model = resource.model
    statement = select(model.id).where(model.id.in_(list(ids)), allowed(context.session, model, action))
    return frozenset(context.session.execute(statement).scalars())


def opens_bin(context: Context, resource: Resource) -> bool:
    """Say whether a kind has a bin of its own, and the actor may look into it: there is something that he may do there."""
    held = (context.may(resource.permission, action) for action in ("restore", "purge"))
    return issubclass(resource.model, Binnable) and not resource.overview and any(held)


def announce(context: Context, resource: Resource, record_ids: Sequence[int], action: str) -> None:
    """Let the resource follow a change at once, and tell plugins of it after the commit, where it declares that."""
    if resource.follow is not None and record_ids:
        resource.follow(context, record_ids, action)
    if resource.event is not None and context.runtime.hooks.implementing(resource.event):
        for record_id in record_ids:
            context.publish(resource.event, record_id, action=action)
