"""Taking back what was just done: a message carries the reverse command, sealed for its user, for a short time.

The seal only says that the site itself has offered it: the command checks every right anew, like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from kernel.resources.runtime import Runtime

LONGEST = 120
"""Seconds in which it can be sent; the message offers it for ten, but a page may be slow to come."""
MOST = 100
"""Records that one message takes back: the offer travels in a cookie."""


@dataclass(frozen=True)
class Undo:
    """The command that takes something back, with plain arguments."""

    command: str
    arguments: Mapping[str, Any]


def sealed(runtime: Runtime, user_id: int | None, undo: Undo) -> str:
    """Give the offer as a form carries it."""
    return str(_seal(runtime).dumps([user_id, undo.command, dict(undo.arguments)]))


def opened(runtime: Runtime, user_id: int | None, offer: str) -> Undo | None:
    """Give what was offered to this user; None where that is too long ago, or never was."""
    try:
        whose, command, arguments = _seal(runtime).loads(offer, max_age=LONGEST)
    except (BadData, ValueError):
        return None
    return Undo(command, arguments) if whose == user_id else None


def _seal(runtime: Runtime) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(runtime.site.secret_key, salt="undo")
