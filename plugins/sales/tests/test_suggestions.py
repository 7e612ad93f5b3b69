"""What is offered beside goods: declared, suggested while one enters, taken with one click, and counted in a report."""

from __future__ import annotations

import pytest

from kernel.resources.errors import Invalid, Refused
from plugins.sales.tests.conftest import HEAD_OF_SALES, SELLER
from plugins.sales.tests.test_pages import filled, number_of


def offer(shop, beside, *rows):
    parts = [
        {"offered": str(shop.items[code]), "kind": kind, "position": str(place), "words": words}
        for place, (code, kind, words) in enumerate(rows)
    ]
    shop.run(
        "record.edit",
        resource="sales.item",
        record_id=shop.items[beside],
        values={},
        parts={"suggestions": parts},
    )
    found = "SELECT offered_id, id FROM sales.suggestion WHERE item_id = :id"
    return dict(shop.rows(found, id=shop.items[beside]))


def taken(shop, beside, item="fitting", **more):
    return shop.line(item, 1, beside=str(shop.items[beside]), **more)


def told(shop, document):
    return [(line.beside_id, line.beside_kind) for line in shop.lines(document)]


def reported(shop):
    rows = "SELECT beside_kind, sum(quantity), sum(net) FROM sales.sale_entry WHERE beside_id IS NOT NULL GROUP BY 1"
    return shop.rows(rows)


def test_a_good_is_not_offered_beside_itself_nor_twice(shop):
    for rows in (
        [("lamp", "side", "")],
        [("cable", "side", ""), ("cable", "up", "")],
        [("cable", "gift", "")],
    ):
        with pytest.raises((Invalid, Refused)):
            offer(shop, "lamp", *rows)


def test_offers_are_suggested_in_their_order_while_lines_are_entered_and_taken_with_one_click(shop, enter):
    offer(
        shop, "lamp", ("fitting", "cross", "نصب هم داریم"), ("cable", "side", ""), ("book", "up", "بهتر است")
    )
    sara = enter("sara")
    entered = filled(shop, shop.line("lamp", 3), kind="quote")
    shown = sara.post("/sales/documents/reckon", entered, htmx=True).text
    places = [shown.index(text) for text in ("The fitting", "The cable", "The book")]
    assert places == sorted(places)
    assert "نصب هم داریم" in shown
    assert "کالای مکمل" in shown
    fitting, lamp, book = (shop.items[code] for code in ("fitting", "lamp", "book"))
    take = "/sales/documents/take?item="
    assert f"/sales/documents/take?item={fitting}&amp;beside={lamp}" in shown
    form = sara.post(f"{take}{fitting}&beside={lamp}&how=cross", entered, htmx=True)
    assert form.status_code == 200
    assert f'name="lines-1-what" value="{shop.items["fitting"]}"' in form.text
    assert f'name="lines-1-beside" value="{shop.items["lamp"]}"' in form.text
    assert "data-refused" in form.text, "what is not saved yet is not lost by leaving the page"
    both = filled(shop, shop.line("lamp", 3), taken(shop, "lamp"), kind="quote")
    again = sara.post("/sales/documents/reckon", both, htmx=True).text
    assert "take?item=" in again
    assert f"take?item={fitting}" not in again, "what is entered is not suggested any more"
    better = sara.post(f"{take}{book}&beside={lamp}&how=up", entered, htmx=True).text
    assert f'name="lines-0-what" value="{shop.items["book"]}"' in better, "the better one takes its place"
    assert f'name="lines-0-beside" value="{shop.items["lamp"]}"' in better
    for wrong in ("x", "9" * 40, ""):
        kept = sara.post(f"{take}{wrong}", entered, htmx=True)
        assert kept.status_code == 200
        assert "lines-1-what" not in kept.text
    quote = sara.made("/sales/documents/new", **both)
    assert told(shop, number_of(quote)) == [(None, None), (shop.items["lamp"], "cross")]
    assert "کالای مکمل" in sara.get(quote).text
    assert (
        f'name="lines-1-beside" value="{shop.items["lamp"]}"'
        in sara.get(f"/sales/documents/{number_of(quote)}/edit").text
    )


def test_purchases_and_goods_that_are_not_on_offer_suggest_nothing(shop, enter):
    offer(shop, "lamp", ("fitting", "cross", ""))
    head = enter("boss", HEAD_OF_SALES)
    bought = filled(shop, shop.line("lamp"), direction="purchase")
    assert "take?item=" not in head.post("/sales/documents/reckon", bought, htmx=True).text
    shop.run("record.edit", resource="sales.item", record_id=shop.items["fitting"], values={"active": ""})
    assert (
        "take?item="
        not in head.post("/sales/documents/reckon", filled(shop, shop.line("lamp")), htmx=True).text
    )


