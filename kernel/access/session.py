"""Sessions: wall 1 around everything that a user's session reads and writes, and the system's way past it.

`open_session` begins a transaction with one statement, which tells the database the signed actor (wall 2) and
reads the epoch. `elevated` lends the connection of a user's session to the system for a stated reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, event, inspect, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.orm.session import JoinTransactionMode

from kernel.access.actor import SYSTEM, Actor
from kernel.access.changes import Changes
from kernel.access.errors import RefusedStatement
from kernel.access.guard import Guard
from kernel.access.identity import Identity
from kernel.access.policies import Model, PolicySet
from kernel.access.predicates import Reach
from kernel.data.site import Site


class SystemSession(Session):
    """A session for the kernel's own work. Wall 1 does not stand here; the database still asks who is at work.

    `identity` is None where the connection is borrowed: whoever lent it has told the database already.
    """

    def __init__(
        self, bind: Engine | Connection, actor: Actor, identity: Identity | None, *, savepoint: bool = True
    ) -> None:
        mode: JoinTransactionMode = "create_savepoint" if savepoint else "rollback_only"
        super().__init__(bind, expire_on_commit=False, join_transaction_mode=mode)
        self.actor = actor
        self.identity = identity


class UserSession(Session):
    """A session for a user: it reads and writes what his grants reach, and refuses what it cannot protect."""

    def __init__(self, engine: Engine, identity: Identity, policies: PolicySet) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.actor = identity.actor
        self.identity = identity
        self.guard = Guard(Reach(identity.actor, policies, lift_bin=identity.lift_bin))
        self.changes: Changes | None = None
        self.lent: SystemSession | None = None
        self.out_of_date = False

    def ready(self) -> Connection:
        """The connection, with the user as the actor of its transaction. For this package: it is past wall 1."""
        if self.lent is not None:
            raise RefusedStatement("the connection is lent to the system; finish its work first")
        connection = super().connection()
        if self.out_of_date:
            self.identity.announce(connection)
            self.out_of_date = False
        return connection

    def connection(self, *_arguments: Any, **_options: Any) -> NoReturn:
        """Refused: a bare connection has one wall only."""
        raise RefusedStatement("a user's session gives no bare connection")

    def bulk_save_objects(self, *_arguments: Any, **_options: Any) -> NoReturn:
        """Refused: it writes past the checks of a flush."""
        raise RefusedStatement("rows are written as objects")

    def bulk_insert_mappings(self, *_arguments: Any, **_options: Any) -> NoReturn:
        """Refused: it writes past the checks of a flush."""
        raise RefusedStatement("rows are written as objects")

    def bulk_update_mappings(self, *_arguments: Any, **_options: Any) -> NoReturn:
        """Refused: it writes past the checks of a flush."""
        raise RefusedStatement("rows are written as objects")

    def enable_relationship_loading(self, obj: object) -> NoReturn:
        """Refused: it loads for objects whose row nobody has seen."""
        raise RefusedStatement("only rows of this session have relationships")


Opened = TypeVar("Opened", UserSession, SystemSession)


def open_session(
    engine: Engine,
    site: Site,
    actor: Actor,
    policy_set: PolicySet,
    *,
    read_only: bool = False,
    lift_bin: bool = False,
    statement_limit: float = 0,
) -> UserSession | SystemSession:
    """Open a session on behalf of `actor`, and begin its transaction; `session.info` then holds the site's
    `epoch` and `latest_day`.

    `lift_bin` shows binned rows; `statement_limit` is in seconds, 0 for none.
    """
    identity = Identity(site.signing_key, actor, lift_bin, read_only, statement_limit)
    if actor.kind == "system":
        return _begun(SystemSession(engine, actor, identity))
    return _begun(UserSession(engine, identity, policy_set))


@contextmanager
def elevated(session: Session, reason: str) -> Iterator[SystemSession]:
    """Work as the system on the connection and in the transaction of a user's session.

    The user's changes are written first, and his session rests meanwhile; within `no_autoflush` they wait, since a
    record that is being filled in is not ready to be written. What the system does stands in a
    savepoint of its own: if it fails, the transaction is as before, and the actor is the user again. A
    transaction that only reads has nothing to take back, so it saves the savepoint. Ids cross, objects never.
    """
    if isinstance(session, SystemSession):
        yield session
        return
    if not isinstance(session, UserSession):
        raise TypeError("only sessions made by open_session can be elevated")
    if session.lent is not None:
        yield session.lent
        return
    if session.autoflush:
        session.flush()
    connection = session.ready()
    actor = SYSTEM(reason)
    try:
        Identity(session.identity.signing_key, actor, limit=session.identity.limit).announce(connection)
        reading = session.identity.read_only
        with SystemSession(connection, actor, None, savepoint=not reading) as session.lent:
            yield session.lent
            session.lent.commit()
    finally:
        session.lent = None
        _give_back(session, connection)


def allowed(session: Session, model: Model, action: str) -> ColumnElement[bool]:
    """The condition of rows of `model` with which the session's actor may do `action`, for use in `where()`."""
    if isinstance(session, SystemSession):
        return true()
    if not isinstance(session, UserSession):
        raise TypeError("only sessions made by open_session have an actor")
    policy = session.guard.policy_of(inspect(model))
    condition = session.guard.condition(policy, action)
    return true() if condition is None else condition


