"""The second step of signing in: who gave the right password owes a code, and holds a token good for nothing else.

The half-signed-in token lives for some minutes, is good once, and never becomes the token of the session. A user of whom
the site demands a second factor and who has none sets it up here, before any session begins.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.access import attempts, second_factor
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, HalfSignIn, LoginAttempt, UserAccount
from kernel.access.seats import refuse_if_full
from kernel.access.serving import Served, digest, system_session
from kernel.access.sessions import limits, noting_refusal, seated_session
from kernel.data.sealing import SealBroken
from kernel.i18n import _

HALF_LIFE = timedelta(minutes=10)
"""How long the code may take."""
CODE = "code"
TOKEN_BYTES = 32


class SecondStepNeeded(Exception):
    """The password was right, and a code is owed. `token` is what the browser keeps until then."""

    def __init__(self, token: str) -> None:
        super().__init__("a second step is needed")
        self.token = token


@dataclass(frozen=True)
class Owing:
    """Who owes a code. `secret` is set where he must set up the second factor first."""

    user_id: int
    username: str
    half_id: int
    attempt_id: int
    secret: str | None = None


def owe(served: Served, session: Session, user_id: int, attempt_id: int, at: attempts.Try) -> str:
    """Note that a user owes a code, and give the token of the browser in which he does.

    Who must have a second factor and has none is proposed one. Raises `AccessProblem` where that cannot be kept.
    """
    if not second_factor.is_set_up(session, user_id):
        try:
            second_factor.propose(session, served.site.sealer, user_id, at.at)
        except SealBroken:
            raise no_key() from None
    attempts.was_right(session, attempt_id, attempts.HALF)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        HalfSignIn(
            user_id=user_id,
            token_hash=digest(token),
            attempt_id=attempt_id,
            created_at=at.at,
            expires_at=at.at + HALF_LIFE,
        )
    )
    return token


def owing(served: Served, token: str) -> Owing | None:
    """Say who owes a code in this browser; None where nobody does (any more)."""
    with system_session(served, "the second step of signing in") as session:
        found = _find(served, session, token)
        if found is None or second_factor.is_set_up(session, found.user_id):
            return found
        secret = second_factor.proposed(session, served.site.sealer, found.user_id, served.clock())
    return None if secret is None else replace(found, secret=secret)


def finish(
    served: Served, token: str, code: str, *, address: str, agent: str = ""
) -> tuple[str, list[str] | None]:
    """Take the code, and give the token of a new session, and recovery codes where the factor was set up just now.

    Raises `AccessProblem`: `ended` where nobody owes a code, `too-many`, `full`, and `wrong-code`. After `full` nothing is
    used up: the same code may be entered again once there is a seat.
    """
    now = served.clock()
    with system_session(served, "the second step of signing in") as session:
        found = _find(served, session, token)
    if found is None:
        raise _ended()
    attempt = attempts.clipped(found.username, address, now)
    with noting_refusal(served, found.user_id, attempt):
        number = _note_code(served, found.user_id, attempt)
        with system_session(served, "the second step of signing in") as session:
            how, codes = _taken(served, session, found.user_id, code, now)
            what = f"second_factor.{how or 'wrong'}"
            session.add(AuditEntry(at=now, actor_id=found.user_id, what=what, address=attempt.address))
            if how is not None:
                if not _end(session, found, now):
                    raise _ended()
                both = LoginAttempt.id.in_((number, found.attempt_id))
                session.execute(update(LoginAttempt).where(both).values(succeeded=True))
                return seated_session(served, session, found.user_id, attempt, agent), codes
    raise wrong_code()


def _note_code(served: Served, user_id: int, attempt: attempts.Try) -> int:
    """Count a try of a code with those of passwords, before the code is looked at.

    Raises `AccessProblem`: `full`, for which nothing is counted, or `too-many`.
    """
    with system_session(served, "a try of a code") as session:
        refuse_if_full(session, user_id, attempt.at, limits(session)[0])
        attempts.refuse_if_too_many(session, attempt)
        return attempts.note(session, attempt, kind=attempts.CODE)


def _ended() -> AccessProblem:
    return AccessProblem("ended", _("This took too long. Sign in again."))


def no_key() -> AccessProblem:
    """Say that the key is not there with which the secrets of devices are kept."""
    return AccessProblem(
        "no-key",
        _("Codes cannot be checked: the key of the site's secrets does not fit. Tell an administrator."),
        CODE,
    )


def wrong_code() -> AccessProblem:
    """Say that a code is wrong, was used, or is too old, without saying which."""
    return AccessProblem("wrong-code", _("This code is wrong or was used already."), CODE)


def _taken(
    served: Served, session: Session, user_id: int, code: str, now: datetime
) -> tuple[str | None, list[str] | None]:
    """Take a code, or the one that sets the factor up: gives how it was taken, and new recovery codes."""
    try:
        sealer = served.site.sealer
        if second_factor.is_set_up(session, user_id):
            return second_factor.check(session, sealer, user_id, code, now), None
        codes = second_factor.confirm(session, sealer, user_id, code, now)
    except SealBroken:
        raise no_key() from None
    return (None if codes is None else "set_up"), codes


def _find(served: Served, session: Session, token: str) -> Owing | None:
    row = session.execute(
        select(HalfSignIn.user_id, UserAccount.username, HalfSignIn.id, HalfSignIn.attempt_id)
        .join(UserAccount, UserAccount.id == HalfSignIn.user_id)
        .where(
            HalfSignIn.token_hash == digest(token),
            HalfSignIn.ended_at.is_(None),
            HalfSignIn.expires_at > served.clock(),
            UserAccount.active,
        )
    ).one_or_none()
    return None if row is None else Owing(*row)


def _end(session: Session, found: Owing, now: datetime) -> bool:
    """Use the token up; False where another request was first."""
    ended = update(HalfSignIn).where(HalfSignIn.id == found.half_id, HalfSignIn.ended_at.is_(None))
    return session.execute(ended.values(ended_at=now).returning(HalfSignIn.id)).scalar() is not None
