"""All rows of a site that one user may see or change: by each wall, and counted by hand. The answers must be the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access.actor import Actor
from kernel.access.identity import Identity
from kernel.access.judging import row_by_key, rows_of
from kernel.access.policies import Policy, PolicySet, Sealed
from kernel.access.session import allowed, open_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.oracle import Holding, Oracle

Key = tuple[Any, ...]
ACTIONS = ("view", "edit", "purge", "export")
"""What the session asks of each row, alone: to see it, what the verbs of the database do, and what only commands do."""
ALONE = "the session alone"


def compare(
    engines: Engines,
    site: Site,
    actor: Actor,
    policies: PolicySet,
    wanted: Collection[Policy] | None = None,
    *,
    holding: Holding | None = None,
) -> tuple[int, list[str]]:
    """Compare the walls with the oracle for every table; gives how many rows the actor sees, and the differences.

    `wanted` narrows it to some policies. `holding` is what the test itself wrote down of the user's rights; without it,
    what the kernel loaded of them is believed.
    """
    compared = [each for each in (wanted or policies) if not isinstance(each, Sealed)]
    with engines.owner(site).connect() as owner:
        oracle = Oracle(holding or Holding.of(actor), policies, rows_of(owner), actor)
        by_hand = {policy: _by_hand(owner, oracle, policy) for policy in compared}
    problems: list[str] = []
    for which, engine in ((ALONE, engines.owner(site)), ("both walls", engines.app(site))):
        with open_session(engine, site, actor, policies, read_only=True) as session:
            for policy in compared:
                for action in ACTIONS if which == ALONE else ACTIONS[:1]:
                    found = _by_session(session, policy, action)
                    problems += _differences(policy, action, which, found, by_hand[policy][action])
    with Session(engines.app(site)) as session:
        Identity(site.signing_key, actor).announce(session.connection())
        for policy in compared:
            found = _keys(session.execute(select(*policy.table.primary_key)))
            problems += _differences(policy, "view", "the database alone", found, by_hand[policy]["view"])
    return sum(len(answers["view"]) for answers in by_hand.values()), problems


def _by_hand(owner: Any, oracle: Oracle, policy: Policy) -> dict[str, set[Key]]:
    table = policy.table
    rows = [row_by_key(table, found) for found in owner.execute(select(*table.columns)).mappings().all()]
    return {
        action: {
            tuple(row[column.key] for column in table.primary_key)
            for row in rows
            if oracle.may(policy, row, action)
        }
        for action in ACTIONS
    }


def _by_session(session: Session, policy: Policy, action: str) -> set[Key]:
    columns = [policy.column(column.key) for column in policy.table.primary_key]
    return _keys(session.execute(select(*columns).where(allowed(session, policy.model, action))))


def _keys(rows: Any) -> set[Key]:
    return {tuple(row) for row in rows}


def _differences(policy: Policy, action: str, which: str, found: set[Key], wanted: set[Key]) -> Iterator[str]:
    for word, keys in (("lets through", found - wanted), ("keeps back", wanted - found)):
        if keys:
            yield f"{policy.table.fullname}: {which} {word}, for {action}, {sorted(keys, key=str)[:5]}"
