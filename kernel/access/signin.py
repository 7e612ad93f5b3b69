"""Signing in: attempts counted before the password is looked at, sessions as rows with hashed tokens.

Answers never tell whether a user name exists. Whoever guesses is slowed down by name and address together, so that the
rightful user still gets in from elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM, Actor, gathered
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginAttempt, LoginSession, UserAccount, UserPassword
from kernel.access.passwords import hash_password, outdated, verify
from kernel.access.policies import PolicySet
from kernel.access.session import open_session
from kernel.data.site import Site
from kernel.i18n import LazyText, _

IDLE = timedelta(hours=12)
"""A session that nothing came from for this long has ended."""
LONGEST = timedelta(days=14)
"""A session ends after this time, however busy it was."""
WINDOW = timedelta(minutes=15)
"""Failures older than this no longer count."""
FREE = 5
"""Failures of one name from one address before a delay begins; it doubles with each further one."""
PER_ADDRESS = 60
"""Failures of whatever names from one address within the window, after which it must wait."""

WRONG = _("The user name or the password is wrong.")
NO_ACCOUNT: LazyText = _("There is no such user.")


class Place(Protocol):
    """Where somebody signs in: a site, its engines, and what time it is there."""

    @property
    def site(self) -> Site:
        """The site."""

    @property
    def engines(self) -> Any:
        """`.app(site)` gives the engine of the application's role."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the present instant."""


@dataclass(frozen=True)
class SignedIn:
    """Who holds a token: the actor, and what else a request needs to know, read in one round trip."""

    actor: Actor
    locale: str
    session_id: int
    epoch: int
    party_id: int | None = None


def sign_in(place: Place, username: str, password: str, *, address: str = "", agent: str = "") -> str:
    """Begin a session and give its token.

    Raises `AccessProblem`: `too-many` for one who must wait, `wrong` for everything else.
    """
    now = place.clock()
    name = normal_username(username)
    attempt = _note_attempt(place, name, address, now)
    with _system(place, "sign-in") as session:
        row = session.execute(
            select(UserAccount.id, UserAccount.active, UserPassword.password_hash)
            .join(UserPassword, UserPassword.user_id == UserAccount.id)
            .where(UserAccount.username == name)
        ).one_or_none()
        right = verify(row.password_hash if row else None, password)
        if row is None or not right or not row.active:
            raise AccessProblem("wrong", WRONG)
        session.execute(update(LoginAttempt).where(LoginAttempt.id == attempt).values(succeeded=True))
        if outdated(row.password_hash):
            _keep_hash(session, row.id, hash_password(password), now)
        token = secrets.token_urlsafe(32)
        session.execute(
            insert(LoginSession).values(
                user_id=row.id,
                token_hash=_hashed(token),
                created_at=now,
                seen_at=now,
                expires_at=now + LONGEST,
                address=address[:100],
                agent=agent[:300],
            )
        )
        _audit(session, now, row.id, "sign-in", address)
        session.commit()
    return token


def user_for_token(engine: Engine, site: Site, token: str, now: datetime | None = None) -> SignedIn | None:
    """Give who holds a token, with grants, language and epoch in one round trip; None where no session is open."""
    statement = text("SELECT * FROM kernel.signed_in_user(:hash, :at, :idle)")
    values = {"hash": _hashed(token), "at": now or datetime.now(UTC), "idle": IDLE}
    with engine.begin() as connection:
        row = connection.execute(statement, values).one_or_none()
    if row is None:
        return None
    actor = Actor("user", row.user_id, row.display_name, row.is_administrator, gathered(row.grants or ()))
    return SignedIn(actor, row.locale, row.session_id, row.epoch, row.party_id)


def sign_out(place: Place, token: str) -> None:
    """End the session of a token; one that has ended stays so."""
    now = place.clock()
    with _system(place, "sign-out") as session:
        ended = session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == _hashed(token), LoginSession.ended_at.is_(None))
            .values(ended_at=now)
            .returning(LoginSession.user_id)
        ).scalar_one_or_none()
        if ended is not None:
            _audit(session, now, ended, "sign-out")
        session.commit()


def own_sessions(place: Place, user_id: int) -> list[LoginSession]:
    """Give the open sessions of a user, the last seen first."""
    now = place.clock()
    statement = (
        select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.seen_at > now - IDLE,
        )
        .order_by(LoginSession.seen_at.desc())
    )
    with _system(place, "own sessions") as session:
        found = list(session.execute(statement).scalars())
        session.expunge_all()
    return found


def end_own_session(place: Place, user_id: int, session_id: int) -> bool:
    """End one of a user's own sessions; False for one that is not his or has ended."""
    now = place.clock()
    with _system(place, "own sessions") as session:
        ended = session.execute(
            update(LoginSession)
            .where(
                LoginSession.id == session_id,
                LoginSession.user_id == user_id,
                LoginSession.ended_at.is_(None),
            )
            .values(ended_at=now)
            .returning(LoginSession.id)
        ).scalar_one_or_none()
        session.commit()
    return ended is not None


