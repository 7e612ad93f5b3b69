"""The standard reports over years of random trade, against sums that are reckoned by hand from what was done."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import jdatetime
import pytest

from kernel.fa.digits import to_ascii_digits
from kernel.resources.errors import CommandError
from kernel.resources.reports import run
from kernel.resources.reports.standard import standard_reports
from plugins.sales.money.rules.ageing import aged
from plugins.sales.tests.conftest import Shop

BEGINS = jdatetime.date(1403, 10, 1).togregorian()
RATES = {"lamp": ("percent", Fraction(7)), "cable": ("per_unit", Fraction(13)), "": ("percent", Fraction(2))}
"""What marketers earn: of lamps, for each cable, and of everything else."""


class Trade:
    """What was done, kept beside the books: documents with their lines, by their ids."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.dice = shop, random.Random(seed)
        self.day = BEGINS
        self.docs: dict[int, dict[str, Any]] = {}
        self.refused = 0
        self.names = {number: code for code, number in shop.items.items()}
        for code, (kind, rate) in RATES.items():
            item = {"item": shop.items[code]} if code else {}
            shop.new("sales.commission_rule", title=code or "همه", kind=kind, rate=str(int(rate)), **item)

    def go(self, steps: int) -> None:
        """Do steps, each on a later day; what the rules refuse is passed over."""
        for _n in range(steps):
            self.day += timedelta(days=self.dice.randrange(0, 28))
            at = datetime.combine(self.day, time(11), self.shop.runtime.site.time_zone)
            self.shop.runtime.clock = lambda at=at: at
            step = self.dice.choice(
                ["sell", "sell", "sell", "order", "back", "back", "cancel", "pay", "buy", "reverse", "cheque"]
            )
            try:
                getattr(self, step)()
            except CommandError:
                self.refused += 1

    def _lines(self) -> list[dict[str, Any]]:
        dice, found = self.dice, []
        for code in dice.sample(sorted(self.shop.items), dice.randint(1, 3)):
            more = {}
            if dice.random() < 0.4:
                more = {"discount_kind": "percent", "discount_value": str(dice.randint(1, 60))}
            found.append(self.shop.line(code, dice.choice(["1", "3", "7.5", "11"]), **more))
        return found

    def sell(self, direction: str = "sale") -> None:
        dice = self.dice
        head: dict[str, Any] = {"day": (self.day - timedelta(days=dice.randrange(0, 20))).isoformat()}
        if direction == "sale":
            head["marketer"] = dice.choice(["", self.shop.parties[1]])
        if dice.random() < 0.5:
            head |= {"discount_kind": "rial", "discount_value": str(dice.randint(1, 300))}
        party = self.shop.parties[0]
        self.note(self.shop.issued(self._lines(), party=party, direction=direction, **head))

    def buy(self) -> None:
        self.sell("purchase")

    def order(self) -> None:
        """An order, invoiced in two parts; the second one is cancelled at times."""
        made = self.shop.issued(self._lines(), kind="order", day=self.day.isoformat())
        for share in (3, 2):
            quantities = {
                line.id: str(
                    (line.quantity - line.invoiced) / share if share == 3 else line.quantity - line.invoiced
                )
                for line in self.shop.lines(made)
            }
            quantities = {line: f"{Decimal(value):.3f}" for line, value in quantities.items()}
            part = self.shop.run("sales.invoice_part", order=made, quantities=quantities)
            self.note(self.shop.run("sales.issue", document=part))

    def _some(self, *kinds: str) -> int:
        found = [n for n, doc in self.docs.items() if doc["lives"] and doc["kind"] in kinds]
        if not found:
            raise CommandError("nothing there")  # type: ignore[arg-type]
        return self.dice.choice(found)

    def back(self) -> None:
        invoice = self._some("invoice")
        share = Decimal(self.dice.choice(["1", "0.5", "0.2"]))
        quantities = {
            line.id: f"{(line.quantity - line.returned) * share:.3f}" for line in self.shop.lines(invoice)
        }
        self.note(self.shop.run("sales.take_back", invoice=invoice, quantities=quantities, reason="x"))

    def cancel(self) -> None:
        number = self._some("invoice", "return")
        self.shop.run("sales.cancel", document=number, reason="x")
        self.docs[number]["lives"] = False

    def pay(self, method: str = "cash", **more: Any) -> None:
        invoice = self._some("invoice")
        amount = max(1, self.docs[invoice]["payable"] * self.dice.randint(1, 12) // 10)
        name = "receive" if self.docs[invoice]["direction"] == "sale" else "pay"
        self.shop.run(
            f"sales.{name}",
            party=self.docs[invoice]["party"],
            amount=amount,
            method=method,
            invoice=invoice,
            **more,
        )

    def cheque(self) -> None:
        due = (self.day + timedelta(days=self.dice.randrange(0, 200))).isoformat()
        self.pay("cheque", number=str(self.dice.randrange(10**6)), due=due)

    def reverse(self) -> None:
        rows = self.shop.rows("SELECT id FROM sales.payment ORDER BY id")
        if rows:
            self.shop.run("sales.reverse_payment", payment=self.dice.choice(rows).id, reason="x")

    def note(self, number: int) -> None:
        row = self.shop.row(number)
        self.docs[number] = {
            "kind": row.kind,
            "direction": row.direction,
            "day": row.day,
            "due": row.due,
            "payable": row.payable,
            "marketer": row.marketer_id,
            "party": row.party_id,
            "original": row.original_id,
            "lines": self.shop.lines(number),
            "lives": True,
        }

    def living(self, *kinds: str) -> list[tuple[int, dict[str, Any]]]:
        return [(n, doc) for n, doc in self.docs.items() if doc["lives"] and doc["kind"] in kinds]

    def by_product(self) -> dict[Any, tuple[Decimal, int]]:
        found: dict[Any, list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        for _n, doc in self.living("invoice", "return"):
            sign = -1 if doc["kind"] == "return" else 1
            for line in doc["lines"] if doc["direction"] == "sale" else ():
                cell = found[line.item_id, jdatetime.date.fromgregorian(date=doc["day"]).year]
                cell[0] += sign * line.quantity
                cell[1] += sign * line.net
        return {key: (cell[0], cell[1]) for key, cell in found.items()}

    def commission(self) -> int:
        """What the marketer has earned by now: of each line what is left of it, rounded half up."""
        total = 0
        for number, doc in self.living("invoice"):
            for line in doc["lines"] if doc["direction"] == "sale" and doc["marketer"] else ():
                back = [
                    each
                    for _m, other in self.living("return")
                    if other["original"] == number
                    for each in other["lines"]
                    if each.original_line_id == line.id
                ]
                kind, rate = RATES.get(self.names[line.item_id], RATES[""])
                net = line.net - sum(each.net for each in back)
                pieces = Fraction(line.quantity) - sum(Fraction(each.quantity) for each in back)
                raw = net * rate / 100 if kind == "percent" else pieces * rate
                total += floor(raw + Fraction(1, 2))
        return total

    def open(self, direction: str) -> list[tuple[Any, int]]:
        """What is open of living invoices with the day on which it was due, from what stands as settling them."""
        found = []
        for number, doc in self.living("invoice"):
            if doc["direction"] == direction:
                settled = self.shop.rows(
                    "SELECT coalesce(sum(a.amount), 0) FROM sales.allocation a JOIN sales.open_item i"
                    " ON i.id IN (a.debit_id, a.credit_id) WHERE i.document_id = :id AND a.undone_on IS NULL",
                    id=number,
                )[0][0]
                found.append((doc["due"] or doc["day"], doc["payable"] - int(settled)))
        return [(due, amount) for due, amount in found if amount]


def report(shop: Shop, name: str) -> Any:
    with shop.runtime.reading(shop.administrator) as context:
        (found,) = (each.report for each in standard_reports(context) if each.name == f"sales.{name}")
        resource = shop.runtime.resource(found.resource)
        asked = replace(found.definition(resource), dated="", period="")
        return run(context, resource, asked)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_reports_agree_with_what_was_done(shop: Shop, seed: int) -> None:
    trade = Trade(shop, seed)
    trade.go(45)
    assert trade.refused < 20
    assert {doc["kind"] for doc in trade.docs.values()} == {"invoice", "return"}
    assert any(not doc["lives"] for doc in trade.docs.values())
    expected = trade.by_product()
    sold = report(shop, "by_product")
    told = {
        (line.key[0], int(to_ascii_digits(sold.across.text(year)))): (figures[0], figures[1])
        for line in sold.lines
        for year, figures in line.across.items()
    }
    assert {key: cell for key, cell in told.items() if any(cell)} == {
        key: cell for key, cell in expected.items() if any(cell)
    }
    assert sold.whole.figures[1] == sum(net for _quantity, net in expected.values())
    assert len({year for _item, year in expected}) > 2
    open_now = trade.open("sale")
    unsettled = report(shop, "unsettled").whole.figures
    assert (unsettled[0], unsettled[2] or 0) == (len(open_now), sum(amount for _due, amount in open_now))
    assert (report(shop, "commission_by_marketer").whole.figures[0] or 0) == trade.commission()
    by_state = shop.rows("SELECT coalesce(sum(amount), 0) FROM sales.cheque")[0][0]
    assert (report(shop, "cheques_by_month").whole.figures[0] or 0) == by_state
    books = shop.rows(
        "SELECT due, open FROM sales.open_item WHERE kind = 'sale' AND side = 'debit' AND open > 0"
    )
    assert sorted(tuple(row) for row in books) == sorted(open_now)
    ages = [((trade.day - due).days, amount) for due, amount in open_now]
    assert aged(open_now, trade.day, (30, 60, 90)) == [
        sum(amount for days, amount in ages if first <= days <= last)
        for first, last in ((-(10**6), 0), (1, 30), (31, 60), (61, 90), (91, 10**6))
    ]
