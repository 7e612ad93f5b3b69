"""Documents through their commands: prices, numbers, converting, taking back, cancelling."""

from __future__ import annotations

import pytest

from kernel.resources.errors import Invalid, Refused
from kernel.testing.users import add_user
from plugins.sales.tests.conftest import DAY


def price_list(shop, title="List", lines=(), **values):
    made = shop.new("sales.price_list", title=title, direction="sale", active="1", **values)
    for item, above, price in lines:
        shop.new(
            "sales.price_line", price_list=made, item=shop.items[item], above=str(above), price=str(price)
        )
    return made


def problems(error):
    return {problem.place for problem in error.value.problems}


@pytest.mark.parametrize(("quantity", "gross"), [(1, 1000), (10, 10_000), (11, 9_900), ("10.5", 9_450)])
def test_above_ten_the_whole_quantity_is_cheaper(shop, quantity, gross):
    price_list(shop, lines=[("lamp", 0, 1000), ("lamp", 10, 900)])
    document = shop.draft([shop.line("lamp", quantity)])
    assert shop.row(document).gross == gross


def test_a_quantity_that_is_lowered_again_costs_what_it_did_before(shop):
    price_list(shop, lines=[("lamp", 0, 1000), ("lamp", 10, 900)])
    document = shop.draft([shop.line("lamp", 11)])
    (line,) = shop.lines(document)
    head = {"party": shop.parties[0], "day": "1405/08/30", "taxed": "1"}
    shop.run(
        "sales.edit_document",
        document=document,
        head=head,
        lines=[{**shop.line("lamp", 10), "id": str(line.id)}],
    )
    assert shop.lines(document)[0].unit_price == 1000


def test_the_list_of_the_level_goes_first_then_the_one_that_began_latest(shop):
    gold = shop.new("sales.level", title="Gold", percent="5")
    price_list(shop, "Old", [("lamp", 0, 800)], starts="1404/01/01")
    price_list(shop, "New", [("lamp", 0, 700)], starts="1405/01/01")
    price_list(shop, "Over", [("lamp", 0, 100)], starts="1405/01/01", ends="1405/02/01")
    assert shop.lines(shop.draft([shop.line("lamp")]))[0].unit_price == 700
    shop.run(
        "record.edit",
        resource="person",
        record_id=shop.parties[0],
        values={},
        facets={"sales": {"level": str(gold)}},
    )
    line = shop.lines(shop.draft([shop.line("lamp")]))[0]
    assert line.unit_price == 665
    assert "New" in line.origin
    assert "Gold" in line.origin
    price_list(shop, "Golden", [("lamp", 0, 650)], level=gold)
    assert shop.lines(shop.draft([shop.line("lamp")]))[0].unit_price == 650


def test_the_kind_of_a_discount_is_said_and_never_guessed(shop):
    with pytest.raises(Invalid) as error:
        shop.draft([shop.line("lamp", discount_value="50")])
    assert problems(error) == {"lines-0-discount_kind"}
    with pytest.raises(Invalid) as error:
        shop.draft([shop.line("lamp")], discount_kind="percent", discount_value="150")
    assert problems(error) == {"discount_value"}
    percent = shop.draft([shop.line("lamp", discount_kind="percent", discount_value="۵۰٪")])
    assert shop.row(percent).net == 500
    rial = shop.draft([shop.line("lamp", discount_kind="rial", discount_value="50")])
    assert shop.row(rial).net == 950


def test_what_is_wrong_is_told_for_each_line_and_nothing_is_saved(shop):
    with pytest.raises(Invalid) as error:
        shop.draft(
            [
                shop.line("lamp", 0),
                {"title": "Something", "quantity": "1"},
                {"what": "999999", "quantity": "1"},
                shop.line("cable", 1, discount_kind="rial", discount_value="400"),
            ]
        )
    assert problems(error) == {
        "lines-0-quantity",
        "lines-1-unit_price",
        "lines-2-what",
        "lines-3-discount_value",
    }
    with pytest.raises(Invalid):
        shop.draft([])
    assert shop.rows("SELECT count(*) FROM sales.document") == [(0,)]


def test_tax_is_that_of_the_day_and_of_the_class(shop):
    now = shop.draft([shop.line("lamp"), shop.line("book")])
    assert [line.tax for line in shop.lines(now)] == [100, 0]
    before = shop.draft([shop.line("lamp")], day="1402/12/29")
    assert shop.lines(before)[0].tax == 90
    assert shop.row(shop.draft([shop.line("lamp")], taxed="")).tax == 0


