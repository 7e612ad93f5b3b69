"""What keeps one plugin's failure from the others while plugins are asked within one transaction.

A failed statement aborts PostgreSQL's whole transaction, so each plugin that is asked runs under a
savepoint. It is set at the plugin's first statement only: most hooks run none, and twenty idle savepoints
cost more than the page. Changing records, flushing, committing and rolling back are refused inside a
contribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

_KEY = "kernel.extension.guard"


class HookMisuse(RuntimeError):
    """A hook did what no hook may: flushed, committed, rolled back or changed records while contributing."""


class TransactionLost(RuntimeError):
    """A hook ended the caller's transaction. What stood in it is gone, so the caller cannot go on: never
    isolated.
    """


@dataclass
class _Frame:
    """One plugin being asked; frames nest when its answer makes the kernel ask other plugins."""

    plugin: str
    savepoint: str
    may_flush: bool
    lazy: bool
    marked: bool = False


class Guard:
    """Watches one session, and the connection of its present transaction, while plugins are asked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._frames: list[_Frame] = []
        self._connection = Session.connection(session)
        event.listen(self._connection, "before_cursor_execute", self._before_statement)
        event.listen(session, "before_flush", self._before_flush)
        event.listen(session, "before_commit", self._before_commit)

    @classmethod
    def of(cls, session: Session) -> Guard:
        """Give the guard of the session's present transaction, making it at the first question."""
        guard = session.info.get(_KEY)
        if isinstance(guard, Guard) and guard._watches():
            return guard
        if isinstance(guard, Guard):
            guard._leave()
        made = cls(session)
        session.info[_KEY] = made
        return made

    def _watches(self) -> bool:
        return self._session.in_transaction() and Session.connection(self._session) is self._connection

    def _leave(self) -> None:
        event.remove(self._session, "before_flush", self._before_flush)
        event.remove(self._session, "before_commit", self._before_commit)

    @contextmanager
    def contribution(self, plugin: str) -> Iterator[None]:
        """Ask a plugin that may only read: a savepoint at its first statement, undone if it fails."""
        frame = _Frame(plugin, f"peyvand_hook_{len(self._frames)}", may_flush=False, lazy=True)
        with self._asking(frame):
            try:
                yield
                if self._discard_changes():
                    raise HookMisuse(f"the plugin {plugin} changed records while contributing")
            except BaseException:
                self._discard_changes()
                if frame.marked:
                    _raw(self._connection, f"ROLLBACK TO SAVEPOINT {frame.savepoint}")
                raise
            finally:
                if frame.marked:
                    _raw(self._connection, f"RELEASE SAVEPOINT {frame.savepoint}")

    @contextmanager
    def provision(self, plugin: str) -> Iterator[None]:
        """Ask a plugin that may write, in a savepoint: what it wrote stays, unless it fails."""
        with self._asking(_Frame(plugin, "", may_flush=True, lazy=False)), self._session.begin_nested():
            yield

    @contextmanager
    def rule(self, plugin: str) -> Iterator[None]:
        """Ask a plugin whose failure refuses the whole action: nothing to undo, but it may not commit
        either.
        """
        with self._asking(_Frame(plugin, "", may_flush=True, lazy=False)):
            yield

    @contextmanager
    def _asking(self, frame: _Frame) -> Iterator[None]:
        outer, nested = self._session.get_transaction(), self._session.get_nested_transaction()
        self._frames.append(frame)
        try:
            yield
        finally:
            self._frames.pop()
            now = self._session.get_transaction(), self._session.get_nested_transaction()
            if now != (outer, nested):
                raise TransactionLost(f"the plugin {frame.plugin} ended or left open a transaction")

    def _discard_changes(self) -> bool:
        """Take back what the plugin changed in the session without flushing; say whether there was
        anything.
        """
        session = self._session
        new, changed, deleted = list(session.new), list(session.dirty), list(session.deleted)
        for record in new:
            session.expunge(record)
        for record in deleted:
            session.add(record)
        for record in changed:
            session.expire(record)
        return bool(new or changed or deleted)

    def _before_statement(self, connection: Connection, *_statement: Any) -> None:
        if self._frames and self._frames[-1].lazy and not self._frames[-1].marked:
            frame = self._frames[-1]
            _raw(connection, f"SAVEPOINT {frame.savepoint}")
            frame.marked = True

    def _before_flush(self, session: Session, flush_context: Any, instances: Any) -> None:
        if self._frames and not self._frames[-1].may_flush:
            raise HookMisuse(f"the plugin {self._frames[-1].plugin} flushed while contributing")

    def _before_commit(self, session: Session) -> None:
        if self._frames and not session.in_nested_transaction():
            raise HookMisuse(f"the plugin {self._frames[-1].plugin} committed")


def _raw(connection: Connection, command: str) -> None:
    """Send a savepoint command past SQLAlchemy's events, which would otherwise call this guard again."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(command)
    finally:
        cursor.close()