def arms(session: Session, model: Model) -> list[ColumnElement[bool]]:
    """The conditions of the scopes in which the session's actor sees rows of `model`, for a union of ordered selects.

    Empty where a plain select has an index already: the session's own condition stands on every statement
    anyway.
    """
    if not isinstance(session, UserSession):
        return []
    return session.guard.arms(session.guard.policy_of(inspect(model)))


def allowed_ids(session: Session, model: Model, ids: list[int], action: str) -> set[int]:
    """Those of `ids` with whose rows the session's actor may do `action`; each of them he also sees."""
    key = inspect(model).primary_key[0].key
    column = getattr(model, key)
    return set(session.scalars(select(column).where(column.in_(ids), allowed(session, model, action))))


def granted_ids(session: Session, model: Model, ids: list[int], right: tuple[str, str]) -> set[int]:
    """Those of `ids` that a right upon rows which hang on them reaches: its scopes are measured by these records."""
    if isinstance(session, SystemSession):
        return set(ids)
    if not isinstance(session, UserSession):
        raise TypeError("only sessions made by open_session have an actor")
    key = inspect(model).primary_key[0].key
    column = getattr(model, key)
    statement = select(column).where(column.in_(ids))
    condition = session.guard.granted(session.guard.policy_of(inspect(model)), *right)
    return set(session.scalars(statement if condition is None else statement.where(condition)))


def _begun(session: Opened) -> Opened:
    Session.connection(session)
    return session


def _give_back(session: UserSession, connection: Connection) -> None:
    """Make the user the actor again; in a transaction that has failed, before its next statement."""
    try:
        session.identity.announce(connection)
    except DBAPIError:
        session.out_of_date = True


@event.listens_for(UserSession, "after_begin")
@event.listens_for(SystemSession, "after_begin")
def _on_begin(
    session: UserSession | SystemSession, transaction: SessionTransaction, connection: Connection
) -> None:
    if session.identity is not None and not transaction.nested:
        now = session.identity.announce(connection)
        session.info.update(now._asdict())
        if isinstance(session, UserSession):
            session.out_of_date = False


@event.listens_for(UserSession, "after_soft_rollback")
def _on_rollback(session: UserSession, _transaction: SessionTransaction) -> None:
    # A savepoint takes settings back to what they were at its beginning, which may be the system's.
    session.out_of_date = True


@event.listens_for(UserSession, "do_orm_execute")
def _on_execute(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, UserSession)
    session.ready()
    session.guard.protect(state)


@event.listens_for(UserSession, "before_attach")
def _on_attach(session: UserSession, instance: object) -> None:
    if inspect(instance).key is not None:
        raise RefusedStatement("rows are loaded by this session itself; ids cross, objects never do")


@event.listens_for(UserSession, "before_flush")
def _on_flush(session: UserSession, _context: Any, _instances: Any) -> None:
    session.changes = Changes(session.guard, session.ready())
    session.changes.before(session)


@event.listens_for(UserSession, "after_flush")
def _on_flushed(session: UserSession, _context: Any) -> None:
    if session.changes is not None:
        session.changes.after(session)
        session.changes = None
