"""Fixtures for the tests of one plugin: a site where it is installed, its runtime, actors and browsers there.

Name the plugin once, in the distribution's `conftest.py`:

    pytest_plugins = ["kernel.testing.plugin"]

    @pytest.fixture(scope="session")
    def plugin_name() -> str:
        return "hotel"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.clock import Clock
from kernel.testing.gateways import RecordingGateway
from kernel.testing.worker_sites import WorkerSites

if TYPE_CHECKING:
    from kernel.access.actor import Actor
    from kernel.resources.runtime import Runtime
    from kernel.testing.browser import Browser
    from kernel.testing.users import Wanted
    from kernel.web.wsgi import PeyvandWSGI

MakeActor = Callable[..., "Actor"]
SignIn = Callable[..., "Browser"]


@pytest.fixture(scope="session")
def plugin_name() -> str:
    """The plugin under test; the distribution's `conftest.py` says which."""
    raise pytest.UsageError("say which plugin is tested: override the fixture plugin_name in conftest.py")


def install_plugin(engines: Engines, name: str, site: Site) -> None:
    """Install a plugin of the environment, with whatever it requires, into a site."""
    from kernel.access.actor import SYSTEM
    from kernel.extension.discovery import discover
    from kernel.lifecycle.install import install
    from kernel.lifecycle.steps import Workshop

    install(Workshop(site, engines, discover()), name, SYSTEM("tests"))


@pytest.fixture
def plugin_site(worker_sites: WorkerSites, engines: Engines, plugin_name: str) -> Iterator[Site]:
    """A site with the plugin installed. The test may commit; what it wrote is taken back after it."""
    purpose = f"plugin {plugin_name}"
    yield worker_sites.kept(purpose, partial(install_plugin, engines, plugin_name))
    worker_sites.clean(purpose)


@pytest.fixture
def plugin_runtime(plugin_site: Site, engines: Engines, clock: Clock) -> Runtime:
    """The running site, on the test's clock. Errors of plugins come through instead of being isolated."""
    from kernel.resources.build import build_runtime

    made = build_runtime(plugin_site, engines, isolate=False)
    made.clock = clock
    return made


@pytest.fixture
def make_actor(plugin_site: Site, engines: Engines) -> MakeActor:
    """Make a user of the plugin's site: `make_actor("sara", {("hotel.stay", "view"): "own"})`."""
    from kernel.testing.users import add_user

    def make(username: str, grants: Wanted | None = None, *, administrator: bool = False) -> Actor:
        with engines.owner(plugin_site).begin() as owner:
            return add_user(owner, username, grants, administrator=administrator)

    return make


@pytest.fixture(scope="session")
def plugin_wsgi(config: Config, engines: Engines) -> PeyvandWSGI:
    """The web application of all sites of this worker."""
    from kernel.web.wsgi import PeyvandWSGI

    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def browse(plugin_site: Site, plugin_wsgi: PeyvandWSGI, engines: Engines, make_actor: MakeActor) -> SignIn:
    """Give a browser on the plugin's site in which a new user has signed in: `browse("sara", grants)`.

    `browse()` is nobody's browser; `locale="en"` shows English pages.
    """
    from kernel.testing.browser import Browser, let_in

    plugin_wsgi.store.forget()

    def enter(
        username: str | None = None,
        grants: Wanted | None = None,
        *,
        administrator: bool = False,
        locale: str = "fa",
    ) -> Browser:
        browser = Browser(plugin_wsgi, plugin_site.hosts[0])
        if username is not None:
            actor = make_actor(username, grants, administrator=administrator)
            with engines.owner(plugin_site).begin() as owner:
                let_in(owner, actor.user_id, locale=locale)
            browser.sign_in(username)
        return browser

    return enter


@pytest.fixture
def gateway() -> RecordingGateway:
    """A carrier of messages that keeps what it is given."""
    return RecordingGateway()
