"""Receipts and payments with what they settle: as the web page, a job or another program would run them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from kernel.resources.errors import Invalid, NotFound, Refused
from plugins.sales.money.models import Allocation, Payment
from plugins.sales.tests.money.conftest import Shop


def test_a_receipt_settles_what_is_oldest_and_the_rest_stays_with_the_party(shop: Shop) -> None:
    late = shop.document(500, due=date(2026, 11, 1))
    later = shop.document(300, due=date(2026, 12, 1))
    first = shop.receive(600)
    assert (shop.settlement(late), shop.settlement(later)) == ("settled", "partly")
    assert shop.item(payment=first).open == 0
    second = shop.receive(1000)
    assert shop.settlement(later) == "settled"
    assert shop.item(payment=second).open == 800
    assert shop.stored(Payment, second).number.startswith("1405/")


def test_one_receipt_over_several_invoices_and_several_over_one(shop: Shop) -> None:
    one, two = shop.document(500), shop.document(500)
    items = [shop.item(document=number).id for number in (one, two)]
    shop.receive(400, allocations=[(items[0], 100), (items[1], 300)])
    shop.receive(200, allocations=[(items[1], 200)])
    assert (shop.settlement(one), shop.settlement(two)) == ("partly", "settled")
    assert shop.item(document=one).open == 400


def test_an_advance_is_put_on_the_next_invoice(shop: Shop) -> None:
    money = shop.receive(700)
    invoice = shop.document(500)
    assert shop.settlement(invoice) == "unpaid"
    shop.run(
        "sales.allocate",
        item=shop.item(document=invoice).id,
        allocations=[(shop.item(payment=money).id, 500)],
    )
    assert shop.settlement(invoice) == "settled"
    assert shop.item(payment=money).open == 200


def test_what_is_not_open_is_not_settled(shop: Shop) -> None:
    invoice, other = shop.document(500), shop.document(500, party=1)
    mine, foreign = shop.item(document=invoice).id, shop.item(document=other).id
    for amount, parts in (
        (600, [(mine, 501)]),
        (100, [(mine, 101)]),
        (100, [(foreign, 50)]),
        (100, [(mine, -5)]),
    ):
        with pytest.raises(Invalid):
            shop.receive(amount, allocations=parts)
    with pytest.raises(NotFound):
        shop.receive(100, allocations=[(10**9, 5)])
    assert shop.all(select(Payment)) == []


def test_a_reversed_receipt_opens_what_it_settled_and_stays(shop: Shop) -> None:
    invoice = shop.document(500)
    money = shop.receive(500)
    shop.run("sales.reverse_payment", payment=money, reason="entered twice")
    record = shop.stored(Payment, money)
    assert (record.state, record.reason, record.reversed_on) == (
        "reversed",
        "entered twice",
        date(2026, 11, 21),
    )
    assert shop.settlement(invoice) == "unpaid"
    assert shop.item(payment=money).open == 0
    with pytest.raises(Refused):
        shop.run("sales.reverse_payment", payment=money, reason="again")
    with pytest.raises(Invalid):
        shop.run("sales.reverse_payment", payment=shop.receive(5), reason=" ")


def test_an_allocation_is_taken_back_alone(shop: Shop) -> None:
    one, two = shop.document(500), shop.document(500)
    money = shop.receive(1000)
    row = shop.all(select(Allocation).where(Allocation.debit_id == shop.item(document=one).id))[0]
    assert shop.run("sales.release", allocation=row.id, reason="the wrong invoice") == 500
    assert (shop.settlement(one), shop.settlement(two)) == ("unpaid", "settled")
    assert shop.item(payment=money).open == 500
    with pytest.raises(Refused):
        shop.run("sales.release", allocation=row.id, reason="the wrong invoice")


def test_goods_that_come_back_settle_their_invoice_or_make_it_overpaid(shop: Shop) -> None:
    paid, unpaid = shop.document(500), shop.document(400)
    shop.receive(500)
    back = shop.document(200, kind="return", original=paid)
    assert shop.settlement(paid) == "overpaid"
    shop.document(100, kind="return", original=unpaid)
    assert (shop.settlement(unpaid), shop.item(document=unpaid).open) == ("partly", 300)
    refund = shop.pay(200)
    assert shop.item(payment=refund).open == 0
    assert shop.item(document=back).open == 0
    assert shop.settlement(paid) == "settled"


def test_a_cancelled_invoice_gives_its_money_back_to_the_party(shop: Shop) -> None:
    invoice = shop.document(500)
    money = shop.receive(500)
    shop.cancel(invoice)
    assert shop.settlement(invoice) is None
    assert shop.item(payment=money).open == 500


def test_a_supplier_is_paid_for_a_purchase(shop: Shop) -> None:
    purchase = shop.document(900, direction="purchase", party=1)
    shop.pay(400, party=1)
    assert shop.settlement(purchase) == "partly"
    shop.receive(900, party=1)
    assert shop.settlement(purchase) == "partly"


def test_the_same_tracking_number_is_refused_on_the_same_day(shop: Shop) -> None:
    first = shop.receive(100, method="card", terminal="12", tracking="777")
    with pytest.raises(Invalid) as refusal:
        shop.receive(100, method="card", terminal="12", tracking="777")
    assert [problem.field for problem in refusal.value.problems] == ["tracking"]
    shop.run("sales.reverse_payment", payment=first, reason="entered twice")
    assert shop.receive(100, method="card", terminal="12", tracking="777")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"method": "barter"}, "method"),
        ({"day": "1405/12/01"}, "day"),
        ({"method": "cheque"}, "number"),
        ({"method": "cheque", "number": "1", "due": "1405/08/01"}, "due"),
        ({"method": "cheque", "number": "1", "due": "1405/09/01", "sayad": "123"}, "sayad"),
    ],
)
def test_what_cannot_be_is_refused_by_name(shop: Shop, more: dict[str, object], field: str) -> None:
    amount = more.pop("amount", 100)
    with pytest.raises(Invalid) as refusal:
        shop.receive(amount, **more)  # type: ignore[arg-type]
    assert field in [problem.field for problem in refusal.value.problems]
