"""Users for tests: an account, a pattern with exactly the grants named, and the actor that comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from sqlalchemy import Connection, insert

from kernel.access.actor import Actor, load_actor
from kernel.access.models import AccessGrant, Pattern, UserAccount, UserPattern

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
