"""The ceiling of credit, days for paying, and what happens to money when people are merged or erased."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kernel.data.engines import Engines
from kernel.resources.errors import Forbidden, Refused
from plugins.sales.models import Document
from plugins.sales.money import issuing
from plugins.sales.money.models import Cheque, CommissionEntry, Marketer, OpenItem, Payment
from plugins.sales.tests.money.conftest import Shop, actor_of
from plugins.sales.tests.money.test_commission import rule
from plugins.sales.tests.money.test_ledger import at_once

RIGHTS = {("party", "view"): "all", ("sales.document", "view"): "all", ("sales.document", "issue"): "all"}


def agree(shop: Shop, party: int = 0, **terms: Any) -> None:
    shop.run(
        "record.edit",
        resource="person",
        record_id=shop.parties[party],
        values={},
        facets={"sales": terms},
    )


def judge(shop: Shop, document: int, actor: Any = None) -> None:
    with (
        shop.runtime.writing(actor or shop.administrator, "test") as context,
        context.system("a test") as system,
    ):
        issuing.judge(system.session, context, document)


def over(shop: Shop, document: int) -> int:
    with shop.runtime.reading(shop.administrator) as context:
        return issuing.excess_of(context, document)


def test_the_ceiling_refuses_those_without_the_right_and_counts_cheques(shop: Shop, engines: Engines) -> None:
    shop.set(credit="refuse")
    agree(shop, credit_ceiling="1000")
    shop.document(800)
    shop.cheque(600)
    seller = actor_of(shop, engines, "seller", RIGHTS)
    draft = unissued(shop, 201)
    assert over(shop, draft) == 1
    with pytest.raises(Refused):
        judge(shop, draft, seller)
    judge(shop, draft)
    judge(shop, unissued(shop, 200), seller)
    shop.set(credit_cheques="0")
    assert over(shop, unissued(shop, 801)) == 1


def test_without_a_ceiling_or_where_the_site_does_not_watch_nothing_is_said(shop: Shop) -> None:
    assert over(shop, unissued(shop, 10**9)) == 0
    agree(shop, credit_ceiling="5")
    assert over(shop, unissued(shop, 6)) == 1
    shop.set(credit="off")
    assert over(shop, unissued(shop, 6)) == 0


def test_two_invoices_at_once_count_one_another(shop: Shop, engines: Engines) -> None:
    shop.set(credit="refuse")
    agree(shop, credit_ceiling="1000")
    seller = actor_of(shop, engines, "seller", RIGHTS)
    drafts = [unissued(shop, 600) for _place in range(3)]

    def issue(place: int) -> int:
        with shop.runtime.writing(seller, "test") as context:
            with context.system("a test") as system:
                issuing.judge(system.session, context, drafts[place])
            issuing.issued(context, drafts[place])
        return drafts[place]

    outcomes = at_once(3, issue)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1, outcomes


def test_an_invoice_is_due_by_the_days_of_its_party(shop: Shop) -> None:
    agree(shop, credit_days="10")
    assert shop.stored(Document, shop.document(5)).due == date(2026, 12, 1)
    shop.set(due_days="3")
    assert shop.stored(Document, shop.document(5, party=1)).due == date(2026, 11, 24)
    assert shop.stored(Document, shop.document(5, due=date(2026, 11, 30))).due == date(2026, 11, 30)


def test_advances_settle_a_new_invoice_where_the_site_says_so(shop: Shop) -> None:
    shop.set(advances="settle")
    shop.receive(300)
    assert shop.settlement(shop.document(200)) == "settled"
    assert shop.settlement(shop.document(200)) == "partly"


def test_two_marketers_that_are_merged_keep_what_both_earned(shop: Shop) -> None:
    rule(shop, rate="10")
    shop.document(1000, marketer=shop.parties[2])
    shop.document(500, marketer=shop.parties[3])
    shop.run("party.merge", kept=shop.parties[2], dropped=shop.parties[3])
    marketers = shop.all(select(Marketer))
    assert [one.party_id for one in marketers] == [shop.parties[2]]
    entries = shop.all(select(CommissionEntry))
    assert {one.marketer_id for one in entries} == {marketers[0].id}
    assert sum(one.amount for one in entries) == 150


def test_a_party_with_money_is_not_deleted(shop: Shop) -> None:
    shop.receive(100)
    with pytest.raises(Refused):
        shop.run("record.delete", resource="person", record_id=shop.parties[0])


def test_erasing_a_person_keeps_the_books_without_the_words(shop: Shop) -> None:
    cheque = shop.cheque(500, drawer="Karimi", note="bring it on Saturday", account="123")
    shop.run("sales.move_cheque", cheque=cheque, state="deposited", note="by Karimi")
    shop.run("party.erase", party_id=shop.parties[0], confirmed=shop.parties[0])
    record = shop.stored(Cheque, cheque)
    assert (record.amount, record.drawer, record.note, record.account) == (500, None, None, None)
    assert "karimi" not in record.search_key
    assert [row.note for row in shop.all(select(Payment))] == [None]
    assert len(shop.all(select(OpenItem))) == 1


def unissued(shop: Shop, payable: int, party: int = 0) -> int:
    """An invoice that is not issued yet."""
    with (
        shop.runtime.writing(shop.administrator, "test") as context,
        context.system("a draft of a test") as system,
    ):
        document = Document(
            kind="invoice",
            direction="sale",
            state="draft",
            number="#1",
            party_id=shop.parties[party],
            day=date(2026, 11, 21),
            gross=payable,
            net=payable,
            payable=payable,
        )
        system.session.add(document)
        system.session.flush()
        return document.id


def test_a_seller_with_own_scope_records_what_comes_in(shop: Shop, engines: Engines) -> None:
    from plugins.sales.money.declarations import GRANTS

    seller = actor_of(shop, engines, "sara", {**RIGHTS, **GRANTS["seller"]})
    shop.document(500, owner=seller.user_id)
    money = shop.receive(200, actor=seller)
    assert shop.item(payment=money).open == 0
    by_cheque = shop.receive(300, actor=seller, method="cheque", number="12", due="1405/09/30")
    record = shop.stored(Payment, by_cheque)
    assert (record.seller_id, record.created_by) == (seller.user_id, seller.user_id)
    assert shop.stored(Cheque, record.cheque_id).seller_id == seller.user_id
    with pytest.raises(Forbidden):
        shop.run("sales.reverse_payment", seller, payment=money, reason="mine")