def test_numbers_are_given_when_issued_and_run_in_each_fiscal_year(shop):
    first, second = (shop.draft([shop.line("lamp")]) for _n in range(2))
    assert shop.row(first).serial is None
    last_year = shop.issued([shop.line("lamp")], day="1404/12/01")
    for document in (second, first):
        shop.run("sales.issue", document=document)
    numbers = [shop.row(each).number for each in (second, first, last_year)]
    assert numbers == ["1405/1", "1405/2", "1404/1"]
    quote = shop.issued([shop.line("lamp")], kind="quote")
    assert shop.row(quote).number == "1405/1"
    with pytest.raises(Refused):
        shop.run("sales.issue", document=first)


def test_a_quote_makes_an_opportunity_and_an_invoice_a_customer_from_its_day(shop):
    shop.issued([shop.line("lamp")], kind="quote", party=shop.parties[1], day="1405/08/01")
    shop.issued([shop.line("lamp")], party=shop.parties[1], day="1405/08/10")
    shop.issued([shop.line("lamp", unit_price="800")], direction="purchase", party=shop.parties[0])
    roles = "SELECT role, since::text FROM kernel.party_role WHERE party_id = :id AND role <> 'lead' ORDER BY since"
    assert [tuple(row) for row in shop.rows(roles, id=shop.parties[1])] == [
        ("opportunity", "2026-10-23"),
        ("customer", "2026-11-01"),
    ]
    assert [row.role for row in shop.rows(roles, id=shop.parties[0])] == ["supplier"]


def test_a_quote_becomes_an_invoice_with_the_same_values_once(shop):
    quote = shop.issued(
        [
            shop.line("lamp", 3, unit_price="777", discount_kind="percent", discount_value="7"),
            shop.line("cable", "2.5"),
        ],
        kind="quote",
        discount_kind="rial",
        discount_value="101",
        terms="Half now",
    )
    price_list(shop, lines=[("cable", 0, 1)])
    invoice = shop.run("sales.convert", document=quote, to="invoice")
    same = ("gross", "line_discount", "discount", "net", "tax", "payable", "discount_value", "terms")
    assert [getattr(shop.row(invoice), name) for name in same] == [
        getattr(shop.row(quote), name) for name in same
    ]
    copied = ("item_id", "quantity", "unit_price", "discount_value", "gross", "shared", "net", "tax")
    assert [[getattr(line, name) for name in copied] for line in shop.lines(invoice)] == [
        [getattr(line, name) for name in copied] for line in shop.lines(quote)
    ]
    assert (shop.row(quote).converted, shop.row(quote).state) == (True, "accepted")
    with pytest.raises(Refused):
        shop.run("sales.convert", document=quote, to="order")
    shop.run("sales.discard_document", document=invoice)
    again = shop.run("sales.convert", document=quote, to="invoice")
    assert again != invoice


def test_what_was_issued_is_neither_changed_nor_deleted(shop):
    invoice = shop.issued([shop.line("lamp")])
    head = {"party": shop.parties[0], "day": "1405/08/30"}
    with pytest.raises(Refused):
        shop.run("sales.edit_document", document=invoice, head=head, lines=[shop.line("lamp")])
    with pytest.raises(Refused):
        shop.run("sales.discard_document", document=invoice)
    with pytest.raises((Refused, Invalid)):
        shop.run("record.delete", resource="sales.invoice", record_id=invoice)
    assert shop.row(invoice).binned_at is None


def test_returns_bring_back_the_whole_invoice_to_the_rial_and_never_more(shop):
    invoice = shop.issued(
        [shop.line("lamp", 3, discount_kind="percent", discount_value="7"), shop.line("cable", 7)],
        discount_kind="rial",
        discount_value="1001",
    )
    lamp, cable = (line.id for line in shop.lines(invoice))
    back = []
    for quantities in ({lamp: "1"}, {lamp: "1", cable: "3"}, {lamp: "1", cable: "4"}):
        back.append(shop.run("sales.take_back", invoice=invoice, quantities=quantities, reason="Broken"))
    sold = shop.row(invoice)
    for name in ("gross", "net", "tax", "payable"):
        assert sum(getattr(shop.row(each), name) for each in back) == getattr(sold, name), name
    with pytest.raises(Invalid) as error:
        shop.run("sales.take_back", invoice=invoice, quantities={lamp: "0.001"}, reason="More")
    assert problems(error) == {f"quantity-{lamp}"}
    entries = "SELECT sum(quantity), sum(net), sum(tax) FROM sales.sale_entry"
    assert shop.rows(entries) == [(0, 0, 0)]
    with pytest.raises(Refused):
        shop.run("sales.cancel", document=invoice, reason="Mistake")
    middle = shop.row(back[1])
    shop.run("sales.cancel", document=back[1], reason="Mistake")
    assert [line.returned for line in shop.lines(invoice)] == [2, 4]
    again = shop.run("sales.take_back", invoice=invoice, quantities={lamp: "1", cable: "3"}, reason="Again")
    assert (shop.row(again).net, shop.row(again).tax) == (middle.net, middle.tax)


