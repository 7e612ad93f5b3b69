"""The club beside sales: invoices earn once, returns and cancellations take back, points are spent, prices follow ranks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, update

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.api import Party, Price
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.errors import Refused
from kernel.testing.users import add_user
from plugins.club import selling
from plugins.club.tests.conftest import MILLION, MORNING, TODAY, Club, furnished
from plugins.sales.models import Document, DocumentLine

PURPOSE = "club with sales"


@pytest.fixture
def club(worker_sites, engines) -> Iterator[Club]:
    assemble()

    def prepare(site):
        for name in ("sales", "club"):
            install(Workshop(site, engines, discover()), name, SYSTEM("tests"))
        return furnished(site, engines)

    site = worker_sites.kept(PURPOSE, prepare)
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING
    yield replace(worker_sites.prepared(PURPOSE), runtime=runtime)
    worker_sites.clean(PURPOSE)


def invoice(club: Club, engines, lines: list[int], **more: Any) -> tuple[int, list[int]]:
    """An invoice as sales issue it; gives its id and those of its lines."""
    net = sum(lines)
    originals = more.pop("originals", [None] * len(lines))
    with engines.owner(club.runtime.site).begin() as owner:
        values = {
            "kind": "invoice", "state": "issued", "fiscal_year": 1405, "party_id": club.persons[0], "day": TODAY,
            "gross": net, "net": net, "tax": 0, "payable": net, "search_key": "x", **more,
        }  # fmt: skip
        values["number"] = f"1405/{values['serial']}"
        number = owner.execute(insert(Document).values(**values).returning(Document.id)).scalar_one()
        ids = [
            owner.execute(
                insert(DocumentLine)
                .values(
                    document_id=number, position=place, title="کالا", quantity=1, unit_price=amount, gross=amount,
                    net=amount, tax=0, tax_percent=0, original_line_id=original,
                )
                .returning(DocumentLine.id)
            ).scalar_one()
            for place, (amount, original) in enumerate(zip(lines, originals, strict=True))
        ]  # fmt: skip
    return number, ids


def told(club: Club, hook: str, number: int) -> None:
    """Tell the plugin of an event, as a worker does."""
    with club.runtime.system_work("test", "test") as context:
        club.runtime.hooks.deliver("club", hook, ctx=context, invoice_id=number)


def cancel(club: Club, engines, number: int) -> None:
    with engines.owner(club.runtime.site).begin() as owner:
        owner.execute(update(Document).where(Document.id == number).values(state="cancelled"))
    told(club, "invoice_cancelled", number)


def test_an_invoice_earns_once_and_loses_by_returns_in_any_order(club: Club, engines) -> None:
    number, lines = invoice(club, engines, [10 * MILLION, 5 * MILLION], serial=1)
    back, _ids = invoice(
        club, engines, [4 * MILLION], serial=2, kind="return", original_id=number, originals=[lines[0]]
    )
    told(club, "invoice_returned", back)
    told(club, "invoice_issued", number)
    for _again in range(2):
        told(club, "invoice_returned", back)
    assert club.member().pending == 110
    cancel(club, engines, back)
    assert club.member().pending == 150
    cancel(club, engines, number)
    cancel(club, engines, number)
    assert club.member().pending == 0
    club.check()


def test_points_are_spent_on_an_invoice_and_come_back_in_parts(club: Club, engines) -> None:
    club.give(100)
    number, _lines = invoice(club, engines, [150_000], serial=7)
    with club.runtime.writing(club.administrator, "test") as context:
        offered = selling.offers(context, club.persons[0], 150_000)
        assert [(each.key, each.amount_limit) for each in offered or ()] == [("points", 75_000)]
        assert selling.offers(context, club.persons[1], 150_000) is None
        hooks = club.runtime.hooks
        arguments = {"session": context.session, "ctx": context, "invoice_id": number, "key": "points"}
        hooks.require_of("club", "redeem", amount=75_000, **arguments)
        hooks.require_of("club", "redeem_back", amount=25_500, **arguments)
        hooks.require_of("club", "redeem", amount=25_500, **arguments)
        hooks.require_of("club", "redeem_back", amount=30_000, **arguments)
    assert club.member().balance == 100 - 75 + 30
    club.check()
    with club.runtime.writing(club.administrator, "test") as context:
        for _again in range(2):
            arguments = {"session": context.session, "ctx": context, "invoice_id": number, "key": "points"}
            hooks.require_of("club", "redeem_back", amount=45_000, **arguments)
    assert club.member().balance == 100
    club.check()
    other, _lines = invoice(club, engines, [MILLION], serial=8)
    with club.runtime.writing(club.administrator, "test") as context, pytest.raises(Refused):
        selling.redeem(context, other, "points", 101_000)


def test_prices_follow_the_rank_or_the_better_card(club: Club) -> None:
    def price(party: int | None) -> Price | None:
        with club.runtime.writing(club.administrator, "test") as context:
            return selling.price(context, party, TODAY, Price(1_001, "فهرست"))

    assert price(club.persons[0]) is None
    assert price(None) is None
    club.buy(60 * MILLION)
    found = price(club.persons[0])
    assert found is not None
    assert found.unit == 951
    words = club.runtime.translate(found.explanation)
    assert "رتبهٔ نقره‌ای: ۵٪ تخفیف" in words
    assert not re.search("[0-9]", words)
    club.run("club.issue_card", member=club.members[0], discount=Decimal(20), valid_until="1406/01/01")
    found = price(club.persons[0])
    assert found is not None
    assert found.unit == 801


def test_whoever_buys_joins_where_the_site_says_so(club: Club, engines) -> None:
    person = club.run("record.create", resource="person", values={"last_name": "نو"})
    number, _lines = invoice(club, engines, [MILLION], serial=11, party_id=person)
    told(club, "invoice_issued", number)
    with club.runtime.reading(club.administrator) as context:
        from plugins.club.joining import member_of

        assert member_of(context.session, person) is None
    club.set(join_on_purchase="y")
    told(club, "invoice_issued", number)
    with club.runtime.reading(club.administrator) as context:
        held = member_of(context.session, person)
        assert held is not None
        assert held.pending == 10


@pytest.mark.parametrize("pattern", ["seller", "own_seller"])
def test_a_seller_with_the_suggested_pattern_is_offered_the_points_of_his_customer(
    club: Club, engines, pattern: str
) -> None:
    suggested = {each.name: each for each in club.runtime.hooks.discovery.plugins["sales"].module.patterns()}
    with engines.owner(club.runtime.site).begin() as owner:
        seller = add_user(owner, pattern, dict(suggested[pattern].grants))
        owner.execute(update(Party).where(Party.id == club.persons[0]).values(owner_id=seller.user_id))
    club.give(500)
    with club.runtime.reading(seller) as context:
        (offer,) = selling.offers(context, club.persons[0], MILLION) or ()
    assert offer.amount_limit == 500_000


def test_a_bonus_comes_back_with_a_return_that_is_cancelled_and_the_last_purchase_follows(
    club: Club, engines
) -> None:
    days = {"begins": "2026-11-01", "ends": "2026-12-01"}
    club.make("campaign", title="هدیه", bonus=25, least=5 * MILLION, **days)
    number, lines = invoice(club, engines, [6 * MILLION], serial=1)
    told(club, "invoice_issued", number)
    assert club.member().pending == 60 + 25
    for serial in (2, 3):
        back, _ids = invoice(
            club,
            engines,
            [2 * MILLION],
            serial=serial,
            kind="return",
            original_id=number,
            originals=[lines[0]],
        )
        told(club, "invoice_returned", back)
        assert club.member().pending == 40
        for _again in range(2):
            cancel(club, engines, back)
            assert club.member().pending == 60 + 25
        assert club.member().last_purchase_on == TODAY
    cancel(club, engines, number)
    assert (club.member().pending, club.member().last_purchase_on) == (0, None)
    club.check()
