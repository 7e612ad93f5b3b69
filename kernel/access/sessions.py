"""Sessions: beginning one, listing and ending one's own, and how long they live by the site's settings."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.access import attempts
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginSession
from kernel.access.seats import FULL, take_seat
from kernel.access.serving import Served, digest, system_session
from kernel.access.users import end_sessions
from kernel.extension.editions import see_day
from kernel.extension.models import Setting

IDLE = timedelta(hours=12)
"""How long a session lives without being used, where the site says nothing else."""
LIFE = timedelta(days=7)
"""How long a session lives at most, where the site says nothing else."""
IDLE_MINUTES, LIFE_DAYS = "access.idle_minutes", "access.session_days"
"""Keys of the settings that say otherwise."""
IDLE_BOUNDS = (5, 7 * 24 * 60)
LIFE_BOUNDS = (1, 30)
TOKEN_BYTES = 32


def idle_from(minutes: object) -> timedelta:
    """Give the limit that a setting means; what lies outside the bounds is moved to them."""
    if not isinstance(minutes, int):
        return IDLE
    return timedelta(minutes=min(max(minutes, IDLE_BOUNDS[0]), IDLE_BOUNDS[1]))


def limits(session: Session) -> tuple[timedelta, timedelta]:
    """Read how long a session of this site lives unused, and at most."""
    rows = session.execute(
        select(Setting.key, Setting.value).where(Setting.key.in_((IDLE_MINUTES, LIFE_DAYS)))
    )
    found = {row.key: row.value for row in rows}
    days = found.get(LIFE_DAYS)
    life = timedelta(days=min(max(days, LIFE_BOUNDS[0]), LIFE_BOUNDS[1])) if isinstance(days, int) else LIFE
    return idle_from(found.get(IDLE_MINUTES)), life


def begin_session(served: Served, user_id: int, attempt: attempts.Try, agent: str) -> str:
    """Begin the session of somebody who has shown who he is, in a transaction of its own; see `seated_session`."""
    with noting_refusal(served, user_id, attempt), system_session(served, "sign in") as session:
        return seated_session(served, session, user_id, attempt, agent)


def seated_session(served: Served, session: Session, user_id: int, attempt: attempts.Try, agent: str) -> str:
    """Begin a session where the edition has a seat for the user, within a transaction of the system; gives its token.

    Raises `AccessProblem` (`full`).
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    idle, life = limits(session)
    take_seat(session, user_id, attempt.at, idle)
    see_day(session, attempt.at.astimezone(served.site.time_zone).date())
    session.add(
        LoginSession(
            user_id=user_id,
            token_hash=digest(token),
            created_at=attempt.at,
            seen_at=attempt.at,
            expires_at=attempt.at + life,
            address=attempt.address,
            agent=agent[:300],
        )
    )
    session.add(AuditEntry(at=attempt.at, actor_id=user_id, what="sign_in", address=attempt.address))
    return token


@contextmanager
def noting_refusal(served: Served, user_id: int, attempt: attempts.Try) -> Iterator[None]:
    """Write into the audit that somebody found no seat: the transaction that was to sign him in is taken back."""
    try:
        yield
    except AccessProblem as problem:
        if problem.code == FULL:
            with system_session(served, "no seat") as session:
                session.add(
                    AuditEntry(at=attempt.at, actor_id=user_id, what="sign_in_full", address=attempt.address)
                )
        raise


def own_sessions(served: Served, user_id: int) -> list[LoginSession]:
    """Give the sessions in which a user is signed in, the last seen first."""
    now = served.clock()
    with system_session(served, "one's own sessions") as session:
        statement = select(LoginSession).where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.seen_at > now - limits(session)[0],
        )
        return list(session.scalars(statement.order_by(LoginSession.seen_at.desc())))


def end_own_session(served: Served, user_id: int, session_id: int) -> None:
    """End one of a user's own sessions; another's is left alone without a word."""
    mine = (LoginSession.id == session_id, LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    with system_session(served, "one's own sessions") as session:
        now = served.clock()
        ended = session.execute(
            update(LoginSession).where(*mine).values(ended_at=now).returning(LoginSession.id)
        ).scalar()
        if ended is not None:
            session.add(_ending("session.end", user_id, now, resource="login_session", record_id=ended))


def end_other_sessions(served: Served, user_id: int, keep: int) -> None:
    """End all of a user's own sessions but the one in which he asks for it."""
    with system_session(served, "one's own sessions") as session:
        now = served.clock()
        end_sessions(session, user_id, keep=keep, now=now)
        session.add(_ending("session.end_others", user_id, now))


def _ending(what: str, user_id: int, now: datetime, **about: Any) -> AuditEntry:
    return AuditEntry(at=now, actor_id=user_id, what=what, **about)
