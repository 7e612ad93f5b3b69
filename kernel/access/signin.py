"""Signing in and out. The browser holds a random token, the database its hash and what it is good for.

Answers are neutral: who tries learns nothing about which users there are. No password and no token is ever
logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, Interval, LargeBinary, bindparam, select, text, update
from sqlalchemy.orm import Session

from kernel.access import attempts
from kernel.access.actor import NO_RECORDS, Actor, gathered, made_actor
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginAttempt, LoginSession, UserAccount, UserPassword
from kernel.access.passwords import is_outdated, matches, rehashed
from kernel.access.second_factor import is_required, is_set_up
from kernel.access.second_step import SecondStepNeeded, owe
from kernel.access.serving import Served, digest, system_session
from kernel.access.sessions import IDLE, begin_session
from kernel.access.users import folded, set_password
from kernel.data.site import Site
from kernel.data.types import Instant
from kernel.i18n import LazyText, _

_WHO = text("SELECT * FROM kernel.signed_in_user(:hash, :at, :idle)").bindparams(
    bindparam("hash", type_=LargeBinary), bindparam("at", type_=Instant), bindparam("idle", type_=Interval)
)


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
    once (only to who gave the right password), `wrong` for everything else, whatever it was. Raises
    `SecondStepNeeded` where the password was right and a code is owed; no session has begun then.
    """
    attempt = attempts.clipped(folded(username), address, served.clock())
    number, user_id, kept = _admit(served, attempt)
    if not matches(kept, password) or user_id is None or kept is None:
        raise AccessProblem("wrong", _("The user name or the password is wrong."))
    half = ""
    with system_session(served, "sign in") as session:
        if is_outdated(kept):
            session.get_one(UserPassword, user_id).password_hash = rehashed(password)
        if is_set_up(session, user_id) or is_required(session, user_id):
            half = owe(served, session, user_id, number, attempt)
        else:
            session.execute(update(LoginAttempt).where(LoginAttempt.id == number).values(succeeded=True))
    if half:
        raise SecondStepNeeded(half)
    return begin_session(served, user_id, attempt, agent)


def sign_out(served: Served, token: str) -> None:
    """End the session of a token; an unknown one is no error."""
    now = served.clock()
    with system_session(served, "sign out") as session:
        ended = session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == digest(token), LoginSession.ended_at.is_(None))
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
    idle: timedelta = IDLE,
) -> SignedIn | None:
    """Say who holds a token, with grants, locale and epoch, in one query; None if it is good for nothing (any more).

    `site` says on whose behalf is asked: a token of one site means nothing to another, whose rows do not know
    it. He stands in for others only where `today` and the kinds of `records` that have owners are given.
    """
    values = {"hash": digest(token), "at": now or datetime.now(UTC), "idle": idle}
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
    number, user_id = check_own_password(
        served, who, old, address=address, refusal=_("The old password is wrong.")
    )
    now = served.clock()
    with system_session(served, "change of one's own password") as session:
        session.execute(update(LoginAttempt).where(LoginAttempt.id == number).values(succeeded=True))
        set_password(session, user_id, new, keep_session=who.session_id, site_title=served.site.title)
        session.add(AuditEntry(at=now, actor_id=user_id, what="change_password", address=address))


def check_own_password(
    served: Served, who: SignedIn, password: str, *, address: str, refusal: LazyText
) -> tuple[int, int]:
    """Make sure that it is the user himself who asks; gives the numbers of the try, failed as yet, and of the user.

    Raises `AccessProblem` with the text `refusal` at the field `old_password`, or `too-many`.
    """
    number, user_id, kept = _admit(served, attempts.clipped(who.username, address, served.clock()))
    if not matches(kept, password) or user_id is None or user_id != who.actor.user_id:
        raise AccessProblem("wrong", refusal, "old_password")
    with system_session(served, "one's own password") as session:
        attempts.was_right(session, number, attempts.CONFIRMED)
    return number, user_id


def _admit(served: Served, attempt: attempts.Try) -> tuple[int, int | None, str | None]:
    """Note a try and give its number, with user and hash; both None where nobody could sign in so."""
    with system_session(served, "a try to sign in") as session:
        attempts.refuse_if_too_many(session, attempt)
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
