"""An order is invoiced in parts: exactly, never more than was ordered, and what comes back can be invoiced again."""

from __future__ import annotations

from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

import plugins.sales as sales
from kernel.resources.errors import CommandError, EditConflict, Forbidden, Invalid, Refused
from kernel.testing.users import add_user
from plugins.sales.pricing import Discount, Line, compute, part_of
from plugins.sales.tests.conftest import HEAD_OF_SALES, SELLER
from plugins.sales.tests.test_at_once import together

AMOUNTS = ("net", "tax", "payable")


def ordered(shop, *lines, **head):
    return shop.issued(list(lines) or [shop.line("lamp", 10)], kind="order", **head)


def part(shop, order, *quantities, issue=True, **more):
    lines = shop.lines(order)
    wanted = {line.id: much for line, much in zip(lines, quantities, strict=True)}
    made = shop.run("sales.invoice_part", order=order, quantities=wanted, **more)
    return shop.run("sales.issue", document=made) if issue else made


def back(shop, invoice, much):
    (line,) = shop.lines(invoice)
    return shop.run("sales.take_back", invoice=invoice, quantities={line.id: much}, reason="x")


def left(shop, order):
    return [line.quantity - line.invoiced for line in shop.lines(order)]


@given(
    gross=st.integers(0, 10**15),
    shares=st.tuples(st.integers(0, 100), st.integers(0, 100)),
    tax=st.integers(0, 10**14),
    cuts=st.lists(st.integers(1, 9_999), min_size=1, max_size=6),
    price=st.integers(0, 10**9),
)
def test_parts_are_whole_rials_that_sum_up_to_the_order(gross, shares, tax, cuts, price):
    whole = Decimal(sum(cuts)) / 1000
    line = Line(whole, price, Discount("percent", Decimal(shares[0])), Decimal(tax % 100))
    total = compute([line, Line(Decimal(1), gross)], Discount("percent", Decimal(shares[1])))
    sums, before = total.lines[0], Decimal(0)
    parts = []
    for cut in cuts:
        now = Decimal(cut) / 1000
        parts.append(part_of(sums, whole, before, now))
        before += now
    for each in parts:
        assert each.net == each.gross - each.discount - each.shared
        assert min(each.gross, each.discount, each.net, each.tax) >= 0
    for name in ("gross", "net", "tax"):
        assert sum(getattr(each, name) for each in parts) == getattr(sums, name)
    assert sum(each.discount for each in parts) == sums.discount + sums.shared


def test_parts_of_an_order_with_every_discount_are_the_order_to_the_rial(shop):
    order = ordered(
        shop,
        {**shop.line("cable", 7), "discount_kind": "rial", "discount_value": "100"},
        {**shop.line("lamp", 10), "discount_kind": "percent", "discount_value": "3.3"},
        shop.line("book", "2.5"),
        discount_kind="rial",
        discount_value="1001",
    )
    whole = shop.row(order)
    assert (whole.invoicing, whole.to_invoice, whole.converted) == ("none", whole.payable, False)
    first = shop.row(part(shop, order, "3", "1", ""))
    second = shop.row(part(shop, order, "۲", "۹", "0.5"))
    half = shop.row(order)
    assert (half.invoicing, half.converted) == ("partly", False)
    assert half.to_invoice == whole.payable - first.payable - second.payable
    assert shop.lines(first.id)[0].gross == 999, "three cables of 333"
    rest = shop.row(shop.run("sales.convert", document=order))
    shop.run("sales.issue", document=rest.id)
    done = shop.row(order)
    assert (done.invoicing, done.to_invoice, done.converted) == ("whole", 0, True)
    for name in AMOUNTS:
        assert sum(getattr(each, name) for each in (first, second, rest)) == getattr(whole, name)
    with pytest.raises(Refused):
        shop.run("sales.convert", document=order)
    with pytest.raises(Refused):
        part(shop, order, "1", "", "")


