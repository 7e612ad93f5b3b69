"""Running one shape in one session, and judging what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import InvalidRequestError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from kernel.access.actor import SYSTEM
from kernel.access.errors import RefusedStatement
from kernel.access.identity import Identity
from kernel.testing.corpus.subject import Answer, Shape, Subject

FAILURES = (StatementError, InvalidRequestError, StaleDataError)
"""How the database, its silence about a hidden row, or a value that no column of the type holds, ends a shape."""
SETTINGS = ("peyvand.token", "peyvand.bin")
_NOTED = "SELECT " + ", ".join(f"current_setting('{each}', true)" for each in SETTINGS)
_SET_BACK = "SELECT " + ", ".join(f"set_config('{each}', %s, true)" for each in SETTINGS)


class Watched:
    """The rows that no shape may change, remove or add to: the hidden ones, and those below hidden ones."""

    def __init__(self, subject: Subject, signing_key: bytes) -> None:
        self._identity = Identity(signing_key, SYSTEM("look at all rows"))
        self._statements = [select(subject.table).where(subject.core_key.not_in(subject.visible))]
        if subject.below is not None:
            below = inspect(type(subject.below(0))).local_table
            key = next(key.parent for key in below.foreign_keys if key.column.table is subject.table)
            self._statements.append(select(below).where(key.not_in(subject.visible)))

    def digest(self, connection: Connection) -> Counter[tuple[Any, ...]]:
        """The rows, seen as the system."""
        seen: Counter[tuple[Any, ...]] = Counter()
        with self._as_system(connection):
            for number, statement in enumerate(self._statements):
                # As text: a JSON column gives what cannot be counted.
                seen.update((number, *map(repr, row)) for row in connection.execute(statement))
        return seen

    @contextmanager
    def _as_system(self, connection: Connection) -> Iterator[None]:
        kept = connection.exec_driver_sql(_NOTED).one()
        self._identity.announce(connection)
        yield
        connection.exec_driver_sql(_SET_BACK, tuple(value or "" for value in kept))


def examine(
    shape: Shape, subject: Subject, session: Session, signing_key: bytes, *, wall1: bool
) -> str | None:
    """Run a shape and say what is wrong, or None; what it wrote is taken back.

    With `wall1` the session must give the shape's own verdict; without it, the database alone must keep its rows.
    `signing_key` lets the look at all rows, before and after, act as the system on the session's own connection. The
    subject keeps the look before the first shape: as each takes back what it wrote, it is that before all others.
    """
    watched = Watched(subject, signing_key)
    connection = Session.connection(session)
    before = subject.looks.get(connection.engine)
    if before is None:
        before = subject.looks[connection.engine] = watched.digest(connection)
    ended = "filtered"
    wrong: str | None = None
    try:
        with session.begin_nested() as savepoint:
            answer = shape.run(session, subject)
            session.flush()
            wrong = _judge(shape, subject, answer)
            if watched.digest(Session.connection(session)) != before:
                wrong = "changed, added or removed hidden rows"
            savepoint.rollback()
    except RefusedStatement as refusal:
        ended = "refused"
        wrong = None if wall1 and shape.wall1 == "refused" else f"was refused: {refusal}"
    except FAILURES as failure:
        ended = "failed"
        allowed = shape.fails != "never"
        wrong = None if allowed or _is_privilege(failure) else f"failed: {failure}"
    if wrong is None and ended == "filtered":
        wanted = shape.wall1 if wall1 else "failed" if shape.fails == "must" else "filtered"
        wrong = None if wanted == "filtered" else f"ran, and was not {wanted}"
    return wrong


def _is_privilege(failure: Exception) -> bool:
    """Whether the database said that the role may not do that at all, or not so."""
    return getattr(getattr(failure, "orig", None), "sqlstate", None) == "42501"


def _judge(shape: Shape, subject: Subject, answer: Answer) -> str | None:
    if isinstance(answer, int):
        wanted = len(subject.visible)
        return None if answer == wanted else f"counted {answer} rows in place of {wanted}"
    if isinstance(answer, set):
        leaked = answer & subject.hidden
        if leaked:
            return f"showed hidden rows {sorted(leaked)}"
        if not shape.partial and answer != subject.visible:
            return f"showed {sorted(answer)} in place of {sorted(subject.visible)}"
    return None
