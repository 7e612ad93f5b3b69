"""Money and documents together, by the commands that pages run."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kernel.data.engines import Engines
from kernel.resources.errors import Refused
from plugins.sales import api
from plugins.sales.models import Document
from plugins.sales.money.models import CommissionEntry, OpenItem
from plugins.sales.tests.money.conftest import Shop, actor_of
from plugins.sales.tests.money.test_commission import rule
from plugins.sales.tests.money.test_credit import agree


def enter(shop: Shop, price: int, quantity: int = 1, actor: Any = None, **head: Any) -> int:
    return shop.run(
        "sales.create_document",
        actor,
        kind="invoice",
        direction="sale",
        head={"party": shop.parties[0], "day": "1405/08/30", "taxed": "", **head},
        lines=[{"what": f"{shop.items[0]}", "quantity": str(quantity), "unit_price": str(price)}],
    )


def issue(shop: Shop, price: int, quantity: int = 1, **head: Any) -> int:
    document = enter(shop, price, quantity, **head)
    shop.run("sales.issue", document=document)
    return document


def test_issuing_returning_and_cancelling_keep_the_account(shop: Shop) -> None:
    rule(shop, rate="10")
    first = issue(shop, 1000, 4, marketer=shop.parties[3], due="1405/09/30")
    assert (shop.settlement(first), shop.item(document=first).due.isoformat()) == ("unpaid", "2026-12-21")
    money = shop.receive(3000, invoice=first)
    assert shop.settlement(first) == "partly"
    line = shop.lines(first)[0]
    back = shop.run("sales.take_back", invoice=first, quantities={line: "2"}, reason="damaged")
    assert (shop.settlement(first), shop.item(document=back).open) == ("overpaid", 1000)
    with shop.runtime.reading(shop.administrator) as context:
        found = api.payment(context, money)
    assert found is not None
    assert found.allocations == ((first, 3000),)
    shop.run("sales.cancel", document=back, reason="a mistake")
    assert shop.settlement(first) == "partly"
    assert shop.item(document=first).settled == 3000
    shop.run("sales.cancel", document=first, reason="a mistake")
    assert shop.item(payment=money).open == 3000
    assert sum(entry.amount for entry in shop.all(select(CommissionEntry))) == 0
    assert shop.stored(Document, first).settlement is None


def test_the_ceiling_stands_in_the_way_of_issuing(shop: Shop, engines: Engines) -> None:
    shop.set(credit="refuse")
    agree(shop, credit_ceiling="1000")
    grants = {
        ("party", "view"): "all",
        ("sales.item", "view"): "all",
        **{("sales.document", action): "own" for action in ("view", "create", "edit", "issue", "price")},
    }
    seller = actor_of(shop, engines, "seller", grants)
    document = enter(shop, 1001, actor=seller)
    with pytest.raises(Refused):
        shop.run("sales.issue", seller, document=document)
    assert shop.stored(Document, document).state == "draft"
    assert shop.all(select(OpenItem)) == []
    shop.run("sales.issue", document=document)
    assert shop.settlement(document) == "unpaid"
