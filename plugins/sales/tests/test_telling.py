"""What customers are told: of orders as the site wishes, and of what they are to pay, each of them once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.resources.build import build_runtime
from kernel.resources.errors import Forbidden, Refused
from kernel.testing.users import add_user
from plugins.sales.tests.conftest import HEAD_OF_SALES, NOW, SELLER


@pytest.fixture
def told(shop):
    """The texts of what was queued, oldest first."""
    shop.run("record.edit", resource="person", record_id=shop.parties[0], values={"mobile": "09121234567"})
    wanted = "SELECT body FROM kernel.message WHERE purpose = 'sales.told' AND state = 'queued' ORDER BY id"
    return lambda: [row.body for row in shop.rows(wanted)]


def set_to(shop, **values):
    shop.run("settings.save", group="sales", values={key: str(value) for key, value in values.items()})
    clock = shop.runtime.clock
    shop.runtime = build_runtime(shop.runtime.site, shop.runtime.engines, isolate=False)
    shop.runtime.clock = clock


def test_a_customer_hears_of_his_order_as_the_site_wishes(shop, told):
    quiet = shop.issued([shop.line("lamp")], kind="order")
    shop.run("sales.set_state", document=quiet, state="ready")
    assert told() == []
    set_to(shop, tell_orders="steps")
    order = shop.issued([shop.line("lamp")], kind="order")
    for state in ("ready", "delivered"):
        shop.run("sales.set_state", document=order, state=state)
    assert [text.partition("سفارش ")[2][:6] for text in told()] == ["۱۴۰۵/۲"] * 3
    assert "آمادهٔ تحویل" in told()[1]
    set_to(shop, tell_orders="ready")
    shop.issued([shop.line("lamp")], kind="order")
    shop.issued([shop.line("lamp")], kind="quote")
    assert len(told()) == 3


def test_customers_are_reminded_of_what_is_open_before_and_after_its_day_and_once(shop, told):
    invoice = shop.issued([shop.line("book", 4)], due="1405/09/05")
    paid = shop.issued([shop.line("book")], due="1405/09/05")
    shop.run("sales.receive", party=shop.parties[0], amount=2_500, method="cash", invoice=paid)
    shop.run("sales.receive", party=shop.parties[0], amount=1_000, method="cash", invoice=invoice)
    shop.runtime.clock = lambda: NOW + timedelta(days=2)
    assert shop.run("sales.remind_customers") == 0, "nothing is said where the settings do not say so"
    set_to(shop, remind_before=3, remind_after=2)
    for _again in range(2):
        shop.run("sales.remind_customers")
    assert len(told()) == 1
    assert "۹٬۰۰۰ ریال تا ۱۴۰۵/۰۹/۰۵" in told()[0]
    shop.runtime.clock = lambda: NOW + timedelta(days=7)
    assert shop.run("sales.remind_customers") == 1
    shop.runtime.clock = lambda: NOW + timedelta(days=8)
    assert shop.run("sales.remind_customers") == 0


def test_by_hand_what_there_is_to_tell_and_by_whom_who_may(shop, told):
    invoice = shop.issued([shop.line("book")], due="1405/09/05")
    assert shop.run("sales.tell_customer", document=invoice) is True
    unreached = shop.issued([shop.line("book")], party=shop.parties[1])
    assert shop.run("sales.tell_customer", document=unreached) is False
    shop.run("sales.receive", party=shop.parties[0], amount=2_500, method="cash", invoice=invoice)
    for document in (
        invoice,
        shop.issued([shop.line("book")], kind="quote"),
        shop.issued([shop.line("book", unit_price="100")], direction="purchase"),
        shop.draft([shop.line("book")]),
    ):
        with pytest.raises(Refused):
            shop.run("sales.tell_customer", document=document)
    assert ("sales.document", "send") not in SELLER
    with shop.runtime.engines.owner(shop.runtime.site).begin() as owner:
        seller = add_user(owner, "sara", SELLER)
    with pytest.raises(Forbidden):
        shop.run("sales.tell_customer", seller, document=invoice)


def test_the_page_offers_it_and_says_whether_the_customer_can_be_reached(shop, told, enter):
    invoice = shop.issued([shop.line("book")])
    boss = enter("boss", {**HEAD_OF_SALES, ("sales.document", "send"): "all"})
    assert "یادآوری پرداخت با پیامک" in boss.get(f"/sales/invoices/{invoice}").text
    answer = boss.post(f"/sales/documents/{invoice}/tell")
    assert answer.status_code == 303
    assert len(told()) == 1
