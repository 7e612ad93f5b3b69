"""A site with the family of tables, its rows, and two users: made once for each worker. No test commits into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from kernel.access.policies import PolicySet
from kernel.access.protected import ACCESS_POLICIES
from kernel.access.tokens import store_signing_key
from kernel.access.walls import apply_policies
from kernel.data.engines import Engines
from kernel.data.names import app_role
from kernel.data.site import Site
from kernel.testing.worker_sites import WorkerSites
from tests.leaks import family
from tests.leaks.scene import Scene, fill


@pytest.fixture(scope="session")
def policies() -> PolicySet:
    made = family.policy_set()
    made.check_complete(family.MODELS)
    return made


@pytest.fixture(scope="session")
def leak_site(worker_sites: WorkerSites, engines: Engines, policies: PolicySet) -> Iterator[Site]:
    site = worker_sites.fresh()
    with engines.owner(site).begin() as owner:
        _build(owner, site, policies)
    yield site
    engines.dispose(site.name)
    worker_sites.drop(site)


def _build(owner: Connection, site: Site, policies: PolicySet) -> None:
    store_signing_key(owner, site.signing_key)
    owner.exec_driver_sql(f"CREATE SCHEMA {family.SCHEMA}")
    family.Base.metadata.create_all(owner, tables=[model.__table__ for model in family.MODELS])
    apply_policies(owner, family.SCHEMA, policies, app_role(site.name))
    apply_policies(owner, "kernel", PolicySet(ACCESS_POLICIES), app_role(site.name))


@pytest.fixture(scope="session")
def scene(leak_site: Site, engines: Engines) -> Scene:
    with engines.owner(leak_site).begin() as owner:
        return fill(owner)


@pytest.fixture
def app(leak_site: Site, engines: Engines) -> Engine:
    return engines.app(leak_site)


@pytest.fixture
def past_wall2(leak_site: Site, engines: Engines) -> Engine:
    """Connects as the owner, whom row security does not bind: what holds here, wall 1 holds alone."""
    return engines.owner(leak_site)
