"""Cheques: allowed steps alone, what they pay, and whose a cheque is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from kernel.resources.errors import Invalid, Refused
from plugins.sales.money.models import Cheque, ChequeMove, Payment
from plugins.sales.money.rules.cheques import ALLOWED
from plugins.sales.tests.money.conftest import Shop

LATER = datetime.fromisoformat("2027-02-01T08:00:00+03:30")


def after_due(shop: Shop) -> None:
    """Let the due day pass."""
    shop.runtime.clock = lambda: LATER


def move(shop: Shop, cheque: int, state: str, **more: Any) -> None:
    shop.run("sales.move_cheque", cheque=cheque, state=state, **more)


def standing(shop: Shop, cheque: int) -> list[tuple[str, str]]:
    rows = shop.all(select(Payment).where(Payment.cheque_id == cheque).order_by(Payment.id))
    return [(row.direction, row.state) for row in rows]


def test_a_cheque_pays_from_the_day_it_changes_hands_and_keeps_its_steps(shop: Shop) -> None:
    invoice = shop.document(500)
    cheque = shop.cheque(500, sayad="1234 5678 9012 3456")
    assert shop.settlement(invoice) == "settled"
    record = shop.stored(Cheque, cheque)
    assert (record.state, record.sayad) == ("held", "1234567890123456")
    move(shop, cheque, "deposited")
    after_due(shop)
    move(shop, cheque, "cleared", note="arrived")
    steps = shop.all(select(ChequeMove).where(ChequeMove.cheque_id == cheque).order_by(ChequeMove.id))
    assert [(step.old, step.new) for step in steps] == [
        (None, "held"),
        ("held", "deposited"),
        ("deposited", "cleared"),
    ]
    assert shop.settlement(invoice) == "settled"


def test_a_bounced_cheque_opens_what_it_paid_and_pays_anew_when_it_clears_after_all(shop: Shop) -> None:
    invoice = shop.document(500)
    cheque = shop.cheque(500)
    move(shop, cheque, "deposited")
    after_due(shop)
    move(shop, cheque, "bounced")
    assert shop.settlement(invoice) == "unpaid"
    assert standing(shop, cheque) == [("in", "reversed")]
    move(shop, cheque, "cleared")
    assert shop.settlement(invoice) == "settled"
    assert standing(shop, cheque) == [("in", "reversed"), ("in", "standing")]


def test_a_cheque_that_is_passed_on_pays_another_and_bounces_for_both(shop: Shop) -> None:
    sale, purchase = shop.document(500), shop.document(800, party=1, direction="purchase")
    cheque = shop.cheque(500)
    move(shop, cheque, "passed_on", holder=shop.parties[1])
    assert (shop.settlement(sale), shop.settlement(purchase)) == ("settled", "partly")
    assert shop.item(document=purchase).open == 300
    assert shop.stored(Cheque, cheque).holder_id == shop.parties[1]
    after_due(shop)
    move(shop, cheque, "bounced")
    assert (shop.settlement(sale), shop.settlement(purchase)) == ("unpaid", "unpaid")
    assert standing(shop, cheque) == [("in", "reversed"), ("out", "reversed")]


def test_a_cheque_of_ours_that_comes_back_opens_the_purchase(shop: Shop) -> None:
    purchase = shop.document(800, party=1, direction="purchase")
    made = shop.pay(800, party=1, method="cheque", number="55", due="1405/10/01")
    cheque = shop.stored(Payment, made).cheque_id
    assert shop.stored(Cheque, cheque).state == "issued"
    assert shop.settlement(purchase) == "settled"
    move(shop, cheque, "returned")
    assert shop.settlement(purchase) == "unpaid"


def test_only_allowed_steps_are_taken(shop: Shop) -> None:
    cheque = shop.cheque(500)
    after_due(shop)
    for state in set(ALLOWED["received"]) | {"issued"}:
        if state not in ALLOWED["received"]["held"]:
            with pytest.raises(Refused):
                move(shop, cheque, state)
    move(shop, cheque, "cleared")
    for state in ALLOWED["received"]:
        with pytest.raises(Refused):
            move(shop, cheque, state, holder=shop.parties[1])


def test_steps_have_their_days(shop: Shop) -> None:
    cheque = shop.cheque(500)
    for state, day in (("cleared", "1405/08/30"), ("deposited", "1405/08/01"), ("deposited", "1405/12/01")):
        with pytest.raises(Invalid) as refusal:
            move(shop, cheque, state, day=day)
        assert [problem.field for problem in refusal.value.problems] == ["day"]
    with pytest.raises(Invalid) as refusal:
        move(shop, cheque, "passed_on")
    assert [problem.field for problem in refusal.value.problems] == ["holder"]
    with pytest.raises(Invalid):
        move(shop, cheque, "passed_on", holder=shop.parties[0])


def test_a_sayad_id_is_recorded_once_until_the_cheque_is_given_back(shop: Shop) -> None:
    first = shop.cheque(500, sayad="1234567890123456")
    with pytest.raises(Invalid) as refusal:
        shop.cheque(500, sayad="۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶")
    assert [problem.field for problem in refusal.value.problems] == ["sayad"]
    move(shop, first, "returned")
    assert shop.cheque(500, sayad="1234567890123456")


def test_a_payment_by_cheque_is_reversed_by_the_cheque_alone(shop: Shop) -> None:
    money = shop.receive(100, method="cheque", number="8", due="1405/09/30")
    with pytest.raises(Refused):
        shop.run("sales.reverse_payment", payment=money, reason="entered twice")


@pytest.mark.parametrize("asked", ["4711", "1234567890123456", "۲۵۰۰۰۰۰", "Karimi"])
def test_whose_cheque_is_this(shop: Shop, asked: str) -> None:
    from kernel.resources.lists import ListQuery, page

    shop.receive(
        2_500_000, method="cheque", number="4711", due="1405/09/30", sayad="1234567890123456", drawer="Karimi"
    )
    shop.cheque(99)
    with shop.runtime.reading(shop.administrator) as context:
        found = page(context, shop.runtime.resource("sales.cheque"), ListQuery(search=asked))
        assert [row.cells["number"] if hasattr(row, "cells") else row.id for row in found.rows]
        assert len(found.rows) == 1


def test_cheques_that_come_due_are_found_by_their_day(shop: Shop) -> None:
    from plugins.sales.money.dates import received_cheques

    cheque = shop.cheque(500, due="1405/09/30")
    with shop.runtime.reading(shop.administrator) as context:
        found = list(received_cheques(context, [date(2026, 12, 21)]))
    assert [(one.record_id, one.party_id) for one in found] == [(cheque, shop.parties[0])]
    after_due(shop)
    move(shop, cheque, "cleared")
    with shop.runtime.reading(shop.administrator) as context:
        assert list(received_cheques(context, [date(2026, 12, 21)])) == []
