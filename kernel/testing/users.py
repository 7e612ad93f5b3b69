"""Users for tests: an account, a pattern with exactly the grants named, and the actor that comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from sqlalchemy import Connection, insert, select

from kernel.access.actor import Actor, load_actor
from kernel.access.models import AccessGrant, Pattern, PatternField, UserAccount, UserPattern

Wanted = Mapping[tuple[str, str], str | Iterable[str]]
"""Scope, or several, by (resource, action)."""

_numbers = count(1)


def add_user(
    owner: Connection, username: str, grants: Wanted | None = None, *, administrator: bool = False
) -> Actor:
    """Write a user with `grants` through the owner's connection and load him as an actor."""
    user_id = owner.execute(
        insert(UserAccount)
        .values(username=username, display_name=username, is_administrator=administrator)
        .returning(UserAccount.id)
    ).scalar_one()
    if grants:
        name = f"test_{next(_numbers)}"
        pattern_id = owner.execute(
            insert(Pattern).values(name=name, title=name).returning(Pattern.id)
        ).scalar_one()
        rows = [
            {"pattern_id": pattern_id, "resource": resource, "action": action, "scope": scope}
            for (resource, action), scopes in grants.items()
            for scope in ([scopes] if isinstance(scopes, str) else scopes)
        ]
        owner.execute(insert(AccessGrant), rows)
        owner.execute(insert(UserPattern).values(user_id=user_id, pattern_id=pattern_id))
    return load_actor(owner, user_id)


def keep_fields(owner: Connection, user_id: int, rules: Mapping[tuple[str, str], str]) -> Actor:
    """Let the pattern of a user keep fields from him, a rule for each (resource, field); gives the actor as he is then."""
    wanted = select(UserPattern.pattern_id).where(UserPattern.user_id == user_id)
    number = owner.execute(wanted).scalar_one()
    rows = [
        {"pattern_id": number, "resource": resource, "field": field, "rule": rule}
        for (resource, field), rule in rules.items()
    ]
    if rows:
        owner.execute(insert(PatternField), rows)
    return load_actor(owner, user_id)
