"""Limits for guessing passwords: tries are rows, so they count across processes and restarts.

A pair of account and address waits longer after each failure beyond a few, and so does an address that tries
many accounts. An account under attack from many addresses stays open to those where its user has signed in
before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select, text
from sqlalchemy.orm import Session

from kernel.access.models import LoginAttempt, LoginSession

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(days=90)
"""How long tries and ended sessions are remembered."""
LONGEST_NAME = 200


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
    last_success = (
        select(func.max(LoginAttempt.at))
        .where(of_account, of_address, LoginAttempt.succeeded)
        .scalar_subquery()
    )
    since_success = LoginAttempt.at > func.coalesce(last_success, text("'-infinity'::timestamptz"))
    waits = [
        _wait(session, attempt, PAIR, of_account, of_address, since_success),
        _wait(session, attempt, ADDRESS, of_address),
    ]
    known = exists().where(of_account, of_address, LoginAttempt.succeeded)
    if not session.scalar(select(known)):
        waits.append(_wait(session, attempt, ACCOUNT, of_account))
    return max(waits)


def note(session: Session, attempt: Try) -> int:
    """Write a try as failed, before the password is looked at; gives its number."""
    row = LoginAttempt(at=attempt.at, username=attempt.username, address=attempt.address)
    session.add(row)
    session.flush()
    return row.id


def forget(session: Session, now: datetime) -> None:
    """Delete tries and sessions of long ago; called by a job, as the system."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - KEPT))
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now - KEPT))


def _wait(session: Session, attempt: Try, limit: Limit, *conditions: ColumnElement[bool]) -> timedelta:
    recent = LoginAttempt.at > attempt.at - limit.window
    failures, last = session.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(recent, ~LoginAttempt.succeeded, *conditions)
    ).one()
    if not failures:
        return timedelta(0)
    return max(last + limit.wait(failures) - attempt.at, timedelta(0))
