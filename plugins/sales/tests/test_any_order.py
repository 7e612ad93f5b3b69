"""Whatever is done to documents in whatever order, with amounts at their limits: books, reports and numbers agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.resources.errors import CommandError
from plugins.sales.entry import LARGEST
from plugins.sales.tests.conftest import PURPOSE, Shop

QUANTITIES = st.one_of(
    st.sampled_from(["0.001", "1", "10", "11", "999999999.999", "0", "-1", "۳٫۵", "1/2", "", "9" * 40]),
    st.decimals(min_value="0.001", max_value="5000", places=3).map(str),
)
PRICES = st.sampled_from(
    ["", "0", "1", "333", "1000000", str(LARGEST), str(LARGEST + 1), "-5", "۱۲٬۵۰۰", "abc"]
)
DISCOUNTS = st.one_of(
    st.just({}),
    st.builds(
        lambda kind, value: {"discount_kind": kind, "discount_value": value},
        st.sampled_from(["percent", "rial", "", "gift"]),
        st.sampled_from(["0", "10", "33.33", "100", "101", "250", "-3", "۵", "%"]),
    ),
)
LINES = st.lists(
    st.tuples(st.sampled_from(["lamp", "cable", "book", "fitting", ""]), QUANTITIES, PRICES, DISCOUNTS),
    min_size=1,
    max_size=4,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("draft"), st.sampled_from(["quote", "order", "invoice"]), LINES, DISCOUNTS),
        st.tuples(
            st.sampled_from(
                [
                    *("issue", "convert", "return", "return", "cancel", "edit", "receive", "reverse"),
                    *("price", "part", "part", "discard"),
                ]
            ),
            st.integers(0, 99),
            st.integers(0, 10_000),
        ),
    ),
    min_size=4,
    max_size=16,
)


class Play:
    """Does steps; whatever is refused, is refused with words."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.refused = 0

    def do(self, step: tuple[Any, ...]) -> None:
        try:
            getattr(self, f"_{step[0]}")(*step[1:])
        except CommandError:
            self.refused += 1

    def _line(self, given: tuple[str, str, str, dict[str, str]]) -> dict[str, Any]:
        item, quantity, price, discount = given
        line = {"quantity": quantity, "unit_price": price, **discount}
        return {**line, "what": str(self.shop.items[item])} if item else {**line, "title": "کار دستی"}

    def _draft(self, kind: str, lines: list[Any], discount: dict[str, str]) -> None:
        self.shop.draft([self._line(line) for line in lines], kind, **discount)

    def _one(self, place: int, where: str = "true") -> Any:
        rows = self.shop.rows(f"SELECT * FROM sales.document WHERE {where} ORDER BY id")
        if not rows:
            raise CommandError("nothing there")  # type: ignore[arg-type]
        return rows[place % len(rows)]

    def _issue(self, place: int, _much: int) -> None:
        self.shop.run("sales.issue", document=self._one(place, "state = 'draft'").id)

    def _convert(self, place: int, much: int) -> None:
        to = ("invoice", "order")[much % 2]
        self.shop.run("sales.convert", document=self._one(place, "kind <> 'return'").id, to=to)

    def _part(self, place: int, much: int) -> None:
        order = self._one(place, "kind = 'order'").id
        quantities = {
            line.id: str((Decimal(line.quantity) * much / 12_000).quantize(Decimal("0.001")))
            for line in self.shop.lines(order)
        }
        self.shop.run("sales.invoice_part", order=order, quantities=quantities)

    def _discard(self, place: int, _much: int) -> None:
        self.shop.run("sales.discard_document", document=self._one(place, "state = 'draft'").id)

    def _return(self, place: int, much: int) -> None:
        invoice = self._one(place, "serial IS NOT NULL AND kind IN ('invoice', 'return')").id
        quantities = {
            line.id: str((Decimal(line.quantity) * much / 8_000).quantize(Decimal("0.001")))
            for line in self.shop.lines(invoice)
        }
        self.shop.run("sales.take_back", invoice=invoice, quantities=quantities, reason="x")

    def _cancel(self, place: int, _much: int) -> None:
        self.shop.run("sales.cancel", document=self._one(place).id, reason="x")

    def _edit(self, place: int, much: int) -> None:
        found = self._one(place, "state = 'draft'")
        lines = [
            {"id": str(line.id), "what": str(line.item_id or ""), "title": line.title, "quantity": str(much)}
            for line in self.shop.lines(found.id)
        ]
        head = {"party": found.party_id, "day": found.day.isoformat(), "taxed": "1"}
        self.shop.run("sales.edit_document", document=found.id, head=head, lines=lines, version=found.version)

    def _receive(self, place: int, much: int) -> None:
        invoice = self._one(place, "kind = 'invoice'")
        amount = invoice.payable * much // 7_000
        self.shop.run(
            "sales.receive", party=invoice.party_id, amount=amount, method="cash", invoice=invoice.id
        )

    def _reverse(self, place: int, _much: int) -> None:
        rows = self.shop.rows("SELECT id FROM sales.payment ORDER BY id")
        if rows:
            self.shop.run("sales.reverse_payment", payment=rows[place % len(rows)].id, reason="x")

    def _price(self, place: int, much: int) -> None:
        code = sorted(self.shop.items)[place % len(self.shop.items)]
        self.shop.run(
            "record.edit", resource="sales.item", record_id=self.shop.items[code], values={"sale_price": much}
        )


