"""What happened at a user's door: tries with their addresses, and the events of sessions, passwords and second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, union_all
from sqlalchemy.orm import Session

from kernel.access import attempts
from kernel.access.models import AuditEntry, LoginAttempt, UserAccount

SHOWN = 100
"""Events of the page, the newest first."""
EVENTS = (
    "sign_in",
    "sign_in_full",
    "sign_out",
    "session.end",
    "session.end_others",
    "change_password",
    "password_link.used",
    "password_link.asked",
    "second_factor.code",
    "second_factor.recovery",
    "second_factor.set_up",
    "second_factor.renewed",
    "second_factor.off",
    "second_factor.wrong",
)
"""What a user does himself."""
DONE_TO = ("gave_way", "user.set_password", "user.end_sessions", "user.reset_second_factor")
"""What others, or the site, do to a user: the entry names him as its record."""
WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of an event
NO_CODE = "no_code"
"""The password was right, and no right code has followed."""


@dataclass(frozen=True)
class Event:
    """One event: when, what (a name of the audit, `WRONG_PASSWORD` or `NO_CODE`), and from where."""

    at: datetime
    what: str
    address: str | None


def events(session: Session, user_id: int) -> list[Event]:
    """Give what happened lately, the newest first. The session is the system's.

    Wrong passwords are those entered for the user's present name, by whomever; tries are kept for ninety days.
    """
    username = session.get_one(UserAccount, user_id).username
    what = case((LoginAttempt.kind == attempts.HALF, NO_CODE), else_=WRONG_PASSWORD).label("what")
    wrong = select(LoginAttempt.at, what, LoginAttempt.address).where(
        LoginAttempt.username == username,
        ~LoginAttempt.succeeded,
        LoginAttempt.kind.in_((attempts.PASSWORD, attempts.HALF)),
    )
    own = select(AuditEntry.at, AuditEntry.what, AuditEntry.address).where(
        AuditEntry.actor_id == user_id, AuditEntry.what.in_(EVENTS)
    )
    done_to = select(AuditEntry.at, AuditEntry.what, AuditEntry.address).where(
        AuditEntry.resource == "user", AuditEntry.record_id == user_id, AuditEntry.what.in_(DONE_TO)
    )
    newest = [part.order_by(part.selected_columns.at.desc()).limit(SHOWN) for part in (wrong, own, done_to)]
    together = union_all(*(select(part.subquery()) for part in newest)).subquery()
    rows = session.execute(select(together).order_by(together.c.at.desc()).limit(SHOWN))
    return [Event(row.at, row.what, row.address) for row in rows]
