"""Several processes at once, as a site is served: numbers without gaps, one document of a quote, points spent once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.testing.processes import in_processes
from kernel.testing.worker_sites import WorkerSites
from plugins.sales.tests.conftest import NOW, Shop, furnished

pytestmark = pytest.mark.long
PURPOSE = "shop with points"


@pytest.fixture
def pointed(worker_sites: WorkerSites, engines: Engines) -> Iterator[Shop]:
    """A shop whose first customer is a member of the club."""
    assemble()

    def prepare(site: Site) -> Shop:
        for name in ("sales", "club"):
            install(Workshop(site, engines, discover()), name, SYSTEM("tests"))
        shop = furnished(site, engines)
        shop.run("club.join", party=shop.parties[0])
        return shop

    site = worker_sites.kept(PURPOSE, prepare)
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: NOW
    yield replace(worker_sites.prepared(PURPOSE), runtime=runtime)
    worker_sites.clean(PURPOSE)


def apart(shop: Shop, config: Config, *work: Any) -> list[Any]:
    return in_processes(shop.runtime.site, config, shop.administrator, NOW, work)


def test_fifty_invoices_issued_at_once_by_ten_processes(shop: Shop, config: Config) -> None:
    drafts = [shop.draft([shop.line("lamp")], party=shop.parties[turn % 2]) for turn in range(50)]
    calls = [("sales.issue", {"document": each}) for each in drafts]
    answers = apart(shop, config, *(calls[place::10] for place in range(10)))
    assert sorted(answers) == sorted(drafts)
    found = shop.rows("SELECT serial FROM sales.document ORDER BY serial")
    assert [row.serial for row in found] == list(range(1, 51))


def test_a_quote_converted_by_two_processes_becomes_one_document(shop: Shop, config: Config) -> None:
    for turn in range(6):
        quote = shop.issued([shop.line("lamp", 3)], kind="quote")
        kinds = ("invoice", "order") if turn % 2 else ("invoice", "invoice")
        answers = apart(shop, config, *([("sales.convert", {"document": quote, "to": to})] for to in kinds))
        made = [each for each in answers if isinstance(each, int)]
        assert len(made) == 1, answers
        assert shop.rows("SELECT id FROM sales.document WHERE source_id = :id", id=quote) == [(made[0],)]


def test_an_order_invoiced_in_parts_by_four_processes(shop: Shop, config: Config) -> None:
    order = shop.issued([shop.line("lamp", 5)], kind="order")
    (line,) = shop.lines(order)
    call = ("sales.invoice_part", {"order": order, "quantities": {line.id: "2"}})
    answers = apart(shop, config, *([call] for _n in range(4)))
    assert sum(isinstance(each, int) for each in answers) == 2
    assert shop.lines(order)[0].invoiced == 4


def test_what_comes_back_in_four_processes_is_no_more_than_was_sold(shop: Shop, config: Config) -> None:
    invoice = shop.issued([shop.line("lamp", 5)])
    (line,) = shop.lines(invoice)
    call = ("sales.take_back", {"invoice": invoice, "quantities": {line.id: "2"}, "reason": "x"})
    answers = apart(shop, config, *([call] for _n in range(4)))
    assert sum(isinstance(each, int) for each in answers) == 2
    assert shop.lines(invoice)[0].returned == 4


def test_points_are_spent_once_by_two_processes(pointed: Shop, config: Config) -> None:
    """On two invoices, and on an invoice and a coupon at the same moment."""
    member = pointed.rows("SELECT id FROM club.member")[0].id
    for turn in range(4):
        before = pointed.rows("SELECT balance FROM club.member")[0].balance
        missing = 100 - before
        if missing:
            reason = pointed.rows("SELECT id FROM kernel.base_value WHERE list = 'club.reason'")[0].id
            pointed.run("club.correct", member=member, points=missing, reason=reason)
        drafts = [
            pointed.run(
                "sales.create_document",
                kind="invoice",
                head={"party": pointed.parties[0], "day": "1405/08/30", "taxed": ""},
                lines=[pointed.line("lamp", 500)],
                spending={"club:points": "70000"},
            )
            for _n in range(2)
        ]
        issues = [[("sales.issue", {"document": each})] for each in drafts]
        other = [("club.spend", {"member": member, "points": 70})]
        answers = apart(pointed, config, *((issues[0], other) if turn % 2 else issues))
        assert sum(isinstance(each, int) for each in answers) == 1, answers
        assert pointed.rows("SELECT balance FROM club.member")[0].balance == 30
        lots = "SELECT coalesce(sum(remaining), 0) FROM club.lot WHERE state = 'open'"
        assert pointed.rows(lots) == [(30,)]