def change_password(
    place: Place, user_id: int, old: str, new: str, *, keep_session: int | None = None
) -> None:
    """Change one's own password; all other sessions of the user end.

    Raises `AccessProblem` naming `old` or `password`. Wrong old passwords count as failed attempts.
    """
    now = place.clock()
    with _system(place, "own password") as session:
        name = session.execute(select(UserAccount.username).where(UserAccount.id == user_id)).scalar_one()
        stored = session.execute(
            select(UserPassword.password_hash).where(UserPassword.user_id == user_id)
        ).scalar_one_or_none()
    attempt = _note_attempt(place, name, "", now)
    if not verify(stored, old):
        raise AccessProblem("wrong", _("The present password is wrong."), "old")
    fresh = hash_password(new, username=name)
    with _system(place, "own password") as session:
        session.execute(update(LoginAttempt).where(LoginAttempt.id == attempt).values(succeeded=True))
        _keep_hash(session, user_id, fresh, now)
        end_sessions(session, user_id, keep=keep_session, now=now)
        _audit(session, now, user_id, "password-changed")
        session.commit()


# --- for the system's own session: the command line, and administrators' commands


def create_user(
    session: Session,
    username: str,
    password: str,
    *,
    display_name: str,
    is_administrator: bool = False,
    locale: str = "fa",
) -> int:
    """Add a user who may sign in with this password, and give his id.

    Raises `AccessProblem` for a name that is taken or malformed, and for a weak password.
    """
    name = normal_username(username)
    if not name or len(name) > 60 or not all(part.isalnum() or part in "._-@" for part in name):
        raise AccessProblem(
            "bad-username", _("A user name holds letters, digits and . _ - @ only."), "username"
        )
    if session.execute(select(UserAccount.id).where(UserAccount.username == name)).scalar_one_or_none():
        raise AccessProblem("taken", _("This user name is taken."), "username")
    hashed = hash_password(password, username=name)
    user = UserAccount(
        username=name,
        display_name=display_name.strip() or name,
        is_administrator=is_administrator,
        locale=locale,
    )
    session.add(user)
    session.flush()
    _keep_hash(session, user.id, hashed, datetime.now(UTC))
    return user.id


def user_id_of(session: Session, username: str) -> int:
    """Give the id of a user by name; raise `AccessProblem` for an unknown one."""
    found = session.execute(
        select(UserAccount.id).where(UserAccount.username == normal_username(username))
    ).scalar_one_or_none()
    if found is None:
        raise AccessProblem("unknown", NO_ACCOUNT, "username")
    return found


def set_password(session: Session, user_id: int, password: str) -> None:
    """Give a user another password; all sessions of the user end. Raises `AccessProblem` for a weak one."""
    name = session.execute(select(UserAccount.username).where(UserAccount.id == user_id)).scalar_one_or_none()
    if name is None:
        raise AccessProblem("unknown", NO_ACCOUNT, "username")
    _keep_hash(session, user_id, hash_password(password, username=name), datetime.now(UTC))
    end_sessions(session, user_id)


def end_sessions(
    session: Session, user_id: int, *, keep: int | None = None, now: datetime | None = None
) -> None:
    """End all sessions of a user, except the one numbered `keep`."""
    statement = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if keep is not None:
        statement = statement.where(LoginSession.id != keep)
    session.execute(
        statement.values(ended_at=now or datetime.now(UTC)), execution_options={"synchronize_session": False}
    )


def normal_username(username: str) -> str:
    """Give a user name as it is stored: without surrounding blanks, in small letters."""
    return username.strip().casefold()


# --- the counting of attempts


def _note_attempt(place: Place, name: str, address: str, now: datetime) -> int:
    """Write the attempt in a transaction of its own, so that parallel guesses count; refuse who must wait."""
    with _system(place, "sign-in") as session:
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
            {"key": f"sign-in {name} {address}"},
        )
        wait = _wait(session, name, address, now)
        if wait > timedelta(0):
            seconds = max(1, round(wait.total_seconds()))
            raise AccessProblem(
                "too-many", _("Too many attempts. Please try again in %(count)d seconds.", count=seconds)
            )
        attempt = LoginAttempt(at=now, username=name[:100], address=address[:100], succeeded=False)
        session.add(attempt)
        session.flush()
        number = attempt.id
        session.commit()
    return number


def _wait(session: Session, name: str, address: str, now: datetime) -> timedelta:
    recent = (LoginAttempt.at > now - WINDOW, LoginAttempt.address == address[:100])
    last_success = (
        select(func.max(LoginAttempt.at))
        .where(*recent, LoginAttempt.username == name[:100], LoginAttempt.succeeded)
        .scalar_subquery()
    )
    failures = session.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(
            *recent,
            LoginAttempt.username == name[:100],
            LoginAttempt.succeeded.is_(False),
            LoginAttempt.at > func.coalesce(last_success, now - WINDOW),
        )
    ).one()
    number, last = failures[0], failures[1]
    if number >= FREE and last is not None:
        pause = min(timedelta(seconds=2 ** min(number - FREE + 1, 12)), WINDOW)
        if last + pause > now:
            return timedelta(seconds=(last + pause - now).total_seconds())
    if address:
        from_here = session.execute(
            select(func.count()).where(*recent, LoginAttempt.succeeded.is_(False))
        ).scalar_one()
        if from_here >= PER_ADDRESS:
            return timedelta(minutes=1)
    return timedelta(0)


def _keep_hash(session: Session, user_id: int, hashed: str, now: datetime) -> None:
    statement = upsert(UserPassword).values(user_id=user_id, password_hash=hashed, changed_at=now)
    changed = {"password_hash": hashed, "changed_at": now}
    session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=changed))


def _audit(session: Session, now: datetime, user_id: int, what: str, address: str = "") -> None:
    session.execute(
        insert(AuditEntry).values(at=now, actor_id=user_id, what=what, address=address[:100] or None)
    )


def _system(place: Place, reason: str) -> Session:
    site = place.site
    return open_session(place.engines.app(site), site, SYSTEM(reason), PolicySet([]))


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()
