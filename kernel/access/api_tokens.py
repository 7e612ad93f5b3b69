"""Tokens by which other programs act for a user: made, looked up, revoked.

A token is a random text shown once; the database keeps its SHA-256. It is good for nothing once it is revoked, its time is
over, or its user may not sign in any more. Whoever holds one acts as its user, narrowed to what the token allows; he never
stands in for others.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Any

from sqlalchemy import LargeBinary, bindparam, case, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from kernel.access.actor import ALL, NO_RULES, Actor, Right, gathered, made_actor
from kernel.access.api_models import ApiAnswer, ApiToken
from kernel.access.serving import Served, digest, system_session
from kernel.data.types import Instant

PREFIX = "peyvand_"
"""Before every token, so that one that got out is recognised."""
SECRET_BYTES = 32
LONGEST = 200
HINT = 4
LIVE_AT_MOST = timedelta(days=366)
MOST_OF_A_USER = 20
"""Tokens of one user that are good for something."""
NOTED = timedelta(minutes=10)
"""How exactly the last use is noted."""
WINDOW = timedelta(minutes=1)
"""The time in which requests of one token are counted."""
KEPT_ANSWERS = timedelta(days=2)
"""How long a repeat of a request with a key is known as one."""
KEPT_TOKENS = timedelta(days=180)
"""How long a token that is worth nothing is still shown."""

_WHO = text("SELECT * FROM kernel.api_token_user(:hash, :at)").bindparams(
    bindparam("hash", type_=LargeBinary), bindparam("at", type_=Instant)
)


@dataclass(frozen=True)
class Bearer:
    """Who holds a token: on whose behalf, in which language, and what the token narrows his rights to."""

    token_id: int
    actor: Actor = field(repr=False)
    locale: str
    rights: Mapping[str, Any] | None
    used_at: datetime | None
    used_from: str


def make(
    session: Session,
    user_id: int,
    name: str,
    expires_at: datetime,
    now: datetime,
    *,
    by: int,
    rights: Mapping[str, Any] | None = None,
) -> tuple[int, str]:
    """Make a token as the system; gives its number and the token itself, which nobody can read again."""
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken(
        user_id=user_id,
        name=name,
        token_hash=digest(token),
        hint=token[-HINT:],
        rights=dict(rights) if rights else None,
        created_at=now,
        created_by=by,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return row.id, token


def alive(user_id: int, now: datetime) -> tuple[Any, ...]:
    """The conditions of those tokens of a user that are good for something."""
    return (ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)


def count_alive(session: Session, user_id: int, now: datetime) -> int:
    """Count a user's tokens that are good for something."""
    statement = select(func.count()).select_from(ApiToken).where(*alive(user_id, now))
    return int(session.execute(statement).scalar_one())


def revoke_all(session: Session, user_id: int, *, now: datetime | None = None, by: int = 0) -> None:
    """Make all tokens of a user worthless for good, as the system."""
    open_ones = (ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    session.execute(
        update(ApiToken)
        .where(*open_ones)
        .values(revoked_at=func.now() if now is None else now, revoked_by=by)
    )


def bearer_of(served: Served, token: str) -> Bearer | None:
    """Say who holds a token, in one query; None where it is good for nothing."""
    if not token.startswith(PREFIX) or len(token) > LONGEST or not token.isascii():
        return None
    values = {"hash": digest(token), "at": served.clock()}
    engine = served.engines.app(served.site)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_WHO, values).one_or_none()
    if row is None:
        return None
    actor = made_actor(
        row.user_id, row.display_name, row.is_administrator, gathered(row.grants or ()), row.reach
    )
    return Bearer(row.token_id, actor, row.locale, row.rights, row.used_at, row.used_from)


def note_use(served: Served, bearer: Bearer, address: str) -> None:
    """Note when and from where a token was used, where that is news."""
    now = served.clock()
    known = bearer.used_at is not None and abs(now - bearer.used_at) < NOTED
    if known and bearer.used_from == address:
        return
    with system_session(served, "use of a token") as session:
        session.execute(
            update(ApiToken)
            .where(ApiToken.id == bearer.token_id)
            .values(used_at=now.astimezone(UTC), used_from=address[:100])
        )


@dataclass(frozen=True)
class Left:
    """What is left of an allowance: requests, and the seconds until there are new ones; `refused`: none was left."""

    number: int
    seconds: int
    refused: bool


def take(served: Served, token_id: int, most: int) -> Left:
    """Count a request of a token against what it has each minute, whichever process it came to."""
    now = served.clock().astimezone(UTC)
    began, used = ApiToken.counted_from, ApiToken.counted
    over = or_(began.is_(None), began <= now - WINDOW, began > now)
    counting = (
        update(ApiToken)
        .where(ApiToken.id == token_id, or_(over, used < most))
        .values(counted_from=case((over, now), else_=began), counted=case((over, 1), else_=used + 1))
        .returning(began, used)
        .execution_options(synchronize_session=False)
    )
    with system_session(served, "requests of a token") as session:
        taken = session.execute(counting).one_or_none()
        since = taken or session.execute(select(began, used).where(ApiToken.id == token_id)).one_or_none()
    waited = WINDOW if since is None or since[0] is None else since[0] + WINDOW - now
    seconds = min(max(1, ceil(waited.total_seconds())), int(WINDOW.total_seconds()))
    return Left(0 if taken is None else most - taken[1], seconds, taken is None)


def narrowed(actor: Actor, rights: Mapping[str, Any] | None, grantable: Iterable[Right]) -> Actor:
    """Give a user as a token makes him: only what it allows of what he may do, and never more.

    Without `rights` he is whole. `grantable` are the rights that there are on the site: what an administrator, who needs
    no grants, is narrowed to. He then administers nothing any more.
    """
    if not rights:
        return actor
    kinds, actions = rights.get("kinds"), rights.get("actions")

    def allows(right: Right) -> bool:
        return (kinds is None or right[0] in kinds) and (actions is None or right[1] in actions)

    if actor.is_administrator:
        grants = {right: frozenset((ALL,)) for right in grantable if allows(right)}
        return replace(actor, is_administrator=False, grants=MappingProxyType(grants), fields=NO_RULES)
    held = {right: scopes for right, scopes in actor.grants.items() if allows(right)}
    return replace(actor, grants=MappingProxyType(held))


def forget(session: Session, now: datetime) -> None:
    """Delete answers that no repeat needs any more, and tokens that have been worthless for long; as the system."""
    session.execute(delete(ApiAnswer).where(ApiAnswer.at < now - KEPT_ANSWERS))
    worthless = or_(ApiToken.revoked_at < now - KEPT_TOKENS, ApiToken.expires_at < now - KEPT_TOKENS)
    session.execute(delete(ApiToken).where(worthless))
