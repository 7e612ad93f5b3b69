"""What of a table reaches one user, found four ways: by each wall alone, by both, and row by row by hand.

Only the application's own role is used: "the session alone" is a user's session about which the database has been told that
the system is at work, so that wall 2 stands open.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, select, tuple_
from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM, Actor
from kernel.access.guard import Guard
from kernel.access.identity import Identity
from kernel.access.judging import Judge, row_by_key, rows_of
from kernel.access.policies import Policy, PolicySet
from kernel.access.predicates import Reach
from kernel.access.session import SystemSession, UserSession
from kernel.data.site import Site

LOOKED_AT = 500
"""Rows of a table, the newest, that are compared one by one."""
Keys = set[tuple[Any, ...]]


@dataclass(frozen=True)
class Proof:
    """How many of the rows looked at reach the user, by each way."""

    table: str
    looked_at: int
    by_session: int
    by_database: int
    by_both: int
    by_hand: int
    agree: bool
    """Whether all four let through the very same rows."""


@dataclass(frozen=True)
class Prover:
    """Compares the walls for one user of a site."""

    engine: Engine
    site: Site
    actor: Actor
    policies: PolicySet
    limit: float = 5
    """Seconds that one statement may take."""

    def prove(self, policy: Policy, only: ColumnElement[bool] | None = None) -> Proof:
        """Look at the newest rows of a table; `only` is a condition on its columns that narrows them."""
        keys, by_hand = self._by_hand(policy, only)
        found = [self._alone(policy, keys), self._database(policy, keys), self._both(policy, keys)]
        agree = all(each == by_hand for each in found)
        session, database, both = (len(each) for each in found)
        return Proof(policy.table.fullname, len(keys), session, database, both, len(by_hand), agree)

    def user_session(self) -> UserSession:
        """Open the user's session behind both walls, to read only."""
        return UserSession(self.engine, self._identity(self.actor), self.policies)

    def _identity(self, actor: Actor) -> Identity:
        return Identity(self.site.signing_key, actor, read_only=True, limit=self.limit)

    def _system(self) -> Identity:
        return self._identity(SYSTEM("leak check"))

    def _by_hand(self, policy: Policy, only: ColumnElement[bool] | None) -> tuple[Keys, Keys]:
        table = policy.table
        order = [column.desc() for column in table.primary_key]
        statement = select(*table.columns).order_by(*order).limit(LOOKED_AT)
        if only is not None:
            statement = statement.where(only)
        identity = self._system()
        with SystemSession(self.engine, identity.actor, identity) as session:
            judge = Judge(self.actor, self.policies, rows_of(session))
            rows = [row_by_key(table, found) for found in session.execute(statement).mappings().all()]
            keyed = {tuple(row[column.key] for column in table.primary_key): row for row in rows}
            return set(keyed), {key for key, row in keyed.items() if judge.sees(policy, row)}

    def _alone(self, policy: Policy, keys: Keys) -> Keys:
        with UserSession(self.engine, self._system(), self.policies) as session:
            session.actor = self.actor
            session.guard = Guard(Reach(self.actor, self.policies))
            return self._through_model(session, policy, keys)

    def _both(self, policy: Policy, keys: Keys) -> Keys:
        with self.user_session() as session:
            return self._through_model(session, policy, keys)

    def _database(self, policy: Policy, keys: Keys) -> Keys:
        columns = list(policy.table.primary_key)
        with Session(self.engine) as session:
            self._identity(self.actor).announce(session.connection())
            return self._read(session, columns, keys)

    def _through_model(self, session: Session, policy: Policy, keys: Keys) -> Keys:
        columns = [policy.column(column.key) for column in policy.table.primary_key]
        return self._read(session, columns, keys)

    def _read(self, session: Session, columns: Collection[ColumnElement[Any]], keys: Keys) -> Keys:
        if not keys:
            return set()
        statement = select(*columns).where(tuple_(*columns).in_(sorted(keys, key=str)))
        return {tuple(row) for row in session.execute(statement)}
