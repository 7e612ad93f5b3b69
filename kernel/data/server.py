"""The database server of an installation: the embedded one, or one elsewhere."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import make_url

from kernel.data.config import Config
from kernel.data.embedded import EmbeddedServer

__all__ = ["EmbeddedServer", "ExternalServer", "Server", "connect_server", "server_of"]


class Server(Protocol):
    """Where databases live."""

    def start(self) -> None:
        """Make sure that it runs, as far as that is ours to do."""

    def crashed(self) -> bool:
        """Whether it is ours to start and ended without being stopped."""

    def stop(self, *, requested: bool = False) -> bool:
        """Stop it if it is ours to stop; returns whether it was stopped."""

    def admin_url(self, database: str = "postgres") -> str:
        """The administrator's address of `database`."""

    def url(self, user: str, password: str, database: str) -> str:
        """The address of `database` for `user`."""


class ExternalServer:
    """A server that somebody else runs, reached by its administrator's address; it needs no superuser."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def start(self) -> None:
        """Nothing: it is not ours to start."""

    def crashed(self) -> bool:
        """Never known: somebody else looks after it."""
        return False

    def stop(self, *, requested: bool = False) -> bool:
        """Never: it is not ours to stop."""
        return False

    def admin_url(self, database: str = "postgres") -> str:
        """The administrator's address of `database`; by default the one that was configured."""
        chosen = self._url.database or database if database == "postgres" else database
        return self._url.set(database=chosen).render_as_string(hide_password=False)

    def url(self, user: str, password: str, database: str) -> str:
        """The same server for another account and database."""
        changed = self._url.set(username=user, password=password, database=database)
        return changed.render_as_string(hide_password=False)


def server_of(config: Config) -> Server:
    """The server that `config` names, without touching it."""
    return ExternalServer(config.database_url) if config.database_url else EmbeddedServer(config.home)


def connect_server(config: Config) -> Server:
    """The server that `config` names, running. Raises `ServerError` when the embedded one cannot start."""
    server = server_of(config)
    server.start()
    return server