def test_no_more_is_invoiced_than_was_ordered_whatever_is_asked(shop):
    order = ordered(shop)
    (line,) = shop.lines(order)
    for much in ("10.001", "11", "-1", "x", "9" * 30, "0", ""):
        with pytest.raises(Invalid):
            part(shop, order, much)
    with pytest.raises(Invalid):
        shop.run("sales.invoice_part", order=order, quantities={line.id + 999: "1"})
    part(shop, order, "6")
    with pytest.raises(Invalid) as refused:
        part(shop, order, "5")
    assert refused.value.problems[0].field == f"quantity-{line.id}"
    draft = ordered(shop)
    shop.run("sales.cancel", document=draft, reason="x")
    for other in (draft, shop.issued([shop.line("lamp")], kind="quote"), shop.issued([shop.line("lamp")])):
        (its,) = shop.lines(other)
        with pytest.raises(Refused):
            shop.run("sales.invoice_part", order=other, quantities={its.id: "1"})


def test_a_draft_holds_its_quantity_until_it_is_thrown_away_and_is_changed_within_the_order(shop):
    order = ordered(shop)
    draft = part(shop, order, "6", issue=False)
    assert left(shop, order) == [4]
    (line,) = shop.lines(draft)
    head = {"party": shop.parties[0], "day": "1405/08/30", "taxed": "1"}

    def change(quantity, **more):
        lines = [{"id": str(line.id), **shop.line("lamp", quantity), **more}]
        return shop.run("sales.edit_document", document=draft, head=head, lines=lines)

    change("9")
    assert left(shop, order) == [1]
    with pytest.raises(Invalid):
        change("11")
    change("2")
    assert left(shop, order) == [8]
    change("11", what=str(shop.items["book"]))
    assert left(shop, order) == [10], "another good is nothing of what was ordered"
    shop.run("sales.discard_document", document=draft)
    again = part(shop, order, "10", issue=False)
    shop.run("sales.discard_document", document=again)
    assert left(shop, order) == [10]
    assert shop.row(order).invoicing == "none"


def test_a_part_keeps_the_price_that_was_ordered_though_fewer_pieces_cost_more(shop):
    listed = shop.new("sales.price_list", title="لیست", direction="sale", active="1")
    shop.new("sales.price_line", price_list=listed, item=shop.items["lamp"], above="10", price="900")
    order = ordered(shop, shop.line("lamp", 20))
    draft = part(shop, order, "5", issue=False)
    (line,) = shop.lines(draft)
    lines = [{"id": str(line.id), **shop.line("lamp", "4")}]
    head = {"party": shop.parties[0], "day": "1405/08/30", "taxed": "1"}
    shop.run("sales.edit_document", document=draft, head=head, lines=lines)
    assert [(each.unit_price, each.gross) for each in shop.lines(draft)] == [(900, 3_600)]


def test_what_comes_back_is_invoiced_again_and_not_twice(shop):
    order = ordered(shop)
    invoice = part(shop, order, "6")
    returned = back(shop, invoice, "2")
    assert left(shop, order) == [6]
    part(shop, order, "6")
    with pytest.raises(Refused):
        shop.run("sales.cancel", document=returned, reason="x")
    assert left(shop, order) == [0]
    whole = ordered(shop)
    made = shop.run("sales.issue", document=shop.run("sales.convert", document=whole))
    back(shop, made, "10")
    assert shop.row(whole).invoicing == "none"
    shop.run("sales.issue", document=shop.run("sales.convert", document=whole))
    assert shop.row(whole).invoicing == "whole"


def test_a_cancelled_part_is_free_again_and_an_order_with_a_part_is_not_cancelled(shop):
    order = ordered(shop)
    invoice = part(shop, order, "6")
    with pytest.raises(Refused):
        shop.run("sales.cancel", document=order, reason="x")
    shop.run("sales.cancel", document=invoice, reason="x")
    assert left(shop, order) == [10]
    shop.run("sales.cancel", document=order, reason="x")
    assert shop.row(order).to_invoice is None


