"""Balances brought in from before: they count in the account, are settled like invoices, and are taken out with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from kernel.resources.errors import Forbidden, Invalid, NotFound, Refused
from kernel.testing.users import add_user
from plugins.sales.money import account
from plugins.sales.money.models import Allocation, OpenItem
from plugins.sales.tests.money.conftest import TODAY, Shop
from plugins.sales.tests.money.test_pages import ACCOUNTANT, SELLER, Enter, enter  # noqa: F401 - the fixture


def bring(shop: Shop, amount: int, *, party: int = 0, side: str = "debit", **more: object) -> int:
    made: int = shop.run("sales.bring_in", party=shop.parties[party], side=side, amount=amount, **more)
    return made


def owed(shop: Shop, party: int = 0) -> tuple[int, int]:
    with shop.runtime.reading(shop.administrator) as context:
        found = account.balances(context, [shop.parties[party]]).get(shop.parties[party])
        return (found.amount, found.overdue) if found else (0, 0)


def open_of(shop: Shop, item: int) -> int:
    return int(shop.all(select(OpenItem.open).where(OpenItem.id == item))[0])


def test_what_was_open_before_counts_is_due_and_is_settled_first(shop: Shop) -> None:
    old = bring(shop, 700, day="1404/12/29", label="دفتر قدیم")
    invoice = shop.document(500)
    assert owed(shop) == (1_200, 700)
    shop.receive(900)
    assert open_of(shop, old) == 0
    assert shop.settlement(invoice) == "partly"
    assert owed(shop) == (300, 0)
    ours = bring(shop, 200, side="credit", day=TODAY.isoformat())
    shop.run("sales.allocate", item=ours, allocations=[(shop.item(document=invoice).id, 200)])
    assert owed(shop) == (100, 0)


def test_the_statement_begins_with_it(shop: Shop) -> None:
    bring(shop, 700, day="1404/12/29")
    shop.document(500)
    with shop.runtime.reading(shop.administrator) as context:
        whole = account.statement(context, shop.parties[0], None, None)
        year = account.statement(context, shop.parties[0], date(2026, 3, 21), None)
    assert [(entry.kind, entry.debit) for entry in whole.entries] == [("opening", 700), ("sale", 500)]
    assert (year.opening, year.closing) == (700, 1_200)


def test_taken_out_it_counts_no_more_and_what_settled_it_is_open_again(shop: Shop) -> None:
    old = bring(shop, 700)
    money = shop.item(payment=shop.receive(400)).id
    shop.run("sales.take_out", item=old, reason="دوباره وارد شده بود")
    assert (open_of(shop, old), open_of(shop, money)) == (0, 400)
    assert [row.undone_on for row in shop.all(select(Allocation))] == [TODAY]
    with pytest.raises(Refused):
        shop.run("sales.take_out", item=old, reason="x")
    with pytest.raises(NotFound):
        shop.run("sales.take_out", item=money, reason="x")


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("amount", {"amount": 0}),
        ("amount", {"amount": -5}),
        ("amount", {"amount": 10**18}),
        ("side", {"side": "both"}),
        ("day", {"day": "1410/01/01"}),
        ("due", {"due": "1390/01/01"}),
        ("label", {"label": "x" * 5_000}),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(shop: Shop, field: str, more: dict[str, object]) -> None:
    values = {"party": shop.parties[0], "side": "debit", "amount": 5, **more}
    with pytest.raises(Invalid) as refused:
        shop.run("sales.bring_in", **values)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_only_who_may_brings_in_and_whoever_is_in_charge_sees_it(shop: Shop, engines) -> None:  # type: ignore[no-untyped-def]
    with engines.owner(shop.runtime.site).begin() as owner:
        seller = add_user(owner, "sara", SELLER)
    with pytest.raises(Forbidden):
        shop.run("sales.bring_in", seller, party=shop.parties[0], side="debit", amount=5)
    shop.run(
        "record.edit",
        resource="person",
        record_id=shop.parties[0],
        values={"owner": seller.user_id},
    )
    mine, other = bring(shop, 5), bring(shop, 6, party=1)
    with shop.runtime.reading(seller) as context:
        seen = set(context.session.scalars(select(OpenItem.id)))
    assert mine in seen
    assert other not in seen


def test_an_accountant_brings_a_balance_in_and_out_on_its_pages(shop: Shop, enter: Enter) -> None:  # noqa: F811
    clerk = enter("clerk", ACCOUNTANT)
    page = f"/sales/money/accounts/{shop.parties[0]}"
    assert "ثبت ماندهٔ ابتدای دوره" in clerk.get(page).text
    wrong = clerk.post("/sales/money/openings/new", {"party": str(shop.parties[0]), "amount": "۵۰۰"})
    assert wrong.status_code == 422
    entered = {
        "party": str(shop.parties[0]),
        "side": "debit",
        "amount": "۱٬۲۰۰٬۰۰۰",
        "day": "۱۴۰۵/۰۱/۰۱",
        "label": "دفتر ۱۴۰۴",
    }
    made = clerk.post("/sales/money/openings/new", entered)
    assert made.status_code == 303
    shown = clerk.get(made.headers["Location"]).text
    assert "دفتر ۱۴۰۴" in shown
    assert "۱٬۲۰۰٬۰۰۰" in shown or "۱۲۰٬۰۰۰" in shown
    assert "دفتر ۱۴۰۴" in clerk.get("/sales/open-items").text
    assert "دفتر ۱۴۰۴" in clerk.get(f"{page}?since=&until=").text
    out = clerk.post(f"{made.headers['Location']}/out", {"reason": "اشتباه"})
    assert out.status_code == 303
    assert "خارج‌شده" in clerk.get(made.headers["Location"]).text
