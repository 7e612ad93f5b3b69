"""Browsers on the site of the tests of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.browser import PASSWORD, Browser, let_in
from kernel.testing.plugin import MakeUser
from kernel.testing.users import Wanted
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI

__all__ = ["ALL", "PASSWORD", "Browser", "SignIn"]

ALL = {
    ("party", action): "all"
    for action in ("view", "create", "edit", "delete", "purge", "restore", "export", "import", "assign")
}


@pytest.fixture(scope="session")
def wsgi(config: Config, engines: Engines) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def nobody(site: Site, wsgi: PeyvandWSGI) -> Browser:
    return Browser(wsgi, site.hosts[0])


@pytest.fixture
def runtime(site: Site, engines: Engines) -> Runtime:
    return build_runtime(site, engines, isolate=False)


@pytest.fixture
def make_site(worker_sites: WorkerSites) -> Iterator[Callable[[], Site]]:
    """Make further sites, dropped after the test."""
    made: list[Site] = []

    def make() -> Site:
        made.append(worker_sites.fresh())
        return made[-1]

    yield make
    for site in made:
        worker_sites.drop(site)


SignIn = Callable[..., Browser]


@pytest.fixture
def sign_in(site: Site, wsgi: PeyvandWSGI, engines: Engines, make_user: MakeUser) -> SignIn:
    """Make a user with these grants, and give a browser in which he has signed in through the page."""

    def enter(username: str, grants: Wanted | None = None, *, locale: str = "fa", **options: Any) -> Browser:
        actor = make_user(username, grants, **options)
        with engines.owner(site).begin() as owner:
            let_in(owner, actor.user_id, locale=locale)
        browser = Browser(wsgi, site.hosts[0])
        browser.sign_in(username)
        return browser

    return enter


@pytest.fixture
def run(site: Site, engines: Engines) -> Callable[..., list[tuple[Any, ...]] | None]:
    """Read or write past all walls."""

    def run(statement: str, **values: Any) -> list[tuple[Any, ...]] | None:
        with engines.owner(site).begin() as owner:
            found = owner.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else None

    return run


@pytest.fixture
def id_of(run: Callable[..., Any]) -> Callable[[str], str]:
    """Give the number of a user by his name, as forms send it."""

    def id_of(username: str) -> str:
        ((number,),) = run("SELECT id FROM kernel.user_account WHERE username = :u", u=username)
        return str(number)

    return id_of
