"""The signed token by which a transaction tells the database its actor: `<actor>.<expires>.<keyed hash>`.

`kernel.me()` checks it. A setting without a signature could be changed by any injected `set_config`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, text

LIFE = 120
"""Seconds between signing and the beginning of the transaction; covers two clocks that differ a little."""


def sign(key: bytes, actor_id: int, *, expires: int | None = None) -> str:
    """Sign an actor's number. `expires` is in seconds since 1970; by default `LIFE` from now."""
    return _signed(key, f"{actor_id}.{int(time.time()) + LIFE if expires is None else expires}")


def sign_deputy(key: bytes, actor_id: int, others: Iterable[int], *, expires: int | None = None) -> str:
    """Sign for whom an actor stands in: `<actor>.<expires>.d<user>,<user>.<keyed hash>`, for `kernel.stood_in_for()`."""
    until = int(time.time()) + LIFE if expires is None else expires
    return _signed(key, f"{actor_id}.{until}.d{','.join(map(str, others))}")


def _signed(key: bytes, body: str) -> str:
    digest = sha256(key + sha256(key + body.encode()).digest()).hexdigest()
    return f"{body}.{digest}"


def store_signing_key(owner: Connection, key: bytes) -> None:
    """Write the signing key where `kernel.me()` reads it; as the owner, when the site is created."""
    if len(key) < 32:
        raise ValueError("a signing key has at least 32 bytes")
    owner.execute(
        text(
            "INSERT INTO kernel.signing_key (id, secret) VALUES (1, :secret)"
            " ON CONFLICT (id) DO UPDATE SET secret = excluded.secret"
        ),
        {"secret": key},
    )
