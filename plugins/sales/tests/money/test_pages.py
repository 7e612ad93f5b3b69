"""Money through its pages, as those who work with it see them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from kernel.access.models import UserAccount
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user, keep_fields
from kernel.web.wsgi import PeyvandWSGI
from plugins.sales.money.declarations import GRANTS
from plugins.sales.money.models import Cheque, Marketer, OpenItem
from plugins.sales.tests.money.conftest import Shop

READING = {
    ("party", "view"): "all",
    **{(kind, "view"): "all" for kind in ("sales.item", "sales.item_group", "sales.document", "sales.terms")},
}
ACCOUNTANT: dict[tuple[str, str], Any] = {**READING, **GRANTS["accountant"]}
SELLER: dict[tuple[str, str], Any] = {**READING, **GRANTS["seller"], ("sales.document", "view"): "own"}
Enter = Callable[[str, Mapping[tuple[str, str], Any]], Browser]


@pytest.fixture
def enter(shop: Shop, shop_site: Site, config: Config, engines: Engines) -> Enter:
    """Make a user with these grants and give a browser in which he has signed in."""
    wsgi = PeyvandWSGI(config, engines=engines)

    def enter(username: str, grants: Mapping[tuple[str, str], Any]) -> Browser:
        with engines.owner(shop_site).begin() as owner:
            let_in(owner, add_user(owner, username, grants).user_id, locale="fa")
        browser = Browser(wsgi, shop_site.hosts[0])
        browser.sign_in(username)
        return browser

    return enter


def test_a_receipt_is_recorded_by_the_proposal_that_was_changed(shop: Shop, enter: Enter) -> None:
    one, two = shop.document(500, due=date(2026, 11, 1)), shop.document(300)
    clerk = enter("clerk", ACCOUNTANT)
    party = shop.parties[0]
    items = [shop.item(document=number).id for number in (one, two)]
    proposed = clerk.get(f"/sales/money/proposal?party={party}&amount=600&direction=in").text
    assert f'name="item-{items[0]}" value="۵۰۰"' in proposed
    assert f'name="item-{items[1]}" value="۱۰۰"' in proposed
    sent = {"party": party, "amount": "600", "day": "1405/09/01", "method": "cash"}
    refused = clerk.post("/sales/money/receipts/new", {**sent, f"item-{items[0]}": "501"})
    assert refused.status_code == 422
    assert 'value="۵۰۱"' in refused.text
    done = clerk.post(
        "/sales/money/receipts/new", {**sent, f"item-{items[0]}": "200", f"item-{items[1]}": "۳۰۰"}
    )
    assert done.status_code == 303
    assert (shop.settlement(one), shop.settlement(two)) == ("partly", "settled")
    page = clerk.get(done.headers["Location"]).text
    assert "استفاده‌نشده" in page
    assert "فاکتور فروش" in page


def test_an_advance_is_offered_and_an_allocation_taken_back(shop: Shop, enter: Enter) -> None:
    money = shop.receive(700)
    item = shop.item(document=shop.document(500))
    clerk = enter("clerk", ACCOUNTANT)
    advance = shop.item(payment=money).id
    page = clerk.get(f"/sales/money/items/{item.id}/settle").text
    assert f'name="item-{advance}" value="۵۰۰"' in page
    assert clerk.post(f"/sales/money/items/{item.id}/settle", {f"item-{advance}": "501"}).status_code == 422
    assert clerk.post(f"/sales/money/items/{item.id}/settle", {f"item-{advance}": "500"}).status_code == 303
    shown = clerk.get(f"/sales/payments/{money}").text
    address = clerk.link(shown, "/release")
    assert clerk.post(address, {"reason": ""}).status_code == 422
    assert clerk.post(address, {"reason": "اشتباه"}).status_code == 303
    assert shop.item(payment=money).open == 700


def test_a_cheque_goes_through_its_steps_on_its_page(shop: Shop, enter: Enter) -> None:
    shop.document(500)
    clerk = enter("clerk", ACCOUNTANT)
    sent = {
        "party": shop.parties[0],
        "amount": "500",
        "day": "1405/09/01",
        "method": "cheque",
        "number": "4711",
        "sayad": "۱۲۳۴ ۵۶۷۸ ۹۰۱۲ ۳۴۵۶",
        "due": "1405/09/05",
    }
    done = clerk.post("/sales/money/receipts/new", sent)
    assert done.status_code == 303, done.text
    cheque = shop.all(select(Cheque))[0]
    assert cheque.sayad == "1234567890123456"
    page, steps = f"/sales/cheques/{cheque.id}", f"/sales/money/cheques/{cheque.id}/move"
    assert "نزد صندوق" in clerk.get(page).text
    version = {"version": cheque.version}
    refused = clerk.post(steps, {"state": "passed_on", "day": "1405/09/02", **version})
    assert refused.status_code == 422
    moved = clerk.post(steps, {"state": "deposited", "day": "1405/09/02", "note": "شعبه مرکزی", **version})
    assert moved.status_code == 303
    shown = clerk.get(page).text
    assert "واگذار به بانک" in shown
    assert "شعبه مرکزی" in shown
    stale = clerk.post(steps, {"state": "held", "day": "1405/09/03", **version})
    assert stale.status_code == 409
    assert "4711" in clerk.get("/sales/cheques?q=1234567890123456").text.translate(ASCII)
    assert clerk.get("/sales/cheques?look=board").status_code == 200
    assert clerk.get("/sales/cheques?look=calendar").status_code == 200


ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")


def test_the_statement_has_opening_and_running_balance_also_as_a_workbook(shop: Shop, enter: Enter) -> None:
    shop.document(9000, day=date(2026, 3, 1))
    shop.document(5000)
    shop.receive(3000)
    clerk = enter("clerk", ACCOUNTANT)
    address = f"/sales/money/accounts/{shop.parties[0]}"
    page = clerk.get(f"{address}?since=1405/01/01&until=1405/12/29").text
    for text in ("ماندهٔ نقل از قبل", "۹٬۰۰۰", "۱۴٬۰۰۰", "۱۱٬۰۰۰"):
        assert text in page
    file = clerk.get(f"{address}/file?since=1405/01/01&until=")
    rows = list(openpyxl.load_workbook(io.BytesIO(file.data)).active.values)
    assert [row[5] for row in rows[1:]] == [9000, 14000, 11000, 11000]
    assert rows[-1][3:5] == (5000, 3000)


def test_a_bounced_cheque_is_a_dated_reversal_in_the_statement(shop: Shop) -> None:
    from plugins.sales.money.account import statement

    shop.document(500)
    cheque = shop.cheque(500, due="1405/08/30")
    shop.run("sales.move_cheque", cheque=cheque, state="bounced")
    with shop.runtime.reading(shop.administrator) as context:
        found = statement(context, shop.parties[0], None, None)
    assert [(entry.debit, entry.credit, entry.undone) for entry in found.entries] == [
        (500, 0, False),
        (0, 500, False),
        (500, 0, True),
    ]
    assert found.closing == 500


def test_ages_and_the_money_to_come_are_added_up(shop: Shop, enter: Enter) -> None:
    shop.document(7000, due=date(2026, 9, 1), day=date(2026, 8, 1))
    shop.document(4000, party=1, due=date(2027, 1, 10))
    shop.document(900, party=2, direction="purchase", due=date(2027, 1, 10))
    shop.cheque(2500, party=2, due="1405/10/05")
    clerk = enter("clerk", ACCOUNTANT)
    ageing = clerk.get("/sales/money/ageing").text
    for text in ("Rad", "۷٬۰۰۰", "۱۱٬۰۰۰", "بیش از ۹۰ روز"):
        assert text in ageing
    flow = clerk.get("/sales/money/cash-flow").text
    for text in ("۷٬۰۰۰", "۲٬۵۰۰", "۴٬۰۰۰", "سررسیدگذشته"):
        assert text in flow


def test_the_party_shows_where_it_stands(shop: Shop, enter: Enter) -> None:
    shop.document(7000, due=date(2026, 9, 1), day=date(2026, 8, 1))
    shop.receive(2000)
    page = enter("clerk", ACCOUNTANT).get(f"/persons/{shop.parties[0]}").text
    for text in ("بدهکار به ما", "۵٬۰۰۰", "سررسیدگذشته", "دریافت تازه"):
        assert text in page
    assert "بدهکار به ما" not in enter("guest", READING).get(f"/persons/{shop.parties[0]}").text


def test_invoices_are_filtered_by_their_settlement(shop: Shop, enter: Enter) -> None:
    shop.document(500)
    paid = shop.document(300, party=1)
    shop.receive(300, party=1)
    clerk = enter("clerk", ACCOUNTANT)
    assert clerk.ids("/sales/invoices?f.settlement.is=settled") == [str(paid)]
    assert len(clerk.ids("/sales/open-items?f.open.from=1")) == 1


def test_a_seller_sees_the_money_of_the_own_customers_alone(shop: Shop, enter: Enter) -> None:
    seller = enter("sara", SELLER)
    with shop.runtime.reading(shop.administrator) as context:
        from kernel.access.models import UserAccount

        number = context.session.execute(
            select(UserAccount.id).where(UserAccount.username == "sara")
        ).scalar_one()
    shop.run("record.assign", resource="person", record_id=shop.parties[0], owner=number)
    mine, other = shop.receive(100), shop.receive(200_000, party=1)
    assert seller.ids("/sales/payments") == [str(mine)]
    assert seller.get(f"/sales/payments/{other}").status_code == 404
    assert seller.get(f"/sales/money/items/{shop.item(payment=other).id}").status_code == 404
    assert seller.get(f"/sales/money/payments/{mine}/reverse").status_code == 403
    assert "۲۰٬۰۰۰" not in seller.get(f"/sales/money/accounts/{shop.parties[1]}").text
    assert seller.get("/sales/money/ageing").status_code == 200


def test_a_receipt_is_printed_with_its_amount_in_words(shop: Shop) -> None:
    from plugins.sales.money.printing import receipts_of

    shop.document(500)
    number = shop.receive(12_500_000, method="card", tracking="77")
    with shop.runtime.reading(shop.administrator) as context:
        found = receipts_of(context, [number])[number]
    assert found["receipt"]["amount"] == 12_500_000
    assert [row["amount"] for row in found["settled"]] == [500]


def test_merged_parties_bring_their_money_along(shop: Shop) -> None:
    shop.document(500)
    shop.receive(200, party=1)
    shop.run("party.merge", kept=shop.parties[0], dropped=shop.parties[1])
    assert {item.party_id for item in shop.all(select(OpenItem))} == {shop.parties[0]}


def test_words_that_a_pattern_keeps_are_not_on_the_statement_of_a_marketer(
    shop: Shop, shop_site: Site, engines: Engines, enter: Enter
) -> None:
    shop.document(1000, marketer=shop.parties[3])
    (number,) = (each.id for each in shop.all(select(Marketer)))
    shop.run("sales.correct_commission", marketer=number, amount=70_000, reason="قرار شفاهی")
    readers = {
        name: enter(name, {**ACCOUNTANT, ("sales.marketer", "view"): "all"}) for name in ("told", "kept")
    }
    with engines.owner(shop_site).begin() as owner:
        wanted = select(UserAccount.id).where(UserAccount.username == "kept")
        keep_fields(owner, owner.execute(wanted).scalar_one(), {("sales.commission", "note"): "hidden"})
    pages = {name: reader.get(f"/sales/money/marketers/{number}") for name, reader in readers.items()}
    assert {name: page.status_code for name, page in pages.items()} == {"told": 200, "kept": 200}
    assert ("قرار شفاهی" in pages["told"].text, "قرار شفاهی" in pages["kept"].text) == (True, False)
