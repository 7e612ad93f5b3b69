"""Commission: what the rules say, what comes back, what is paid; a ledger that is never changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.resources.errors import Forbidden, Invalid, NotFound
from plugins.sales.models import Document
from plugins.sales.money import blocks, commissions
from plugins.sales.money.models import CommissionEntry, Marketer, Payment
from plugins.sales.tests.money.conftest import Shop, actor_of


def rule(shop: Shop, **values: Any) -> int:
    entered = {"title": "rule", "kind": "percent", "rate": "5", **values}
    return shop.run("record.create", resource="sales.commission_rule", values=entered)


def entries(shop: Shop) -> list[tuple[str, int]]:
    rows = shop.all(select(CommissionEntry).order_by(CommissionEntry.id))
    return [(row.kind, row.amount) for row in rows]


def marketer(shop: Shop) -> int:
    return shop.all(select(Marketer))[0].id


@pytest.fixture
def agent(shop: Shop) -> int:
    return shop.parties[3]


def test_the_nearest_rule_holds_for_each_line(shop: Shop, agent: int) -> None:
    rule(shop)
    rule(shop, rate="10", group=shop.groups[0])
    rule(shop, rate="700", kind="per_unit", item=shop.items[1])
    shop.document(3000, marketer=agent, lines=[(0, 1, 1000), (1, 3, 2000)])
    assert entries(shop) == [("earned", 100), ("earned", 2100)]


def test_a_return_takes_its_part_back_and_the_rest_is_exact(shop: Shop, agent: int) -> None:
    rule(shop, rate="3.33", agency_share="50")
    invoice = shop.document(1000, marketer=agent, lines=[(0, 3, 1000)])
    shop.document(333, kind="return", original=invoice, lines=[(0, 1, 333)])
    assert entries(shop) == [("earned", 17), ("reversed", -6)]
    shop.document(667, kind="return", original=invoice, lines=[(0, 2, 667)])
    assert sum(amount for _kind, amount in entries(shop)) == 0


def test_a_cancelled_invoice_earns_nothing_and_rules_that_change_later_change_nothing(
    shop: Shop, agent: int
) -> None:
    number = rule(shop)
    invoice = shop.document(1000, marketer=agent)
    shop.run("record.edit", resource="sales.commission_rule", record_id=number, values={"rate": "50"})
    back = shop.document(500, kind="return", original=invoice, lines=[(0, 1, 500)])
    assert entries(shop) == [("earned", 50), ("reversed", -25)]
    shop.cancel(back)
    assert entries(shop)[-1] == ("earned", 25)
    shop.cancel(invoice)
    assert sum(amount for _kind, amount in entries(shop)) == 0


def test_where_the_site_says_so_it_is_earned_when_the_invoice_is_settled(shop: Shop, agent: int) -> None:
    shop.set(commission_earned="settlement")
    rule(shop)
    shop.document(1000, marketer=agent)
    shop.receive(400)
    assert entries(shop) == []
    money = shop.receive(600)
    assert entries(shop) == [("earned", 50)]
    shop.run("sales.reverse_payment", payment=money, reason="entered twice")
    assert entries(shop) == [("earned", 50), ("reversed", -50)]


def test_no_more_is_paid_than_is_owed_and_a_reversed_payment_is_owed_again(shop: Shop, agent: int) -> None:
    rule(shop)
    shop.document(1000, marketer=agent)
    values = {"marketer": marketer(shop), "method": "cash"}
    with pytest.raises(Invalid):
        shop.run("sales.pay_commission", amount=51, **values)
    paid = shop.run("sales.pay_commission", amount=50, **values)
    assert entries(shop)[-1] == ("paid", -50)
    assert shop.stored(Payment, paid).purpose == "commission"
    shop.run("sales.reverse_payment", payment=paid, reason="the wrong account")
    assert sum(amount for _kind, amount in entries(shop)) == 50
    shop.run("sales.correct_commission", marketer=marketer(shop), amount=-10, reason="agreed")
    assert entries(shop)[-1] == ("correction", -10)


def test_a_marketer_sees_the_own_alone(shop: Shop, agent: int, engines: Engines) -> None:
    from kernel.resources.lists import ListQuery, page

    rule(shop)
    shop.document(1000, marketer=agent)
    shop.document(2000, marketer=shop.parties[2])
    rights = {("sales.marketer", "view"): "own", ("sales.commission", "view"): "all"}
    user = actor_of(shop, engines, "agent", rights)
    mine, other = shop.all(select(Marketer).order_by(Marketer.id))
    shop.run("record.edit", resource="sales.marketer", record_id=mine.id, values={"user": user.user_id})
    with shop.runtime.reading(user) as context:
        found = page(context, shop.runtime.resource("sales.commission"), ListQuery())
        assert len(found.rows) == 1
    with pytest.raises((Forbidden, NotFound)):
        shop.run("sales.pay_commission", user, marketer=other.id, amount=5, method="cash")


def test_a_marketer_sees_on_a_document_what_it_brings_him_and_others_do_not(
    shop: Shop, agent: int, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "fragment", lambda *_name, **_values: "")
    rule(shop, rate="5")
    first = shop.document(1000, marketer=agent)
    shop.document(400, kind="return", original=first, lines=[(0, 1, 400)])
    draft = shop.run(
        "sales.create_document",
        kind="quote",
        head={"party": shop.parties[0], "day": "1405/08/30", "marketer": agent},
        lines=[{"title": "کار", "quantity": "2", "unit_price": "3000"}],
    )
    sees = {
        ("party", "view"): "all",
        ("sales.document", "view"): "all",
        ("sales.commission", "view"): "all",
        ("sales.marketer", "view"): "own",
    }
    mine, other = actor_of(shop, engines, "mine", sees), actor_of(shop, engines, "other", sees)
    shop.run(
        "record.edit", resource="sales.marketer", record_id=marketer(shop), values={"user": mine.user_id}
    )

    def shown(document: int, actor: Actor) -> list[str]:
        with shop.runtime.reading(actor) as context:
            return [panel.key for panel in blocks.document_page(context, document)]

    for document in (first, draft):
        assert shown(document, other) == []
        assert shown(document, mine) == ["commission"]
    with shop.runtime.system_work("test", "test") as system:
        quote = system.session.get_one(Document, draft)
        assert commissions.would_earn(system, quote, marketer(shop)) == 300
