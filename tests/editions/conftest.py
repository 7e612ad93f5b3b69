"""Editions on a site of this worker, and the edition files of an installation."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.administration.editions import apply_edition, load_edition
from kernel.extension.discovery import discover
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.uninstall import uninstall
from kernel.resources.build import build_runtime
from kernel.testing.clock import Clock
from tests.web.conftest import nobody, sign_in, wsgi  # noqa: F401 - fixtures


class Desk:
    """A site with a clock, and a look into its database past all walls."""

    def __init__(self, site, engines, clock):
        self.site, self.engines, self.clock = site, engines, clock

    @property
    def runtime(self):
        """The runtime at the present epoch, at the desk's clock."""
        made = build_runtime(self.site, self.engines, isolate=False)
        made.clock = self.clock
        return made

    def rows(self, query, **values):
        with self.engines.owner(self.site).connect() as owner:
            return [tuple(row) for row in owner.execute(text(query), values)]

    def change(self, statement, **values):
        with self.engines.owner(self.site).begin() as owner:
            owner.execute(text(statement), values)
            owner.execute(text("SELECT kernel.raise_epoch()"))


@pytest.fixture
def desk(site, engines) -> Desk:
    return Desk(site, engines, Clock())


@pytest.fixture
def bare(own_site, engines) -> Workshop:
    """A workshop on a site of the test's own, of no edition."""
    return Workshop(own_site, engines, discover())


@pytest.fixture
def clinic(worker_sites, config, engines):
    """A workshop on a site of the edition *practice*, put back to that after the test."""

    def prepare(site):
        apply_edition(Workshop(site, engines, discover()), load_edition(config, "practice"), SYSTEM("test"))
        engines.dispose(site.name)

    workshop = Workshop(worker_sites.kept("edition of a clinic", prepare), engines, discover())
    yield workshop
    _without_others(workshop)
    engines.dispose(workshop.site.name)
    worker_sites.clean("edition of a clinic")


def _without_others(workshop):
    """Take away the plugins that the test has installed: cleaning puts rows back, and knows nothing of schemas."""
    others = text(
        "SELECT name FROM kernel.plugin WHERE name <> 'medical' ORDER BY requires <> '[]' DESC, name"
    )
    with workshop.engines.owner(workshop.site).connect() as owner:
        names = list(owner.execute(others).scalars())
    for name in names:
        uninstall(workshop, name, SYSTEM("test"))


@pytest.fixture
def edition_file(config):
    """Write an edition of the installation; gives its name."""
    folder = config.home / "editions"
    folder.mkdir(exist_ok=True)
    written = []

    def write(name, content):
        written.append(folder / f"{name}.toml")
        written[-1].write_text(content, "utf-8")
        return name

    yield write
    for path in written:
        path.unlink(missing_ok=True)
