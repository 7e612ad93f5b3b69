"""Trades with one another and without: each pauses, leaves and comes back among the others with a demonstration's data.

Looked at: every page without an id, a record of every kind, people with something of each trade; that none breaks down or
notes a failure, that what paused is nowhere, and that whoever comes back has the rows that he left with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import pytest
from sqlalchemy import Engine, inspect, select, text

from kernel.access.actor import SYSTEM
from kernel.administration.demo import make_demo
from kernel.administration.editions import apply_edition, load_edition
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.resources.build import build_runtime
from kernel.testing.browser import Browser, let_in
from kernel.testing.looking import data_hashes
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI

BY = SYSTEM("tests")
CARRIERS = {"email", "kavenegar", "melipayamak", "smsir"}
TRADES = sorted(set(discover().plugins) - CARRIERS)
FILES = ("/export", "/file", "/csv", "/pdf", "/print")
"""Ends of addresses that give files: another test's affair, and long."""

pytestmark = pytest.mark.long


@dataclass
class House:
    """A site with trades and data, and an administrator who walks through it."""

    site: Site
    engines: Engines
    wsgi: PeyvandWSGI
    username: str = "walker"

    @property
    def workshop(self) -> Workshop:
        return Workshop(self.site, self.engines, discover())

    @property
    def owner(self) -> Engine:
        return self.engines.owner(self.site)

    def enter(self) -> None:
        with self.owner.begin() as owner:
            let_in(owner, add_user(owner, self.username, administrator=True).user_id, locale="fa")

    def walk(self, start: str = "/") -> tuple[dict[str, int], list[str]]:
        """Ask for every page beneath `start`; gives the status of each, and what plugins were found to fail at."""
        self.wsgi.store.forget()
        browser = Browser(self.wsgi, self.site.hosts[0])
        browser.sign_in(self.username)
        wanted = sorted({address for address in self.addresses() if address.startswith(start)})
        seen = {address: browser.get(address).status_code for address in wanted}
        failures = text("SELECT plugin || ': ' || hook FROM kernel.plugin_failure")
        with self.owner.connect() as owner:
            return seen, list(owner.scalars(failures))

    def addresses(self) -> Iterator[str]:
        """Pages without an id, records of every kind, and people."""
        for rule in self.wsgi.application(self.site).url_map.iter_rules():
            plain = "GET" in (rule.methods or ()) and not rule.arguments - {"resource"}
            if plain and not rule.rule.endswith(FILES) and not rule.rule.startswith("/api/"):
                yield rule.rule
        runtime = build_runtime(self.site, self.engines)
        with self.owner.connect() as owner:
            for resource in runtime.resources.values():
                table = inspect(resource.model).local_table
                newest = select(table.c.id).order_by(table.c.id.desc()).limit(2)
                yield from (f"/{resource.path}/{number}" for number in owner.scalars(newest))
            people = text("SELECT id FROM kernel.party WHERE kind = 'person' AND binned_at IS NULL LIMIT 40")
            yield from (f"/persons/{number}" for number in owner.scalars(people))

    def rows(self, plugin: str) -> dict[str, str]:
        return {
            name: value for name, value in data_hashes(self.owner).items() if name.startswith(f"{plugin}.")
        }


def broken(seen: dict[str, int]) -> dict[str, int]:
    return {address: status for address, status in seen.items() if status >= 500}


def opened(seen: dict[str, int], plugin: str) -> list[str]:
    return [
        address for address, status in seen.items() if address.startswith(f"/{plugin}/") and status == 200
    ]


def house(worker_sites: WorkerSites, engines: Engines, config: Config, trades: tuple[str, ...]) -> House:
    site = worker_sites.fresh()
    made = House(site, engines, PeyvandWSGI(config, engines=engines))
    everything = load_edition(config, "full")
    apply_edition(made.workshop, replace(everything, plugins=trades), BY)
    make_demo(build_runtime(site, engines), 80, lambda _what, _done, _total: None)
    made.enter()
    return made


def leave(made: House, worker_sites: WorkerSites) -> None:
    made.engines.dispose(made.site.name)
    worker_sites.drop(made.site)


@pytest.fixture(scope="module")
def whole(full: House) -> dict[str, int]:
    """What every page answers while all trades run."""
    seen, failures = full.walk()
    assert (broken(seen), failures) == ({}, [])
    return seen


@pytest.fixture(scope="module")
def full(worker_sites: WorkerSites, engines: Engines, config: Config) -> Iterator[House]:
    made = house(worker_sites, engines, config, tuple(TRADES))
    yield made
    leave(made, worker_sites)


@pytest.mark.parametrize("trade", TRADES)
def test_a_trade_rests_leaves_and_comes_back_among_all_others(
    full: House, whole: dict[str, int], trade: str
) -> None:
    assert opened(whole, trade)

    pause(full.workshop, trade, BY)
    seen, failures = full.walk()
    assert (broken(seen), failures, opened(seen, trade)) == ({}, [], [])
    for other in TRADES:
        if other != trade:
            assert set(opened(seen, other)) == set(opened(whole, other)), other
    resume(full.workshop, trade, BY)

    kept = full.rows(trade)
    archive = uninstall(full.workshop, trade, BY).archive
    seen, failures = full.walk()
    assert (broken(seen), failures, opened(seen, trade)) == ({}, [], [])
    assert not restore(full.workshop, archive.name, BY).refused
    assert full.rows(trade) == kept
    seen, failures = full.walk(f"/{trade}/")
    assert (broken(seen), failures) == ({}, [])
    assert set(opened(seen, trade)) == set(opened(whole, trade))


@pytest.mark.parametrize("pair", list(combinations(TRADES, 2)), ids="-".join)
def test_two_trades_alone_open_all_their_pages(
    worker_sites: WorkerSites, engines: Engines, config: Config, pair: tuple[str, str]
) -> None:
    made = house(worker_sites, engines, config, pair)
    try:
        seen, failures = made.walk()
        assert (broken(seen), failures) == ({}, [])
        assert all(opened(seen, trade) for trade in pair)
    finally:
        leave(made, worker_sites)
