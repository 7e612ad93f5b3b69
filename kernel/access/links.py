"""Links by which a user sets the password himself: invitations, and forgotten passwords.

Whoever holds the link may use it once, until it ends. The token is random, stored hashed, and never logged; an ended, used
or invented one answer alike.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, PasswordLink, UserAccount, UserPassword
from kernel.access.serving import Served, system_session
from kernel.access.users import set_password, withdraw_links
from kernel.i18n import _

INVITATION = "invitation"
RESET = "reset"
LIVES = {INVITATION: timedelta(days=7), RESET: timedelta(hours=24)}
"""How long a link of each purpose is good."""
KEPT = timedelta(days=90)
"""How long links are remembered."""
TOKEN_BYTES = 32
LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Holder:
    """Whose password a link sets, and until when."""

    user_id: int
    username: str
    display_name: str = field(repr=False)
    purpose: str
    expires_at: datetime


def make_link(
    session: Session,
    user_id: int,
    now: datetime,
    *,
    by: int = 0,
    delivery: str = "by_hand",
    request_key: str | None = None,
) -> str:
    """Make a link for a user, and give its token; links made earlier are worth nothing from now on.

    It is an invitation where the user has no password yet. Raises `AccessProblem` for one who may not sign in.
    """
    user = session.execute(
        select(UserAccount).where(UserAccount.id == user_id).with_for_update()
    ).scalar_one()
    if not user.active:
        text = _("%(name)s may not sign in; allow that first.", name=user.display_name)
        raise AccessProblem("inactive", text, "active")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    withdraw_links(session, user_id)
    purpose = RESET if session.get(UserPassword, user_id) is not None else INVITATION
    session.add(
        PasswordLink(
            user_id=user_id,
            purpose=purpose,
            token_hash=_digest(token),
            request_key=request_key,
            created_at=now,
            created_by=by,
            expires_at=now + LIVES[purpose],
            delivery=delivery,
        )
    )
    session.add(
        AuditEntry(at=now, actor_id=by, what=f"password_link.{purpose}", resource="user", record_id=user_id)
    )
    session.flush()
    return token


def note_wish(session: Session, user_id: int, now: datetime) -> None:
    """Remember that a user asked for a new password, for administrators to see; an open link stays as it is."""
    open_one = select(PasswordLink.id).where(PasswordLink.user_id == user_id, *_open(now))
    if session.scalar(open_one) is None:
        withdraw_links(session, user_id)
        session.add(
            PasswordLink(
                user_id=user_id,
                purpose=RESET,
                created_at=now,
                expires_at=now + LIVES[INVITATION],
                delivery="asked",
            )
        )
    session.add(AuditEntry(at=now, actor_id=user_id, what="password_link.asked"))


def asking(session: Session, now: datetime) -> set[int]:
    """Give the users who asked for a new password and have none yet."""
    statement = select(PasswordLink.user_id).where(PasswordLink.delivery == "asked", *_open(now))
    return set(session.execute(statement).scalars())


def last_link(session: Session, user_id: int) -> PasswordLink | None:
    """Give the newest link of a user, whatever became of it."""
    statement = select(PasswordLink).where(PasswordLink.user_id == user_id).order_by(PasswordLink.id.desc())
    return session.scalar(statement.limit(1))


def holder_of(served: Served, token: str) -> Holder | None:
    """Say whose link this is; None where it is good for nothing (any more)."""
    with system_session(served, "who holds a link") as session:
        found = _find(session, token, served.clock())
        return None if found is None else _holder(*found)


def redeem(served: Served, token: str, password: str, *, address: str) -> Holder:
    """Set the password by a link, which is used up by it; all sessions of the user end.

    Raises `AccessProblem`: `ended` where the link is good for nothing, or what is wrong with the password; the link
    stays good then.
    """
    now = served.clock()
    with system_session(served, "set a password by a link") as session:
        found = _find(session, token, now, lock=True)
        if found is None:
            raise AccessProblem("ended", ENDED)
        link, user = found
        link.used_at = now
        session.flush()
        set_password(session, user.id, password, site_title=served.site.title)
        session.add(
            AuditEntry(at=now, actor_id=user.id, what="password_link.used", address=address[:LONGEST_TOKEN])
        )
        return _holder(link, user)


ENDED = _("This link is not valid any more. Ask for a new one.")


def forget(session: Session, now: datetime) -> None:
    """Delete links of long ago; called by a job, as the system."""
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at < now - KEPT))


def end_delivery(session: Session, request_key: str, delivery: str, failure: str | None = None) -> None:
    """Write down what became of the mail with a link, unless that is known already."""
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.request_key == request_key, PasswordLink.delivery == "sending")
        .values(delivery=delivery, failure=failure)
    )


def begun(session: Session, request_key: str) -> bool:
    """Say whether the work of this key has made its link before; then its mail may have gone out already."""
    count = select(func.count()).where(PasswordLink.request_key == request_key)
    return session.scalar(count) != 0


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        PasswordLink.used_at.is_(None),
        PasswordLink.withdrawn_at.is_(None),
        PasswordLink.expires_at > now,
    )


def _find(
    session: Session, token: str, now: datetime, *, lock: bool = False
) -> tuple[PasswordLink, UserAccount] | None:
    if not token or len(token) > LONGEST_TOKEN:
        return None
    statement = (
        select(PasswordLink, UserAccount)
        .join(UserAccount, UserAccount.id == PasswordLink.user_id)
        .where(PasswordLink.token_hash == _digest(token), UserAccount.active, *_open(now))
    )
    if lock:
        statement = statement.with_for_update()
    row = session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def _holder(link: PasswordLink, user: UserAccount) -> Holder:
    return Holder(user.id, user.username, user.display_name, link.purpose, link.expires_at)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
