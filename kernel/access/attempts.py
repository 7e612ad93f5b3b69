"""Limits for guessing passwords: tries are rows, so they count across processes and restarts.

A pair of account and address waits longer after each failure beyond a few, and so does an address that tries
many accounts. An account under attack from many addresses stays open to those where its user has signed in
before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select, text, update
from sqlalchemy.orm import Session

from kernel.access.errors import AccessProblem
from kernel.access.models import HalfSignIn, LoginAttempt, LoginSession
from kernel.i18n import _

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(days=90)
"""How long tries and ended sessions are remembered."""
LONGEST_NAME = 200
PASSWORD, HALF, CONFIRMED, CODE = "password", "half", "confirmed", "code"
"""Kinds of tries (see `LoginAttempt.kind`)."""


@dataclass(frozen=True)
class Limit:
    """After `free` failures within `window`, each next one doubles the wait."""

    free: int
    window: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after the last of so many failures the next try may come."""
        if failures < self.free:
            return timedelta(0)
        doublings: int = 2 ** min(failures - self.free, 20)
        return min(FIRST_WAIT * doublings, LONGEST_WAIT)


PAIR = Limit(5, timedelta(days=1))
ADDRESS = Limit(30, timedelta(hours=1))
ACCOUNT = Limit(100, timedelta(hours=1))


@dataclass(frozen=True)
class Try:
    """Who tries to sign in, from where, when."""

    username: str
    address: str
    at: datetime


def clipped(username: str, address: str, at: datetime) -> Try:
    """Make a `Try` of what came in: never longer than a row should be."""
    return Try(username[:LONGEST_NAME], address[:LONGEST_NAME], at)


def time_to_wait(session: Session, attempt: Try) -> timedelta:
    """How long this try must wait; zero if it may go on. Tries of the same account or address come one by one."""
    for name in (f"address {attempt.address}", f"account {attempt.username}"):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
    of_account = LoginAttempt.username == attempt.username
    of_address = LoginAttempt.address == attempt.address
    # By number, not by time: a clock that was moved back must not hide what failed since.
    last_success = (
        select(func.max(LoginAttempt.id))
        .where(of_account, of_address, LoginAttempt.succeeded)
        .scalar_subquery()
    )
    since_success = LoginAttempt.id > func.coalesce(last_success, 0)
    waits = [
        _wait(session, attempt, PAIR, of_account, of_address, since_success),
        _wait(session, attempt, ADDRESS, of_address),
    ]
    known = exists().where(of_account, of_address, LoginAttempt.succeeded)
    if not session.scalar(select(known)):
        waits.append(_wait(session, attempt, ACCOUNT, of_account))
    return max(waits)


def refuse_if_too_many(session: Session, attempt: Try) -> None:
    """Raise `AccessProblem` (`too-many`) where this try must wait."""
    wait = time_to_wait(session, attempt)
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise AccessProblem(
            "too-many", _("Too many tries. Try again in %(seconds)d seconds.", seconds=seconds)
        )


def note(session: Session, attempt: Try, kind: str = PASSWORD) -> int:
    """Write a try of a password or a code as failed, before it is looked at; gives its number."""
    row = LoginAttempt(at=attempt.at, username=attempt.username, address=attempt.address, kind=kind)
    session.add(row)
    session.flush()
    return row.id


def was_right(session: Session, number: int, kind: str) -> None:
    """Write that the password of a try was right, which counts as failed until the code is right too."""
    session.execute(update(LoginAttempt).where(LoginAttempt.id == number).values(kind=kind))


def forget(session: Session, now: datetime) -> None:
    """Delete tries and sessions of long ago; called by a job, as the system."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - KEPT))
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now - KEPT))
    session.execute(delete(HalfSignIn).where(HalfSignIn.expires_at < now - KEPT))


def _wait(session: Session, attempt: Try, limit: Limit, *conditions: ColumnElement[bool]) -> timedelta:
    recent = LoginAttempt.at > attempt.at - limit.window
    # Tries "of the future" were made before the clock was moved back. They count, but nobody waits for their day.
    past = func.max(LoginAttempt.at).filter(LoginAttempt.at <= attempt.at)
    failures, last = session.execute(
        select(func.count(), past).where(recent, ~LoginAttempt.succeeded, *conditions)
    ).one()
    if last is None:
        return timedelta(0)
    return max(last + limit.wait(failures) - attempt.at, timedelta(0))
