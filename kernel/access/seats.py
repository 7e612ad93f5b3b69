"""Seats: how many users may be signed in at once, by the edition of the site.

A seat is a user, whatever the number of his browsers. An administrator is never refused, and takes a seat like everybody.
Where all seats are taken, the user who was not seen for longest gives way if that is long enough; his work is saved, only
his session ends. So there are never more users at once than seats, but for administrators.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginSession, UserAccount
from kernel.extension.editions import read_site_edition
from kernel.i18n import LazyText, ngettext_lazy

GIVES_WAY = timedelta(minutes=30)
"""How long a user must not have been seen before he gives way to somebody else."""
FULL = "full"
"""Code of the refusal of somebody for whom there is no seat."""
NAMED = 3
"""Administrators who are named as those who may help."""

_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('peyvand.seats'))")


@dataclass(frozen=True)
class Seat:
    """A user who is signed in, since when and when he was last seen, in however many browsers."""

    user_id: int
    name: str
    is_administrator: bool
    since: datetime
    seen_at: datetime
    browsers: int


def seats(session: Session, now: datetime, idle: timedelta) -> list[Seat]:
    """Give who is signed in, whoever was not seen for longest first; the session is the system's."""
    statement = (
        select(
            UserAccount.id,
            UserAccount.display_name,
            UserAccount.is_administrator,
            func.min(LoginSession.created_at),
            func.max(LoginSession.seen_at),
            func.count(),
        )
        .join(UserAccount, UserAccount.id == LoginSession.user_id)
        .where(
            UserAccount.active,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.seen_at > now - idle,
        )
        .group_by(UserAccount.id)
        .order_by(func.max(LoginSession.seen_at), UserAccount.id)
    )
    return [Seat(*row) for row in session.execute(statement)]


def take_seat(session: Session, user_id: int, now: datetime, idle: timedelta) -> None:
    """Make sure of a seat for a user who is about to be signed in, in the transaction that does so.

    Raises `AccessProblem` (`full`). Sign-ins at the same moment wait for one another.
    """
    for seat in _leaving(session, user_id, now, idle):
        session.execute(
            update(LoginSession)
            .where(LoginSession.user_id == seat.user_id, LoginSession.ended_at.is_(None))
            .values(ended_at=now)
        )
        session.add(AuditEntry(at=now, actor_id=0, what="gave_way", record_id=seat.user_id, resource="user"))


def refuse_if_full(session: Session, user_id: int, now: datetime, idle: timedelta) -> None:
    """Raise `AccessProblem` (`full`) where `take_seat` would; nobody gives way yet."""
    _leaving(session, user_id, now, idle)


def _leaving(session: Session, user_id: int, now: datetime, idle: timedelta) -> list[Seat]:
    """Say who must give way so that a user finds a seat; raise `AccessProblem` where too few may."""
    limit = read_site_edition(session).users_at_once
    if limit is None or session.get_one(UserAccount, user_id).is_administrator:
        return []
    session.execute(_ALONE)
    taken = seats(session, now, idle)
    if any(seat.user_id == user_id for seat in taken):
        return []
    too_many = max(len(taken) - limit + 1, 0)
    leaving = [seat for seat in taken if seat.seen_at <= now - GIVES_WAY][:too_many]
    if len(leaving) < too_many:
        raise AccessProblem(FULL, _full(session, limit))
    return leaving


def _full(session: Session, limit: int) -> LazyText:
    statement = (
        select(UserAccount.display_name)
        .where(UserAccount.is_administrator, UserAccount.active)
        .order_by(UserAccount.id)
        .limit(NAMED)
    )
    names = "، ".join(session.execute(statement).scalars())
    return ngettext_lazy(
        "Only %(n)d user may be signed in at once, and somebody is. Try again when that user has signed out, or ask an "
        "administrator to end that session: %(names)s.",
        "Only %(n)d users may be signed in at once, and as many are. Try again when one of them has signed out, or ask an "
        "administrator to end a session: %(names)s.",
        limit,
        names=names,
    )
