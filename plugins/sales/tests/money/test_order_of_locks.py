"""Receipts, cheques, cancelling, settling and commission at once: the database never has to end one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from kernel.resources import runtime
from kernel.resources.errors import CommandError
from plugins.sales.tests.money.conftest import Shop

ROUNDS = 3


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[OperationalError]:
    """What the database ended because each waited for the other; commands are not tried again here."""
    found: list[OperationalError] = []

    def seen(error: OperationalError) -> bool:
        found.append(error)
        return False

    monkeypatch.setattr(runtime, "_is_deadlock", seen)
    return found


def at_once(works: list[Callable[[], Any]]) -> None:
    """Do several things, all beginning together; refusals are answers too."""
    ready = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> None:
        ready.wait()
        try:
            work()
        except (CommandError, OperationalError):
            return

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def passed_on(shop: Shop, giver: int, holder: int) -> int:
    cheque = shop.cheque(500, party=giver)
    shop.run("sales.move_cheque", cheque=cheque, state="passed_on", holder=shop.parties[holder])
    return cheque


def test_cheques_that_come_back_crosswise_do_not_wait_for_each_other(
    shop: Shop, ended: list[OperationalError]
) -> None:
    for _round in range(ROUNDS):
        for party in (0, 1):
            shop.document(500, party=party)
            shop.document(500, party=party, direction="purchase")
        one, other = passed_on(shop, 0, 1), passed_on(shop, 1, 0)
        at_once(
            [
                lambda one=one: shop.run("sales.move_cheque", cheque=one, state="held"),
                lambda other=other: shop.run("sales.move_cheque", cheque=other, state="held"),
                lambda: shop.receive(300, party=0),
                lambda: shop.receive(300, party=1),
            ]
        )
    assert not ended


def test_receipts_for_an_invoice_that_is_cancelled_or_settled_meanwhile_do_not_wait_for_it(
    shop: Shop, ended: list[OperationalError]
) -> None:
    for _round in range(ROUNDS):
        invoice = shop.document(1_000)
        item = shop.item(document=invoice).id
        advance = shop.item(payment=shop.receive(100, allocations=[])).id
        cheque = passed_on(shop, 0, 1)
        at_once(
            [
                lambda item=item: shop.receive(300, allocations=[(item, 300)]),
                lambda invoice=invoice: shop.run("sales.cancel", document=invoice, reason="x"),
                lambda item=item, advance=advance: shop.run(
                    "sales.allocate", item=advance, allocations=[(item, 100)]
                ),
                lambda cheque=cheque: shop.run("sales.move_cheque", cheque=cheque, state="held"),
            ]
        )
    assert not ended


def test_paying_a_marketer_does_not_wait_for_what_he_earns_meanwhile(
    shop: Shop, ended: list[OperationalError]
) -> None:
    shop.set(commission_earned="settlement")
    shop.run(
        "record.create",
        resource="sales.commission_rule",
        values={"title": "3", "kind": "percent", "rate": "3"},
    )
    shop.document(100_000, marketer=shop.parties[2])
    shop.receive(100_000)
    marketer = _marketer(shop)
    for _round in range(ROUNDS):
        invoice = shop.document(1_000, marketer=shop.parties[2])
        at_once(
            [
                lambda: shop.run("sales.pay_commission", marketer=marketer, amount=10, method="cash"),
                lambda invoice=invoice: shop.receive(1_000, invoice=invoice),
                lambda: shop.pay(5, party=1),
            ]
        )
    assert not ended


def _marketer(shop: Shop) -> int:
    from sqlalchemy import select

    from plugins.sales.money.models import Marketer

    return int(shop.all(select(Marketer.id))[0])
