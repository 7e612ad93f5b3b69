"""What comes along with a new record: its rows and facets, and what its kind computes from them.

Rows that share a record's fate are written under the right to edit it. For those that come with the record itself the
right to create it suffices: where the actor may not edit what he has just made, the kernel writes them for him.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kernel.access.policies import Child, Model
from kernel.access.session import SystemSession, allowed_ids, granted_ids
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden
from kernel.resources.resource import Resource

Owned = tuple[Model, str]
"""A model whose rows belong to the record, and the foreign key by which they do."""


@contextmanager
def along(
    context: Context, resource: Resource, ids: Sequence[int], owned: Sequence[Owned] = ()
) -> Iterator[Context]:
    """Give the context in which rows of `owned` are written for the records `ids`, made in this transaction.

    That is the actor's own where he may edit them all, else the system's; `Forbidden` where the rows stand under a right
    of their own that he lacks. Records of his session are out of date afterwards: ids cross, objects never do.
    """
    if isinstance(context.session, SystemSession) or not _out_of_reach(context, resource, ids):
        yield context
        return
    for model, key in owned:
        _must_come_along(context, resource, ids, model, key)
    with context.system("entered along with a new record") as system:
        yield system
    context.session.expire_all()


def _out_of_reach(context: Context, resource: Resource, ids: Sequence[int]) -> set[int]:
    return set(ids) - allowed_ids(context.session, resource.model, list(ids), "edit")


def _must_come_along(
    context: Context, resource: Resource, ids: Sequence[int], model: Model, key: str
) -> None:
    """Refuse rows that are no part of the record, and those whose own right to create does not reach it."""
    policy = context.runtime.policies.for_model(model)
    belongs = isinstance(policy, Child) and (
        (policy.parent is resource.model and policy.key == key) or (policy.any_parent and key in policy.also)
    )
    if policy is None or not belongs:
        raise Forbidden()
    if policy.resource is None:
        return
    reached: set[Any] = granted_ids(context.session, resource.model, list(ids), (policy.resource, "create"))
    if set(ids) - reached:
        raise Forbidden()