def test_cancelling_keeps_the_number_and_takes_it_out_of_the_reports(shop):
    quote = shop.issued([shop.line("lamp")], kind="quote")
    invoice = shop.run("sales.convert", document=quote, to="invoice")
    shop.run("sales.issue", document=invoice)
    with pytest.raises(Refused):
        shop.run("sales.cancel", document=quote, reason="First the invoice")
    with pytest.raises(Invalid):
        shop.run("sales.cancel", document=invoice, reason="")
    shop.run("sales.cancel", document=invoice, reason="Mistake")
    assert (shop.row(invoice).state, shop.row(invoice).number) == ("cancelled", "1405/1")
    assert shop.rows("SELECT count(*) FROM sales.sale_entry") == [(0,)]
    assert shop.row(quote).converted is False
    assert shop.row(shop.issued([shop.line("lamp")])).number == "1405/2"


def test_quotes_are_refused_with_a_reason_and_expire(shop):
    quote = shop.issued([shop.line("lamp")], kind="quote")
    with pytest.raises(Invalid):
        shop.run("sales.set_state", document=quote, state="rejected")
    shop.run("sales.set_state", document=quote, state="rejected", reason="Dear")
    assert (shop.row(quote).state, shop.row(quote).reason) == ("rejected", "Dear")
    with pytest.raises(Refused):
        shop.run("sales.convert", document=quote)
    old = shop.issued([shop.line("lamp")], kind="quote", day="1405/07/01", valid_until="1405/08/29")
    until_today = shop.issued([shop.line("lamp")], kind="quote", valid_until="1405/08/30")
    with shop.runtime.system_work("test", "sales.expire") as context:
        assert context.run("sales.expire") == 1
    assert [shop.row(each).state for each in (old, until_today)] == ["expired", "issued"]


@pytest.fixture
def seller(shop):
    def make(name, *besides):
        own = [("sales.document", action) for action in ("view", "create", "edit", "issue", *besides)]
        grants = {**dict.fromkeys(own, "own"), ("party", "view"): "all", ("sales.item", "view"): "all"}
        with shop.runtime.engines.owner(shop.runtime.site).begin() as owner:
            return add_user(owner, name, grants=grants)

    return make


def test_prices_discounts_and_converted_invoices_need_their_rights(shop, seller):
    mine = seller("mine")
    with pytest.raises(Invalid) as error:
        shop.draft([shop.line("lamp", unit_price="900")], actor=mine)
    assert problems(error) == {"lines-0-unit_price"}
    with pytest.raises(Invalid) as error:
        shop.draft([shop.line("lamp")], actor=mine, discount_kind="rial", discount_value="5")
    assert problems(error) == {"discount_value"}
    quote = shop.draft([shop.line("lamp")], kind="quote", actor=mine)
    shop.run("sales.issue", mine, document=quote)
    invoice = shop.run("sales.convert", mine, document=quote)
    head = {"party": shop.parties[0], "day": "1405/08/30", "taxed": "1"}
    with pytest.raises(Refused):
        shop.run("sales.edit_document", mine, document=invoice, head=head, lines=[shop.line("lamp")])
    shop.run("sales.issue", mine, document=invoice)
    free = seller("free", "price", "discount", "edit_converted")
    assert shop.row(shop.draft([shop.line("lamp", unit_price="900")], actor=free)).net == 900


def test_a_return_is_not_before_its_invoice_nor_in_days_to_come(shop):
    invoice = shop.issued([shop.line("lamp", 5)], day="1405/08/20")
    (line,) = shop.lines(invoice)
    for day in ("1405/08/19", "1405/09/01"):
        with pytest.raises(Invalid) as refused:
            shop.run("sales.take_back", invoice=invoice, quantities={line.id: "1"}, reason="x", day=day)
        assert refused.value.problems[0].field == "day"
    for day in ("1405/08/20", DAY, None):
        shop.run("sales.take_back", invoice=invoice, quantities={line.id: "1"}, reason="x", day=day)
    ahead = shop.issued([shop.line("lamp")], day="1405/12/29")
    (its,) = shop.lines(ahead)
    back = shop.run("sales.take_back", invoice=ahead, quantities={its.id: "1"}, reason="x")
    assert shop.row(back).day == shop.row(ahead).day