def check(shop: Shop) -> None:
    """What must hold after whatever was done."""
    for document in shop.rows("SELECT * FROM sales.document ORDER BY id"):
        lines = shop.lines(document.id)
        assert document.net == sum(line.net for line in lines)
        assert document.tax == sum(line.tax for line in lines)
        assert document.payable == document.net + document.tax >= 0
        assert document.gross == sum(line.gross for line in lines)
        for line in lines:
            assert line.net == line.gross - line.discount - line.shared >= 0
            assert 0 <= line.returned <= line.quantity
            assert 0 <= line.invoiced <= line.quantity
        if document.kind == "invoice" and document.state == "issued":
            _check_returns(shop, document, lines)
        if document.kind == "order" and document.state not in ("draft", "cancelled"):
            _check_order(shop, document, lines)
    books = (
        "SELECT d.id FROM sales.document d FULL JOIN sales.open_item i ON i.document_id = d.id"
        " WHERE d.id IS NOT NULL AND (d.kind IN ('invoice', 'return') AND d.serial IS NOT NULL)"
        " IS DISTINCT FROM (i.id IS NOT NULL) OR i.amount <> d.payable OR i.void <> (d.state = 'cancelled')"
        " OR d.settled <> i.settled"
    )
    assert shop.rows(books) == []
    settled = (
        "SELECT i.id FROM sales.open_item i LEFT JOIN sales.allocation a"
        " ON i.id IN (a.debit_id, a.credit_id) AND a.undone_on IS NULL"
        " GROUP BY i.id HAVING i.settled <> coalesce(sum(a.amount), 0)"
    )
    assert shop.rows(settled) == []
    counted = shop.rows("SELECT coalesce(sum(net), 0), coalesce(sum(tax), 0) FROM sales.sale_entry")[0]
    sign = "CASE kind WHEN 'return' THEN -1 ELSE 1 END"
    told = shop.rows(
        f"SELECT coalesce(sum({sign} * net), 0), coalesce(sum({sign} * tax), 0) FROM sales.document"
        " WHERE kind IN ('invoice', 'return') AND state = 'issued'"
    )[0]
    assert tuple(counted) == tuple(told)
    for kind in ("quote", "order", "invoice", "return"):
        serials = shop.rows(
            "SELECT serial FROM sales.document WHERE kind = :kind AND serial IS NOT NULL ORDER BY 1",
            kind=kind,
        )
        assert [row.serial for row in serials] == list(range(1, len(serials) + 1))
    assert shop.rows(
        "SELECT source_id FROM sales.document WHERE source_id IS NOT NULL AND NOT part AND state <> 'cancelled'"
        " GROUP BY 1 HAVING count(*) > 1"
    ) == []  # fmt: skip


def _check_returns(shop: Shop, document: Any, lines: list[Any]) -> None:
    """What came back is never more than was sold; where all has come back, it is the invoice to the Rial."""
    back = shop.rows(
        "SELECT sum(net) AS net, sum(tax) AS tax FROM sales.document WHERE original_id = :id AND state <> 'cancelled'",
        id=document.id,
    )[0]
    net, tax = back.net or 0, back.tax or 0
    assert net <= document.net
    assert tax <= document.tax
    if all(line.returned == line.quantity for line in lines):
        assert (net, tax) == (document.net, document.tax)


def _check_order(shop: Shop, order: Any, lines: list[Any]) -> None:
    """An order says how far it is invoiced: what its invoices hold that count, less what came back of them."""
    held = {
        row.source_line_id: row.held
        for row in shop.rows(
            "SELECT l.source_line_id, sum(l.quantity - l.returned) AS held FROM sales.document_line l"
            " JOIN sales.document d ON d.id = l.document_id WHERE d.source_id = :id AND d.state <> 'cancelled'"
            " AND l.source_line_id IS NOT NULL GROUP BY 1",
            id=order.id,
        )
    }
    assert [line.invoiced for line in lines] == [held.get(line.id, 0) for line in lines]
    left = [line.quantity - line.invoiced for line in lines]
    assert order.converted == (not any(left))
    said = "whole" if order.converted else "partly" if any(line.invoiced for line in lines) else "none"
    assert order.invoicing == said
    assert (order.to_invoice == 0) or any(left)


def played(shop: Shop, worker_sites: Any, steps: list[Any]) -> None:
    worker_sites.clean(PURPOSE)
    play = Play(shop)
    for step in steps:
        play.do(step)
    check(shop)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_documents_in_any_order(shop: Shop, worker_sites: Any, steps: list[Any]) -> None:
    played(shop, worker_sites, steps)


@pytest.mark.long
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_documents_in_any_order_at_length(shop: Shop, worker_sites: Any, steps: list[Any]) -> None:
    played(shop, worker_sites, steps)
