"""The ledger of open items against a model, in whatever order things happen; and with many at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.resources.errors import CommandError, Invalid, Refused
from plugins.sales.models import Document
from plugins.sales.money import account
from plugins.sales.money.models import Allocation, OpenItem
from plugins.sales.tests.money.conftest import Shop

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["invoice", "receipt", "refund", "return", "allocate", "release", "reverse", "cancel"]
        ),
        st.integers(0, 7),
        st.integers(1, 1000),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Played:
    """What was done, so that the invariants can be asked of it."""

    invoices: list[tuple[int, int]] = field(default_factory=list)
    payments: list[int] = field(default_factory=list)
    returned: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    owed: int = 0
    """What the party owes us by plain addition: the oracle of the balance."""
    worth: dict[int, int] = field(default_factory=dict)


def play(shop: Shop, steps: list[tuple[str, int, int]]) -> Played:
    played = Played()
    for what, place, amount in steps:
        try:
            _step(shop, played, what, place, amount)
        except (Invalid, Refused):
            continue
    return played


def _step(shop: Shop, played: Played, what: str, place: int, amount: int) -> None:
    if what == "invoice":
        played.invoices.append((shop.document(amount), amount))
        played.owed += amount
    elif what in ("receipt", "refund"):
        number = shop.receive(amount) if what == "receipt" else shop.pay(amount)
        played.payments.append(number)
        played.worth[number] = -amount if what == "receipt" else amount
        played.owed += played.worth[number]
    elif what == "return" and played.invoices:
        number, whole = played.invoices[place % len(played.invoices)]
        part = min(amount, whole - played.returned[number])
        if part > 0:
            shop.document(part, kind="return", original=number)
            played.returned[number] += part
            played.owed -= part
    elif what == "reverse" and played.payments:
        number = played.payments.pop(place % len(played.payments))
        shop.run("sales.reverse_payment", payment=number, reason="a step")
        played.owed -= played.worth[number]
    elif what == "cancel" and played.invoices:
        number, whole = played.invoices[place % len(played.invoices)]
        if not played.returned[number]:
            shop.cancel(number)
            played.invoices.remove((number, whole))
            played.owed -= whole
    elif what == "allocate":
        givers = shop.all(
            select(OpenItem).where(OpenItem.side == "credit", OpenItem.open > 0).order_by(OpenItem.id)
        )
        debits = shop.all(
            select(OpenItem).where(OpenItem.side == "debit", OpenItem.open > 0).order_by(OpenItem.id)
        )
        if givers and debits:
            one, other = givers[place % len(givers)], debits[amount % len(debits)]
            shop.run("sales.allocate", item=one.id, allocations=[(other.id, amount)])
    elif what == "release":
        rows = shop.all(select(Allocation).where(Allocation.undone_on.is_(None)).order_by(Allocation.id))
        if rows:
            shop.run("sales.release", allocation=rows[place % len(rows)].id, reason="a step")


def check(shop: Shop, played: Played) -> None:
    """What must hold after whatever was done."""
    items = {item.id: item for item in shop.all(select(OpenItem))}
    sums: dict[int, int] = defaultdict(int)
    for row in shop.all(select(Allocation).where(Allocation.undone_on.is_(None))):
        sums[row.debit_id] += row.amount
        sums[row.credit_id] += row.amount
        assert items[row.debit_id].party_id == items[row.credit_id].party_id
    for item in items.values():
        assert item.settled == sums[item.id], "what is settled is the sum of the allocations that stand"
        assert 0 <= item.open == (0 if item.void else item.amount - item.settled)
    with shop.runtime.reading(shop.administrator) as context:
        found = account.balances(context, shop.parties[:1]).get(shop.parties[0])
        assert (found.amount if found else 0) == played.owed
        statement = account.statement(context, shop.parties[0], None, None)
    assert statement.closing == played.owed == statement.debit - statement.credit
    for document in shop.all(select(Document).where(Document.kind == "invoice")):
        item = next(one for one in items.values() if one.document_id == document.id)
        wanted = None
        if document.state != "cancelled":
            back = [one.id for one in shop.all(select(Document).where(Document.original_id == document.id))]
            left = sum(one.open for one in items.values() if one.document_id in back)
            full = item.settled == item.amount
            wanted = ("overpaid" if left else "settled") if full else "partly" if item.settled else "unpaid"
        assert (document.settled, document.settlement) == (item.settled, wanted)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_ledger_holds_in_any_order(
    shop: Shop, worker_sites: Any, steps: list[tuple[str, int, int]]
) -> None:
    from plugins.sales.tests.money.conftest import SHOP

    worker_sites.clean(SHOP)
    check(shop, play(shop, steps))


@pytest.mark.long
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_ledger_holds_in_any_order_at_length(
    shop: Shop, worker_sites: Any, steps: list[tuple[str, int, int]]
) -> None:
    from plugins.sales.tests.money.conftest import SHOP

    worker_sites.clean(SHOP)
    check(shop, play(shop, steps))


def at_once(count: int, work: Any) -> list[Any]:
    """Run work many times, all beginning together; gives what each gave, or its refusal."""
    ready, outcomes = threading.Barrier(count), []

    def one(place: int) -> None:
        ready.wait()
        try:
            outcomes.append(work(place))
        except CommandError as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_many_receipts_at_once_no_more_is_settled_than_is_open(shop: Shop) -> None:
    invoice = shop.document(1000)
    item = shop.item(document=invoice).id
    outcomes = at_once(6, lambda place: shop.receive(300, allocations=[(item, 300)]))
    done = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert len(done) == 3, outcomes
    assert shop.item(document=invoice).settled == 900
    numbers = sorted(int(shop.item(payment=number).label.split("/")[1]) for number in done)
    assert numbers == list(range(numbers[0], numbers[0] + 3)), "numbers without a gap"


def test_one_advance_is_spent_once_however_many_spend_it(shop: Shop) -> None:
    money = shop.item(payment=shop.receive(500)).id
    invoices = [shop.item(document=shop.document(400)).id for _place in range(4)]
    outcomes = at_once(
        4, lambda place: shop.run("sales.allocate", item=invoices[place], allocations=[(money, 400)])
    )
    assert sorted(isinstance(outcome, int) for outcome in outcomes) == [False, False, False, True]
    assert shop.all(select(OpenItem).where(OpenItem.id == money))[0].open == 100


def test_a_cheque_takes_one_step_however_many_take_it(shop: Shop) -> None:
    cheque = shop.cheque(500)
    outcomes = at_once(
        4,
        lambda place: shop.run("sales.move_cheque", cheque=cheque, state="passed_on", holder=shop.parties[1]),
    )
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1, outcomes
