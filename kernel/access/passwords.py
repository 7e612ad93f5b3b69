"""Passwords: what is accepted, how they are kept (argon2id), and that looking at one always costs the same."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.access.errors import AccessProblem
from kernel.i18n import _

SHORTEST = 8
LONGEST = 200

_HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
"""Above the least that OWASP's password storage cheat sheet names for argon2id (19 MiB, two passes)."""
_NOBODY = _HASHER.hash("the password of nobody")


def hash_password(password: str, *, username: str = "") -> str:
    """Check a new password and give its hash. Raises `AccessProblem` naming the field `password`."""
    text = _prepared(password)
    if len(text) < SHORTEST:
        raise AccessProblem(
            "short-password", _("A password needs at least %(count)d characters.", count=SHORTEST), "password"
        )
    if len(text) > LONGEST:
        raise AccessProblem(
            "long-password", _("A password has at most %(count)d characters.", count=LONGEST), "password"
        )
    if text.casefold() == username.casefold() or len(set(text)) < 3:
        raise AccessProblem("easy-password", _("This password is too easy to guess."), "password")
    return _HASHER.hash(text)


def verify(stored: str | None, password: str) -> bool:
    """Compare; takes as long for an unknown user as for a known one."""
    try:
        matched = _HASHER.verify(stored or _NOBODY, _prepared(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return matched and stored is not None


def outdated(stored: str) -> bool:
    """Say whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _prepared(password: str) -> str:
    return unicodedata.normalize("NFC", password)
