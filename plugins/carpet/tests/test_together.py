"""With the club buyers and dealers get points once; with sales what an owner pays for a repair becomes an invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.testing.worker_sites import WorkerSites
from plugins.carpet.tests.conftest import MORNING, House, furnished
from plugins.carpet.tests.test_pages import claimed, registered

PURPOSE = "carpet with club and sales"


@pytest.fixture
def house(worker_sites: WorkerSites, engines: Engines) -> Iterator[House]:
    assemble()

    def prepare(site: Site) -> House:
        for name in ("sales", "club", "carpet"):
            install(Workshop(site, engines, discover()), name, SYSTEM("tests"))
        return furnished(site, engines)

    site = worker_sites.kept(PURPOSE, prepare)
    made: House = worker_sites.prepared(PURPOSE)
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING
    yield replace(made, runtime=runtime)
    worker_sites.clean(PURPOSE)


def points(house: House) -> dict[int, int]:
    return dict(house.rows("SELECT party_id, balance FROM club.member"))  # type: ignore[arg-type]


def test_buyer_and_dealer_get_their_points_once(house: House) -> None:
    house.set(buyer_points=50, dealer_points=20)
    ((firm,),) = house.rows(f"SELECT party_id FROM carpet.dealer WHERE id = {house.dealers[0]}")
    for party in (house.persons[0], firm):
        house.run("club.join", party=party)
    before = points(house)
    guarantee = registered(house)
    house.say("+989121110001", f"{house.serial(1)} {house.code(1)}")
    after = points(house)
    assert after[house.persons[0]] - before[house.persons[0]] == 50
    assert after[firm] - before[firm] == 20
    claim = claimed(house, guarantee)
    house.run("carpet.replace", claim=claim, serial=house.serial(25))
    assert points(house) == after


def test_who_is_no_member_gets_none_and_is_registered_all_the_same(house: House) -> None:
    house.set(buyer_points=50, dealer_points=20)
    registered(house)
    assert points(house) == {}


def test_a_repair_that_the_owner_pays_is_an_invoice(house: House) -> None:
    claim = claimed(house, registered(house))
    house.run("carpet.repair", claim=claim, cost=3_000_000)
    found = house.rows("SELECT party_id, net, state FROM sales.document WHERE kind = 'invoice'")
    assert found == [(house.persons[0], 3_000_000, "issued")]


def test_a_repair_that_costs_the_owner_nothing_is_none(house: House) -> None:
    house.run("carpet.repair", claim=claimed(house, registered(house)))
    assert house.rows("SELECT count(*) FROM sales.document") == [(0,)]
