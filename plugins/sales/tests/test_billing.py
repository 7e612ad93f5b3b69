"""Invoices that other plugins let sales write: one for each origin, whoever asks and however often."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kernel.access.actor import SYSTEM, Actor
from kernel.api import to_persian_digits
from kernel.resources.errors import Invalid, Refused
from kernel.testing.browser import Browser
from kernel.testing.users import add_user
from plugins.sales.api import BillLine, balances, bill, bill_of, receipt_address, unbill
from plugins.sales.tests.conftest import SELLER, Shop

ORIGIN = "education.enrolment-12"
FEES = (BillLine("شهریهٔ ترم", 30_000_000), BillLine("کتاب", 1_500_000, Decimal("2"), discount=500_000))


def write(shop: Shop, actor: Actor | None = None, lines: Any = FEES, **more: Any) -> int:
    with shop.runtime.writing(actor or shop.administrator, "tests") as context:
        given = {"party_id": shop.parties[0], "lines": lines, "origin": ORIGIN, "taxed": False, **more}
        return bill(context, **given)


def take_back(shop: Shop, origin: str = ORIGIN) -> bool:
    with shop.runtime.writing(shop.administrator, "tests") as context:
        return unbill(context, origin, "انصراف")


def look(shop: Shop) -> Any:
    with shop.runtime.reading(shop.administrator) as context:
        return bill_of(context, ORIGIN), balances(context, [shop.parties[0]]).get(shop.parties[0])


def test_it_is_written_issued_and_owed(shop: Shop) -> None:
    due = date(2026, 12, 1)
    number = write(shop, subject="ترم پاییز", due=due)
    found, balance = look(shop)
    assert (found.document_id, found.state, found.payable) == (number, "issued", 32_500_000)
    assert (found.remaining, found.due, found.overdue(due), found.overdue(due + timedelta(1))) == (
        32_500_000,
        due,
        False,
        True,
    )
    assert (balance.amount, found.address) == (32_500_000, f"/sales/invoices/{number}")
    assert shop.row(number).serial is not None


def test_asked_again_it_is_the_same_until_it_is_cancelled(shop: Shop) -> None:
    number = write(shop)
    assert write(shop, lines=FEES[:1]) == number
    assert take_back(shop)
    found, balance = look(shop)
    assert (found.state, found.remaining) == ("cancelled", 0)
    assert balance is None or balance.amount == 0
    assert not take_back(shop)
    again = write(shop)
    assert again != number
    assert look(shop)[0].document_id == again


def test_a_draft_is_thrown_away(shop: Shop) -> None:
    number = write(shop, issue=False)
    assert (shop.row(number).state, look(shop)[0].remaining) == ("draft", 0)
    assert take_back(shop)
    assert look(shop)[0] is None


def test_who_may_not_see_sales_can_let_it_be_written_and_sees_nothing_of_it(shop: Shop) -> None:
    with shop.runtime.engines.owner(shop.runtime.site).begin() as owner:
        clerk = add_user(owner, "clerk", {("party", "view"): "all"})
    number = write(shop, clerk)
    assert shop.row(number).owner_id == clerk.user_id
    with shop.runtime.reading(clerk) as context:
        assert bill_of(context, ORIGIN) is None


def test_an_open_page_lets_it_be_written_for_nobody(shop: Shop) -> None:
    assert shop.row(write(shop, SYSTEM("an open page"))).state == "issued"


@pytest.mark.parametrize(
    "line", [BillLine("شهریه", -5), BillLine("شهریه", 10**19), BillLine("شهریه", 100, discount=200)]
)
def test_what_cannot_be_leaves_nothing(shop: Shop, line: BillLine) -> None:
    with pytest.raises(Invalid):
        write(shop, lines=[line])
    assert look(shop)[0] is None


def test_what_was_returned_in_part_is_not_taken_back(shop: Shop) -> None:
    number = write(shop)
    (line, *_rest) = shop.rows("SELECT id FROM sales.document_line WHERE document_id = :id", id=number)
    shop.run("sales.take_back", invoice=number, quantities={line.id: 1}, reason="انصراف", day=None)
    with pytest.raises(Refused):
        take_back(shop)


def test_ten_at_once_write_one(shop: Shop) -> None:
    with ThreadPoolExecutor(10) as crowd:
        numbers = set(crowd.map(lambda _turn: write(shop), range(10)))
    assert len(numbers) == 1
    assert len(shop.rows("SELECT 1 FROM sales.document WHERE origin = :origin", origin=ORIGIN)) == 1


def test_the_receipt_is_entered_for_it(shop: Shop, enter: Callable[..., Browser]) -> None:
    money = {("sales.payment", "create"): "all", ("sales.account", "view"): "all"}
    cashier = enter("cashier", {**SELLER, ("sales.document", "view"): "all", **money})
    number = write(shop)
    page = cashier.get(receipt_address(number))
    assert page.status_code == 200
    assert to_persian_digits(shop.row(number).number) in page.text
