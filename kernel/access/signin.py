"""Signing in and out. The browser holds a random token, the database its hash and what it is good for.

Answers are neutral: who tries learns nothing about which users there are. No password and no token is ever
logged.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Protocol

from sqlalchemy import Engine, Interval, LargeBinary, bindparam, select, text, update
from sqlalchemy.orm import Session

from kernel.access import attempts
from kernel.access.actor import NO_RECORDS, SYSTEM, Actor, gathered, made_actor
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginAttempt, LoginSession, UserAccount, UserPassword
from kernel.access.passwords import hashed, is_outdated, matches
from kernel.access.policies import PolicySet
from kernel.access.seats import take_seat
from kernel.access.session import SystemSession, open_session
from kernel.access.users import create_user, end_sessions, folded, set_password, user_id_of
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.data.types import Instant
from kernel.extension.editions import see_day
from kernel.i18n import _

__all__ = (
    "IDLE",
    "LIFE",
    "Served",
    "SignedIn",
    "change_password",
    "create_user",
    "end_own_session",
    "end_sessions",
    "own_sessions",
    "set_password",
    "sign_in",
    "sign_out",
    "user_for_token",
    "user_id_of",
)

IDLE = timedelta(hours=12)
"""How long a session lives without being used."""
LIFE = timedelta(days=7)
"""How long a session lives at most."""
TOKEN_BYTES = 32
NO_POLICIES = PolicySet(())

_WHO = text("SELECT * FROM kernel.signed_in_user(:hash, :at, :idle)").bindparams(
    bindparam("hash", type_=LargeBinary), bindparam("at", type_=Instant), bindparam("idle", type_=Interval)
)


class Served(Protocol):
    """What of a site's runtime signing in needs."""

    site: Site
    engines: Engines

    @property
    def clock(self) -> Clock:
        """Gives the instant now, aware."""


class Clock(Protocol):
    """Gives the instant now, aware."""

    def __call__(self) -> datetime:
        """Now."""


@dataclass(frozen=True)
class SignedIn:
    """The holder of a token, with all that a request needs to know before it begins."""

    actor: Actor
    session_id: int
    locale: str
    epoch: int
    username: str = field(repr=False)
    party_id: int | None = None


def sign_in(served: Served, username: str, password: str, *, address: str, agent: str = "") -> str:
    """Give the token of a new session.

    Raises `AccessProblem`: `too-many` where the next try must wait, `full` where no more users may be signed in at
    once (only to who gave the right password), `wrong` for everything else, whatever it was.
    """
    attempt = attempts.clipped(folded(username), address, served.clock())
    number, user_id, kept = _admit(served, attempt)
    if not matches(kept, password) or user_id is None or kept is None:
        raise AccessProblem("wrong", _("The user name or the password is wrong."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with system_session(served, "sign in") as session:
        session.execute(update(LoginAttempt).where(LoginAttempt.id == number).values(succeeded=True))
        if is_outdated(kept):
            session.get_one(UserPassword, user_id).password_hash = hashed(password)
    _begin(served, user_id, token, attempt, agent)
    return token


def _begin(served: Served, user_id: int, token: str, attempt: attempts.Try, agent: str) -> None:
    """Begin the session of somebody who has shown who he is, where the edition has a seat for him."""
    try:
        with system_session(served, "sign in") as session:
            take_seat(session, user_id, attempt.at, IDLE)
            see_day(session, attempt.at.astimezone(served.site.time_zone).date())
            session.add(
                LoginSession(
                    user_id=user_id,
                    token_hash=_digest(token),
                    created_at=attempt.at,
                    seen_at=attempt.at,
                    expires_at=attempt.at + LIFE,
                    address=attempt.address,
                    agent=agent[:300],
                )
            )
            session.add(AuditEntry(at=attempt.at, actor_id=user_id, what="sign_in", address=attempt.address))
    except AccessProblem:
        with system_session(served, "no seat") as session:
            session.add(
                AuditEntry(at=attempt.at, actor_id=user_id, what="sign_in_full", address=attempt.address)
            )
        raise


def sign_out(served: Served, token: str) -> None:
    """End the session of a token; an unknown one is no error."""
    now = served.clock()
    with system_session(served, "sign out") as session:
        ended = session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == _digest(token), LoginSession.ended_at.is_(None))
            .values(ended_at=now)
            .returning(LoginSession.user_id)
        ).scalar()
        if ended is not None:
            session.add(AuditEntry(at=now, actor_id=ended, what="sign_out"))


