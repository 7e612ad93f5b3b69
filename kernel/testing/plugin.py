"""The pytest plugin: real PostgreSQL, real sites, for the kernel's own tests and for those of plugin authors.

Name it in the top `conftest.py`: `pytest_plugins = ["kernel.testing.plugin"]`.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from sqlalchemy import Connection

from kernel.data.config import Config
from kernel.data.embedded import EmbeddedServer
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing import shared_server
from kernel.testing.clock import Clock
from kernel.testing.worker_sites import WorkerSites

if TYPE_CHECKING:
    from kernel.access.actor import Actor
    from kernel.testing.users import Wanted

pytest_plugins = ["kernel.testing.authors"]


def pytest_configure(config: pytest.Config) -> None:
    """Make known the mark that the conformance suite puts on its long rounds."""
    config.addinivalue_line("markers", "long: long rounds; leave them out with -m 'not long'")


def pytest_collection_finish() -> None:
    """Spare the collector what stays for the whole run: models and mappers are a quarter of a million objects.

    It goes through all of them whenever the rest grew by a quarter, which was a tenth of the time of a run and more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class MakeUser(Protocol):
    """What the fixture `make_user` gives."""

    def __call__(self, username: str, grants: Wanted | None = None, *, administrator: bool = False) -> Actor:
        """Make a user with exactly these grants."""


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at the lowest cost in this process: signing in takes a quarter of a second of the processor else."""
    from argon2 import PasswordHasher

    from kernel.access import passwords

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The database server of this run: fast, shared by all workers, gone when the last is done."""
    shared = shared_server.join(os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}")
    yield shared
    shared_server.leave(shared)


@pytest.fixture(scope="session")
def worker_sites(server: EmbeddedServer) -> Iterator[WorkerSites]:
    """The sites of this worker. Tests ask for `site` or `own_site` instead."""
    from kernel.administration.assembly import assemble

    assemble()
    sites = WorkerSites(server, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield sites
    sites.close()


@pytest.fixture(scope="session")
def config(worker_sites: WorkerSites) -> Config:
    """The settings of the process: the home folder of the run's server."""
    return worker_sites.config


@pytest.fixture(scope="session")
def engines(config: Config) -> Iterator[Engines]:
    """The engines of this worker; connect as the application does with `engines.app(site)`."""
    made = Engines(config)
    yield made
    made.dispose()


@pytest.fixture
def site(worker_sites: WorkerSites) -> Iterator[Site]:
    """The worker's site with the kernel in it. The test may commit; what it wrote is taken back after it."""
    yield worker_sites.kept()
    worker_sites.clean()


@pytest.fixture
def own_site(worker_sites: WorkerSites, engines: Engines) -> Iterator[Site]:
    """A site of the test's own, dropped afterwards: for tests that change tables, roles or folders."""
    made = worker_sites.fresh()
    yield made
    engines.dispose(made.name)
    worker_sites.drop(made)


@pytest.fixture
def owner(site: Site, engines: Engines) -> Iterator[Connection]:
    """A connection of the owner of `site` (no row security), in a transaction that is rolled back."""
    with engines.owner(site).connect() as connection, connection.begin() as transaction:
        yield connection
        if transaction.is_active:
            transaction.rollback()


@pytest.fixture
def make_user(site: Site, engines: Engines) -> MakeUser:
    """Make a user in `site` and give the actor: `make_user("sara", {("party", "view"): "own"})`."""
    from kernel.testing.users import add_user

    def make(username: str, grants: Wanted | None = None, *, administrator: bool = False) -> Actor:
        with engines.owner(site).begin() as owner:
            return add_user(owner, username, grants, administrator=administrator)

    return make


@pytest.fixture(scope="session")
def durable_sites() -> Iterator[WorkerSites]:
    """Sites on a server of this worker's own that loses nothing in a crash: for tests that kill processes."""
    from kernel.administration.assembly import assemble

    assemble()
    # Not below pytest's own folder: each run of the same user closes that to the server's account.
    with tempfile.TemporaryDirectory(prefix="peyvand-durable-", ignore_cleanup_errors=True) as home:
        durable = EmbeddedServer(Path(home))
        durable.start()
        try:
            yield WorkerSites(durable, os.environ.get("PYTEST_XDIST_WORKER", "main"))
        finally:
            durable.stop(requested=True)


@pytest.fixture
def durable_site(durable_sites: WorkerSites) -> Iterator[Site]:
    """A site of the test's own on the durable server; `durable_sites.config` is its configuration."""
    made = durable_sites.fresh()
    yield made
    durable_sites.drop(made)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until the test moves it."""
    return Clock()
