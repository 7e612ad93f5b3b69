"""The codes under the scratch panel: random, and kept only as what a code can be compared with.

A code is made at the moment in which its card is printed. The database holds a salted scrypt hash of it, so neither
a user nor a copy of the database gives a code back; who loses the file that was handed out has new codes made.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

LENGTH = 8
GROUPS = (4, 4)
COST = 1 << 10
"""Of scrypt, with blocks of 8: a megabyte and some milliseconds for each code."""
SALT = 12


def new_code() -> str:
    """Make a code of eight digits."""
    return f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"


def mark_of(code: str) -> str:
    """Give what is kept of a code."""
    salt = secrets.token_hex(SALT)
    return f"{salt}${_hash(code, salt)}"


def matches(code: str, mark: str) -> bool:
    """Say whether a code is the one of a mark."""
    salt, _sign, kept = mark.partition("$")
    return hmac.compare_digest(_hash(code, salt), kept)


def grouped(code: str) -> str:
    """Write a code as it stands on the card: 4821 0937."""
    return f"{code[: GROUPS[0]]} {code[GROUPS[0] :]}"


def _hash(code: str, salt: str) -> str:
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=COST, r=8, p=1, dklen=24).hex()