def user_for_token(
    engine: Engine,
    site: Site,
    token: str,
    now: datetime | None = None,
    *,
    today: date | None = None,
    records: frozenset[str] = NO_RECORDS,
) -> SignedIn | None:
    """Say who holds a token, with grants, locale and epoch, in one query; None if it is good for nothing (any more).

    `site` says on whose behalf is asked: a token of one site means nothing to another, whose rows do not know
    it. He stands in for others only where `today` and the kinds of `records` that have owners are given.
    """
    values = {"hash": _digest(token), "at": now or datetime.now(UTC), "idle": IDLE}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_WHO, values).one_or_none()
    if row is None:
        return None
    actor = made_actor(
        row.user_id,
        row.display_name,
        row.is_administrator,
        gathered(row.grants or ()),
        row.reach,
        today=today,
        records=records,
    )
    return SignedIn(actor, row.session_id, row.locale, row.epoch, row.username, row.party_id)


def change_password(served: Served, who: SignedIn, old: str, new: str, *, address: str) -> None:
    """Change one's own password; one's other sessions end. Wrong guesses of the old one count as tries to sign in.

    Raises `AccessProblem` naming the field: `old_password` if that is wrong, `password` if the new one is too
    weak.
    """
    attempt = attempts.clipped(who.username, address, served.clock())
    number, user_id, kept = _admit(served, attempt)
    if not matches(kept, old) or user_id is None or user_id != who.actor.user_id:
        raise AccessProblem("wrong", _("The old password is wrong."), "old_password")
    with system_session(served, "change of one's own password") as session:
        session.execute(update(LoginAttempt).where(LoginAttempt.id == number).values(succeeded=True))
        set_password(session, user_id, new, keep_session=who.session_id)
        session.add(AuditEntry(at=attempt.at, actor_id=user_id, what="change_password", address=address))


def own_sessions(served: Served, user_id: int) -> list[LoginSession]:
    """Give the sessions in which a user is signed in, the last seen first."""
    now = served.clock()
    with system_session(served, "one's own sessions") as session:
        statement = select(LoginSession).where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.seen_at > now - IDLE,
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
            session.add(
                AuditEntry(
                    at=now, actor_id=user_id, what="session.end", resource="login_session", record_id=ended
                )
            )


def _admit(served: Served, attempt: attempts.Try) -> tuple[int, int | None, str | None]:
    """Note a try and give its number, with user and hash; both None where nobody could sign in so."""
    with system_session(served, "a try to sign in") as session:
        wait = attempts.time_to_wait(session, attempt)
        if wait > timedelta(0):
            text_ = _(
                "Too many tries. Try again in %(seconds)d seconds.", seconds=int(wait.total_seconds()) + 1
            )
            raise AccessProblem("too-many", text_)
        number = attempts.note(session, attempt)
        user_id, kept = _account(session, attempt.username)
    return number, user_id, kept


def _account(session: Session, username: str) -> tuple[int | None, str | None]:
    found = session.execute(
        select(UserAccount.id, UserPassword.password_hash)
        .join(UserPassword, UserPassword.user_id == UserAccount.id)
        .where(UserAccount.username == username, UserAccount.active)
    ).one_or_none()
    return (None, None) if found is None else (found[0], found[1])


@contextmanager
def system_session(served: Served, reason: str) -> Iterator[SystemSession]:
    """Open a transaction of the system with a stated reason; it commits at the end or not at all."""
    engine = served.engines.app(served.site)
    with open_session(engine, served.site, SYSTEM(reason), NO_POLICIES) as session:
        assert isinstance(session, SystemSession)
        yield session
        session.commit()


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
