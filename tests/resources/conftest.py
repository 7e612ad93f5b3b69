from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from kernel.access.actor import Actor
from kernel.data.embedded import EmbeddedServer
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.runtime import Runtime
from kernel.testing.cleaning import Cleaner
from kernel.testing.users import Wanted, add_user
from kernel.testing.worker_sites import WorkerSites
from tests.resources import bazaar

ALL: Wanted = {
    ("client", action): "all" for action in ("view", "create", "edit", "delete", "purge", "export", "import")
} | {("clinic", action): "all" for action in ("view", "create", "edit")}


@pytest.fixture(scope="session")
def kept_bazaar(
    worker_sites: WorkerSites, server: EmbeddedServer, engines: Engines
) -> Iterator[tuple[Site, Cleaner]]:
    site = worker_sites.fresh()
    with engines.owner(site).begin() as owner:
        bazaar.build_tables(owner, site, bazaar.build_runtime(site, engines))
    cleaner = Cleaner(server.admin_url(site.name))
    yield site, cleaner
    cleaner.close()


@pytest.fixture
def bazaar_site(kept_bazaar: tuple[Site, Cleaner]) -> Iterator[Site]:
    site, cleaner = kept_bazaar
    yield site
    cleaner.clean()


@pytest.fixture
def runtime(bazaar_site: Site, engines: Engines) -> Runtime:
    return bazaar.build_runtime(bazaar_site, engines)


@pytest.fixture
def user(bazaar_site: Site, engines: Engines) -> Callable[..., Actor]:
    """Make a user: `user("sara", {("client", "view"): "own"})`; without grants he may do everything with clients."""

    def make(name: str = "sara", grants: Wanted | None = None, **options: Any) -> Actor:
        with engines.owner(bazaar_site).begin() as owner:
            return add_user(owner, name, ALL if grants is None else grants, **options)

    return make


Add = Callable[..., list[int]]


@pytest.fixture
def add(runtime: Runtime) -> Add:
    """Write clients past all rights: `add({"name": "علی"}, …)` gives their ids."""

    def add_clients(*clients: Mapping[str, Any]) -> list[int]:
        with runtime.system_work("test data", "test") as context:
            made = []
            for values in clients:
                client = bazaar.Client(**values)
                bazaar.prepare(context, client, values)
                context.session.add(client)
                made.append(client)
            context.session.flush()
            return [client.id for client in made]

    return add_clients


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    """Collect the statements that a session's connection runs."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
