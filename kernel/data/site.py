"""A site: one organisation with its database, files, host names and customs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from kernel.data.sealing import Sealer, new_key

TEHRAN = ZoneInfo("Asia/Tehran")
SATURDAY_TO_WEDNESDAY = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Secrets:
    """What must not leak of a site; kept in a file of its own that only its owner can read."""

    owner_password: str = field(repr=False)
    app_password: str = field(repr=False)
    secret_key: str = field(repr=False)
    """Signs cookies and forms."""
    signing_key: bytes = field(repr=False)
    """Signs the actor that a session tells the database; a copy stands in `kernel.signing_key`."""
    data_keys: tuple[str, ...] = field(default=(), repr=False)
    """Encrypt secrets within the database (see `kernel.data.sealing`); the first one is in use."""

    @classmethod
    def generate(cls) -> Secrets:
        """New ones, from the system's source of randomness."""
        return cls(
            owner_password=secrets.token_urlsafe(24),
            app_password=secrets.token_urlsafe(24),
            secret_key=secrets.token_urlsafe(48),
            signing_key=secrets.token_bytes(32),
            data_keys=(new_key(),),
        )


@dataclass(frozen=True)
class Site:
    """One organisation. A value: it opens nothing."""

    name: str
    title: str
    owner_url: str = field(repr=False)
    """Address for the role that owns the database: lifecycle and backup only."""
    app_url: str = field(repr=False)
    """Address for the role of every request and job."""
    files: Path
    """The folder of uploaded files."""
    secret_key: str = field(repr=False)
    signing_key: bytes = field(repr=False)
    data_keys: tuple[str, ...] = field(default=(), repr=False)
    """What encrypts secrets within the database, the newest first."""
    hosts: tuple[str, ...] = ()
    """The host names under which the site is reached, normalised (see `normalise_host`)."""
    edition: str | None = None
    locale: str = "fa"
    time_zone: ZoneInfo = TEHRAN
    fiscal_start: int = 1
    """The Jalali month in which the fiscal year begins, 1 to 12."""
    working_week: tuple[int, ...] = SATURDAY_TO_WEDNESDAY
    """Working days, 0 being Saturday."""
    leakproof: bool = False
    """Whether the operators of search and calendars are marked safe under row security."""

    @property
    def sealer(self) -> Sealer:
        """Encrypts and opens secrets that lie in the database."""
        return Sealer(self.data_keys)


def normalise_host(host: str) -> str:
    """Bring a host name to the form that is compared: no port, no final dot, lower case, punycode."""
    bare = host.strip().lower()
    if bare.startswith("["):
        return bare.partition("]")[0] + "]"
    bare = bare.partition(":")[0].rstrip(".")
    try:
        return bare.encode("idna").decode("ascii") if bare else ""
    except UnicodeError:
        return ""
