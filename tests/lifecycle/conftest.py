from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import Discovery, discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from tests.lifecycle.hotels import OFFERS, OUTSIDE, SARA


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Discovery:
    """The plugins from outside, as if they were installed into the environment."""
    for name in ("hotel", "breaker"):
        monkeypatch.syspath_prepend(str(OUTSIDE / name))
    assemble()
    return discover(OFFERS)


@pytest.fixture
def workshop(own_site: Site, engines: Engines, outside: Discovery) -> Workshop:
    """A workshop on a site of the test's own, where nothing is installed yet."""
    return Workshop(own_site, engines, outside)


@pytest.fixture
def owner_engine(workshop: Workshop) -> Iterator[Engine]:
    """The owner's engine of that site."""
    engine = workshop.engines.owner(workshop.site)
    yield engine
    engine.dispose()


@pytest.fixture
def hotel(workshop: Workshop) -> Workshop:
    """The same, with the hotel installed."""
    install(workshop, "hotel", SARA)
    return workshop
