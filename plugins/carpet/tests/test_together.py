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
from kernel.lifecycle.switching import pause, resume
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
    before = member(house, house.persons[0], firm(house))
    guarantee = registered(house)
    house.say("+989121110001", f"{house.serial(1)} {house.code(1)}")
    assert gained(house, before) == {house.persons[0]: 50, firm(house): 20}
    claim = claimed(house, guarantee)
    house.run("carpet.replace", claim=claim, serial=house.serial(25))
    assert gained(house, before) == {house.persons[0]: 50, firm(house): 20}


def member(house: House, *parties: int) -> dict[int, int]:
    for party in parties:
        house.run("club.join", party=party)
    return points(house)


def firm(house: House) -> int:
    ((party,),) = house.rows(f"SELECT party_id FROM carpet.dealer WHERE id = {house.dealers[0]}")
    return int(party)


def gained(house: House, before: dict[int, int]) -> dict[int, int]:
    return {party: now - before[party] for party, now in points(house).items() if now != before[party]}


def test_a_guarantee_that_is_ended_takes_its_points_back_once(house: House) -> None:
    house.set(buyer_points=50, dealer_points=20)
    before = member(house, house.persons[0], firm(house))
    guarantee = registered(house)
    assert gained(house, before) == {house.persons[0]: 50, firm(house): 20}
    house.run("carpet.void_guarantee", guarantee=guarantee, reason="تقلب")
    assert gained(house, before) == {}
    assert house.run("carpet.settle_points") == 0


def test_after_a_dispute_the_points_go_along_and_after_a_gift_they_stay(house: House) -> None:
    house.set(buyer_points=50, dealer_points=20)
    sara, omid, mina = house.persons
    before = member(house, sara, omid, firm(house))
    guarantee = registered(house)
    for claimant in (omid, sara, omid):
        house.run("carpet.transfer", guarantee=guarantee, party=claimant, reason="mistake")
        assert gained(house, before) == {claimant: 50, firm(house): 20}
    house.say("+989121110003", f"{house.serial(1)} {house.code(1)}")
    house.run("carpet.decide_dispute", dispute=house.disputes()[0].id, verdict="moved", reason="فاکتور")
    assert house.guarantees()[0].party_id == mina
    assert gained(house, before) == {firm(house): 20}, "who is no member gets none"
    house.run("carpet.transfer", guarantee=guarantee, party=omid, reason="gift")
    assert gained(house, before) == {firm(house): 20}


@pytest.mark.parametrize("ended", [False, True])
def test_points_wait_for_a_club_that_is_paused(house: House, engines: Engines, ended: bool) -> None:
    house.set(buyer_points=50, dealer_points=20)
    before = member(house, house.persons[0], firm(house))
    workshop = Workshop(house.runtime.site, engines, discover())
    own = house.runtime
    pause(workshop, "club", SYSTEM("tests"))
    house.runtime = build_runtime(own.site, engines, isolate=False)
    house.runtime.clock = own.clock
    guarantee = registered(house)
    assert house.run("carpet.settle_points") == 0
    if ended:
        house.run("carpet.void_guarantee", guarantee=guarantee, reason="تقلب")
    resume(workshop, "club", SYSTEM("tests"))
    house.runtime = build_runtime(own.site, engines, isolate=False)
    house.runtime.clock = own.clock
    assert gained(house, before) == {}
    for _turn in range(2):
        house.run("carpet.settle_points")
        assert gained(house, before) == ({} if ended else {house.persons[0]: 50, firm(house): 20})


def test_who_is_no_member_gets_none_and_is_registered_all_the_same(house: House) -> None:
    house.set(buyer_points=50, dealer_points=20)
    registered(house)
    assert points(house) == {}


def test_whoever_registers_joins_the_club_where_the_settings_say_so(house: House) -> None:
    house.set(buyer_points=50, dealer_points=20, club_joins="1")
    house.say("+989125550001", f"{house.serial(1)} {house.code(1)}\n{house.serial(2)} {house.code(2)}")
    buyer = house.guarantees()[0].party_id
    assert points(house) == {buyer: 100}, "the dealer joins by himself"
    house.say("+989125550001", f"{house.serial(3)} {house.code(3)}")
    assert points(house) == {buyer: 150}


def test_a_repair_that_the_owner_pays_is_an_invoice(house: House) -> None:
    claim = claimed(house, registered(house))
    house.run("carpet.repair", claim=claim, cost=3_000_000)
    found = house.rows("SELECT party_id, net, state FROM sales.document WHERE kind = 'invoice'")
    assert found == [(house.persons[0], 3_000_000, "issued")]


def test_a_repair_that_costs_the_owner_nothing_is_none(house: House) -> None:
    house.run("carpet.repair", claim=claimed(house, registered(house)))
    assert house.rows("SELECT count(*) FROM sales.document") == [(0,)]
