"""On whose behalf something was done: a deputy's changes of records that he reached for the absent user alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.access.actor import ALL
from kernel.access.policies import PolicySet, Rows

if TYPE_CHECKING:
    from kernel.access.actor import Actor
    from kernel.access.session import SystemSession

RIGHTS = {"delete": "delete", "restore": "restore", "purge": "purge"}
"""The right that an action of the history needed; `edit` for all others."""


def say_on_whose_behalf(
    session: SystemSession, actor: Actor, policies: PolicySet, rows: Iterable[dict[str, Any]]
) -> None:
    """Fill `on_behalf_of` of rows of the history before they are written."""
    owned = {each.table.fullname: each for each in policies if isinstance(each, Rows) and _columns(each)}
    by_root: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["root"] in owned:
            by_root[row["root"]].append(row)
    for root, told in by_root.items():
        policy: Any = owned[root]
        columns = _columns(policy)
        key = policy.key_of(policy.table)
        wanted = select(key, *(policy.table.c[name] for name in columns)).where(
            key.in_([row["root_id"] for row in told])
        )
        held = {found[0]: set(found[1:]) for found in session.execute(wanted)}
        for row in told:
            owners = {
                row["changes"][name][0]
                for name in columns
                if row["subject"] == root and name in row["changes"] and row["action"] != "create"
            } or held.get(row["root_id"], set())
            row["on_behalf_of"] = _absent(actor, policy.resource, row["action"], owners)


def _columns(policy: Rows) -> tuple[str, ...]:
    return tuple(name for name in policy.scopes.get("own", ()) if name != "id")


def _absent(actor: Actor, resource: str, action: str, owners: set[Any]) -> str | None:
    """Give the name of him for whom the actor reached a record; None where he reaches it by himself."""
    asked = RIGHTS.get(action, "edit")
    for right in dict.fromkeys((asked, "edit", "assign", "view")):
        scopes = actor.grants.get((resource, right), frozenset())
        if actor.is_administrator or ALL in scopes:
            return None
        if "team" in scopes and owners & set(actor.team):
            return None
        whose = actor.owners.get((resource, right), (actor.user_id,) if "own" in scopes else ())
        if actor.user_id in owners and actor.user_id in whose:
            return None
        for each in actor.deputy_of:
            if each.user_id in owners and each.user_id in whose:
                return each.name
    return None
