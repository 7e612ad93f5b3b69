"""What a process is told from outside: where its home is, how it reaches database, files and broker."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from kernel.data.errors import ConfigError
from kernel.i18n import _

POOLERS = ("", "transaction")
"""Kinds of connection pooler in front of the server: none, or one that pools by transaction."""

Network = IPv4Network | IPv6Network

_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class Config:
    """The settings of one process. Everything about a single organisation stands in its `Site` instead."""

    home: Path
    """The folder of everything that this installation keeps: embedded server, sites, logs."""
    database_url: str | None = field(default=None, repr=False)
    """Administrator's address of an external server; without it the embedded server is used."""
    files: Path | None = None
    """A folder shared by several nodes, in which each site has a folder of uploaded files."""
    backups: Path | None = None
    """A folder for backups, in which each site has one; without it they stand in the home folder."""
    broker_url: str | None = field(default=None, repr=False)
    """Address of the task broker; without it tasks travel through the file system."""
    pooler: str = ""
    """`transaction` when a pooler that pools by transaction stands before the database."""
    trust_proxy: int = 0
    """How many reverse proxies stand in front and may set the forwarding headers."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read the `PEYVAND_*` variables. Raises `ConfigError` for a value that makes no sense."""
        inner_networks(environ)
        pooler = environ.get("PEYVAND_POOLER", "").strip().lower()
        if pooler not in POOLERS:
            raise ConfigError(_("PEYVAND_POOLER is “%(value)s”: only “transaction” is known.", value=pooler))
        files = environ.get("PEYVAND_FILES", "").strip()
        backups = environ.get("PEYVAND_BACKUPS", "").strip()
        return cls(
            home=Path(environ.get("PEYVAND_HOME", "").strip() or "var").absolute(),
            database_url=_database_url(environ.get("PEYVAND_DATABASE_URL", "").strip()),
            files=Path(files).absolute() if files else None,
            backups=Path(backups).absolute() if backups else None,
            broker_url=environ.get("PEYVAND_BROKER_URL", "").strip() or None,
            pooler=pooler,
            trust_proxy=_proxies(environ.get("PEYVAND_TRUST_PROXY", "").strip().lower()),
        )


def inner_networks(environ: Mapping[str, str] = os.environ) -> tuple[Network, ...]:
    """Read `PEYVAND_WEBHOOK_NETWORKS`: networks of the house into which webhooks may be sent all the same.

    Raises `ConfigError` for what is no network.
    """
    found: list[Network] = []
    for text in environ.get("PEYVAND_WEBHOOK_NETWORKS", "").replace(",", " ").split():
        try:
            found.append(ip_network(text))
        except ValueError:
            raise ConfigError(
                _("PEYVAND_WEBHOOK_NETWORKS holds “%(value)s”: give networks such as 10.0.0.0/8.", value=text)
            ) from None
    return tuple(found)


def _database_url(value: str) -> str | None:
    if not value:
        return None
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ConfigError(
            _("PEYVAND_DATABASE_URL must look like postgresql://administrator:password@server:5432/postgres.")
        )
    return f"postgresql+psycopg://{rest}"


def _proxies(value: str) -> int:
    if value.isdecimal():
        return int(value)
    if value in _YES:
        return 1
    if value in _NO:
        return 0
    raise ConfigError(
        _(
            "PEYVAND_TRUST_PROXY is “%(value)s”: give the number of proxies in front of it.",
            value=value,
        )
    )