def test_only_what_is_really_offered_there_counts_as_taken(shop):
    offer(shop, "lamp", ("fitting", "cross", ""))
    made_up = [
        shop.line("lamp"),
        taken(shop, "lamp", "book"),
        taken(shop, "book"),
        shop.line("cable", 1, beside="9" * 30),
        shop.line("cable", 1, beside="x"),
    ]
    assert set(told(shop, shop.draft(made_up))) == {(None, None)}


def test_the_effect_is_counted_through_quote_and_invoice_and_taken_back_with_returns(shop, enter):
    offer(shop, "lamp", ("fitting", "cross", ""))
    quote = shop.issued([shop.line("lamp"), taken(shop, "lamp")], kind="quote")
    assert reported(shop) == []
    offer(shop, "lamp", ("cable", "side", ""))
    invoice = shop.run("sales.convert", document=quote)
    (first, second) = shop.lines(invoice)
    lines = [{"id": str(first.id), **shop.line("lamp")}, {"id": str(second.id), **taken(shop, "lamp")}]
    head = {"party": shop.parties[0], "day": "1405/08/30", "taxed": "1"}
    shop.run("sales.edit_document", document=invoice, head=head, lines=lines)
    shop.run("sales.issue", document=invoice)
    shop.issued([shop.line("lamp"), taken(shop, "lamp", "cable")])
    shop.issued([shop.line("lamp")])
    assert sorted(reported(shop)) == [("cross", 1, 5000), ("side", 1, 333)]
    head = enter("boss", {**HEAD_OF_SALES, ("sales.document", "report"): "all"})
    page = head.get(f"/sales/items/{shop.items['lamp']}").text
    assert "در ۱ فاکتور از ۳ فاکتور پذیرفته شد، به مبلغ" in page
    seller = enter("sara", SELLER)
    assert "پذیرفته شد" not in seller.get(f"/sales/items/{shop.items['lamp']}").text
    (line,) = [each for each in shop.lines(invoice) if each.beside_id]
    shop.run("sales.take_back", invoice=invoice, quantities={line.id: "1"}, reason="x")
    assert ("cross", 0, 0) in reported(shop)


def test_an_offered_good_with_documents_is_not_lost_with_the_offer(shop):
    offer(shop, "lamp", ("fitting", "cross", ""))
    invoice = shop.issued([shop.line("lamp"), taken(shop, "lamp")])
    offer(shop, "lamp")
    assert told(shop, invoice)[1] == (shop.items["lamp"], "cross")


def test_goods_that_are_sold_together_are_offered_and_counted_as_far_as_one_sees_them(shop, enter):
    for _turn in range(2):
        shop.issued([shop.line("lamp"), shop.line("cable")])
    shop.issued([shop.line("lamp"), shop.line("book")])
    head, sara = enter("boss", HEAD_OF_SALES), enter("sara")
    entered = filled(shop, shop.line("lamp"), kind="quote", party=shop.parties[1])
    shown = head.post("/sales/documents/reckon", entered, htmx=True).text
    assert "اغلب با آن خریده می‌شود" in shown
    assert f"take?item={shop.items['cable']}&amp;beside={shop.items['lamp']}" in shown
    assert f"take?item={shop.items['book']}" not in shown, "once is no habit"
    assert "take?item=" not in sara.post("/sales/documents/reckon", entered, htmx=True).text
    quote = shop.draft([shop.line("lamp"), taken(shop, "lamp", "cable"), taken(shop, "lamp", "book")])
    assert told(shop, quote)[1:] == [(shop.items["lamp"], "together"), (None, None)]


def test_what_a_customer_buys_again_and_again_is_offered_to_him_alone(shop, enter):
    for day in ("1404/09/10", "1405/01/10"):
        shop.issued([shop.line("fitting")], day=day)
    shop.issued([shop.line("book")], day="1403/01/10")
    shop.issued([shop.line("book")], day="1405/01/10")
    head = enter("boss", HEAD_OF_SALES)
    shown = head.post("/sales/documents/reckon", filled(shop, shop.line("lamp")), htmx=True).text
    assert "خرید همیشگی مشتری" in shown
    assert f"take?item={shop.items['fitting']}" in shown
    assert f"take?item={shop.items['book']}" not in shown, "one of them is too long ago"
    other = filled(shop, shop.line("lamp"), party=shop.parties[1])
    assert "take?item=" not in head.post("/sales/documents/reckon", other, htmx=True).text
