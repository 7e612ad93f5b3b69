"""Passwords: which are taken, how they are kept, how one is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kernel.access.common_passwords import why_common
from kernel.access.errors import AccessProblem
from kernel.i18n import _

SHORTEST = 8
LONGEST = 200
"""In characters. A limit keeps the hashing of a megabyte from being an attack."""

HASHER = PasswordHasher()
"""At the cost that the library advises. `kernel.testing` puts a cheap one in its place."""


@cache
def _of_nobody() -> str:
    # Made when first needed: hashing is slow on purpose, and most processes never look at a password.
    return HASHER.hash("nobody has this password")


def hashed(password: str, username: str = "", *, names: Iterable[str] = ()) -> str:
    """Give the Argon2 hash to keep. Raises `AccessProblem` for a password that is too weak.

    `names` are those of user and site: a password that is one of them with a number is too weak.
    """
    if len(password) < SHORTEST:
        text = _("A password has at least %(count)d characters.", count=SHORTEST)
        raise AccessProblem("short-password", text, "password")
    if len(password) > LONGEST:
        text = _("A password has at most %(count)d characters.", count=LONGEST)
        raise AccessProblem("long-password", text, "password")
    if username and username.casefold() in password.casefold():
        text = _("The password must not contain the user name.")
        raise AccessProblem("password-names-user", text, "password")
    common = why_common(password, names)
    if common is not None:
        raise AccessProblem("common-password", common, "password")
    return rehashed(password)


def rehashed(password: str) -> str:
    """Give the hash of a password that is in use already, whatever the rules are by now."""
    return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` has the hash `kept`. Takes as long where there is no hash: silence tells nothing either."""
    try:
        HASHER.verify(kept or _of_nobody(), password[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(kept)
