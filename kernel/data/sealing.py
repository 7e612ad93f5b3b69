"""Sealing: what must not be readable in the database alone is encrypted with a key that lies outside of it.

The keys are the site's (`secrets.toml`). The first one seals; the others still open what was sealed before a rotation.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

MARK = "sealed:1:"
"""Stands before what is sealed: AES-128 in CBC mode with an HMAC-SHA-256 (Fernet)."""


class SealBroken(Exception):
    """Something sealed cannot be opened: the key is missing or another one, or the text was changed."""


def new_key() -> str:
    """Make a key from the system's source of randomness."""
    return Fernet.generate_key().decode()


def is_sealed(value: object) -> bool:
    """Say whether a value was made by `Sealer.seal`."""
    return isinstance(value, str) and value.startswith(MARK)


class Sealer:
    """Seals and opens short texts with the keys of one site."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._keys = [Fernet(key) for key in keys]
        except ValueError as error:
            raise SealBroken("a key in secrets.toml is damaged") from error

    def seal(self, text: str) -> str:
        """Encrypt with the newest key. Raises `SealBroken` where the site has none."""
        return MARK + self._all().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt. Raises `SealBroken` where no key fits."""
        try:
            return self._all().decrypt(sealed.removeprefix(MARK).encode()).decode()
        except InvalidToken as error:
            raise SealBroken("no key of the site opens it") from error

    def renew(self, sealed: str) -> str:
        """Encrypt anew with the newest key. Raises `SealBroken` where no key opens it."""
        return self.seal(self.open(sealed))

    def _all(self) -> MultiFernet:
        if not self._keys:
            raise SealBroken("the site has no key; upgrade it first")
        return MultiFernet(self._keys)