def test_parts_made_at_once_are_never_more_than_was_ordered(shop):
    order = ordered(shop)
    (line,) = shop.lines(order)
    calls = [("sales.invoice_part", {"order": order, "quantities": {line.id: "3"}})] * 6
    calls += [("sales.convert", {"document": order, "to": "invoice"})]
    answers = together(shop, calls)
    assert left(shop, order) == [0] or left(shop, order) == [1]
    held = shop.rows("SELECT sum(quantity) FROM sales.document_line WHERE source_line_id = :id", id=line.id)
    assert held == [(10 - left(shop, order)[0],)]
    assert all(isinstance(each, int | CommandError) for each in answers)


def test_a_page_that_was_opened_before_another_part_was_made_is_refused(shop):
    order = ordered(shop)
    version = shop.row(order).version
    part(shop, order, "3", version=version)
    with pytest.raises(EditConflict):
        part(shop, order, "3", version=version)


def test_it_is_done_on_the_page_of_the_order_by_whoever_makes_documents(shop, enter):
    sara = enter("sara")
    head = enter("boss", HEAD_OF_SALES)
    order = shop.run(
        "sales.issue", document=shop.draft([shop.line("lamp", 10), shop.line("book", 2)], "order")
    )
    address = f"/sales/documents/{order}/part"
    assert sara.get(address).status_code == 404, "an order of somebody else"
    page = head.get(address).text
    first, second = shop.lines(order)
    assert (
        f'name="quantity-{first.id}" value="۱۰"' in page or f'name="quantity-{first.id}" value="10"' in page
    )
    version = shop.row(order).version
    sent = {f"quantity-{first.id}": "۱۱", f"quantity-{second.id}": "", "version": version}
    refused = head.post(address, sent)
    assert refused.status_code == 422
    assert "حداکثر ۱۰ از این" in refused.text
    made = head.made(address, **{**sent, f"quantity-{first.id}": "۴"})
    assert "پیش‌نویس" in head.get(made).text
    shown = head.get(f"/sales/orders/{order}").text
    assert "بخشی فاکتور شده" in shown
    assert "فاکتور کردن باقی‌مانده" in shown
    assert "بخشی فاکتور شده" in head.get("/sales/orders?f.invoicing.is=partly").text
    stale = head.post(address, {**sent, f"quantity-{first.id}": "۴"})
    assert stale.status_code == 409


def test_without_the_right_to_make_documents_there_are_no_parts(shop, engines):
    order = ordered(shop)
    (line,) = shop.lines(order)
    grants = {right: scope for right, scope in SELLER.items() if right != ("sales.document", "create")}
    with engines.owner(shop.runtime.site).begin() as owner:
        reader = add_user(owner, "reader", {**grants, ("sales.document", "view"): "all"})
    with pytest.raises(Forbidden):
        shop.run("sales.invoice_part", reader, order=order, quantities={line.id: "1"})


def test_orders_of_before_are_told_how_far_they_are_invoiced(shop):
    whole, waiting = ordered(shop, shop.line("lamp", 4), shop.line("book")), ordered(shop)
    invoice = shop.run("sales.issue", document=shop.run("sales.convert", document=whole))
    tables = ("document", "document_line")
    asked = "SELECT * FROM sales.{} ORDER BY id"
    before = [shop.rows(asked.format(table)) for table in tables]
    assert shop.row(whole).invoicing == "whole"
    path = Path(sales.__file__).parent / "migrations" / "versions" / "0006_parts.py"
    spec = spec_from_file_location("parts", path)
    revision = module_from_spec(spec)
    spec.loader.exec_module(revision)
    with shop.runtime.engines.owner(shop.runtime.site).begin() as owner:
        owner.execute(text("UPDATE sales.document SET invoicing = NULL, to_invoice = NULL"))
        owner.execute(text("UPDATE sales.document_line SET invoiced = 0, source_line_id = NULL"))
        for statement in (revision.LINK, revision.COUNT, revision.FOLLOW):
            owner.execute(text(statement))
    assert [shop.rows(asked.format(table)) for table in tables] == before
    back_to = [line.source_line_id for line in shop.lines(invoice)]
    assert back_to == [line.id for line in shop.lines(whole)]
    assert shop.row(waiting).invoicing == "none"
