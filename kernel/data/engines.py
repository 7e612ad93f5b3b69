"""SQLAlchemy engines, one pair per site: a process may serve more sites than it can keep connections to."""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from kernel.data.config import Config
from kernel.data.site import Site

CONNECTIONS = 5
"""Connections of one process to one site at most."""
RECYCLE = 1800
"""Seconds after which a connection is replaced, so that the server's process behind it gives memory back."""

_ALL: weakref.WeakSet[Engines] = weakref.WeakSet()


class Engines:
    """The engines of this process, at most `limit` sites at a time: the one unused for longest gives way."""

    def __init__(self, config: Config, limit: int = 20) -> None:
        self._pooler = config.pooler
        self._limit = limit
        self._lock = threading.Lock()
        self._app: OrderedDict[str, tuple[str, Engine]] = OrderedDict()
        _ALL.add(self)

    def app(self, site: Site) -> Engine:
        """The engine of requests and jobs: it connects as the role that row security applies to."""
        with self._lock:
            known = self._app.get(site.name)
            if known is not None and known[0] == site.app_url:
                self._app.move_to_end(site.name)
                return known[1]
            if known is not None:
                known[1].dispose()
            engine = self._make_app(site)
            self._app[site.name] = (site.app_url, engine)
            self._app.move_to_end(site.name)
            while len(self._app) > self._limit:
                self._app.popitem(last=False)[1][1].dispose()
            return engine

    def owner(self, site: Site) -> Engine:
        """An engine of the role that owns the database; it keeps no connection open between two uses."""
        return create_engine(site.owner_url, poolclass=NullPool, **self._common(site, "owner"))

    def dispose(self, name: str | None = None) -> None:
        """Close the pool of the site `name`, or all of them."""
        with self._lock:
            names = list(self._app) if name is None else [name]
            for each in names:
                known = self._app.pop(each, None)
                if known is not None:
                    known[1].dispose()

    def _make_app(self, site: Site) -> Engine:
        if self._pooler:
            return create_engine(site.app_url, poolclass=NullPool, **self._common(site, "app"))
        return create_engine(
            site.app_url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=10,
            pool_recycle=RECYCLE,
            pool_pre_ping=True,
            **self._common(site, "app"),
        )

    def _common(self, site: Site, purpose: str) -> dict[str, Any]:
        program = f"peyvand {site.name} {purpose}"
        arguments: dict[str, Any] = {"application_name": program, "connect_timeout": 10}
        if self._pooler:
            # A prepared statement stays with one connection, and the next transaction may get another.
            arguments["prepare_threshold"] = None
        # An error's text goes to the log: bound values are names and numbers of persons.
        return {"connect_args": arguments, "hide_parameters": True}

    def _after_fork(self) -> None:
        self._lock = threading.Lock()
        for _url, engine in self._app.values():
            engine.dispose(close=False)


def _leave_parent_connections() -> None:
    for engines in list(_ALL):
        engines._after_fork()


os.register_at_fork(after_in_child=_leave_parent_connections)
