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
    ids = offer(
        shop, "lamp", ("fitting", "cross", "نصب هم داریم"), ("cable", "side", ""), ("book", "up", "بهتر است")
    )
    sara = enter("sara")
    entered = filled(shop, shop.line("lamp", 3), kind="quote")
    shown = sara.post("/sales/documents/reckon", entered, htmx=True).text
    places = [shown.index(text) for text in ("The fitting", "The cable", "The book")]
    assert places == sorted(places)
    assert "نصب هم داریم" in shown
    assert "کالای مکمل" in shown
    fitting = ids[shop.items["fitting"]]
    assert f"/sales/documents/take?offer={fitting}" in shown
    form = sara.post(f"/sales/documents/take?offer={fitting}", entered, htmx=True)
    assert form.status_code == 200
    assert f'name="lines-1-what" value="{shop.items["fitting"]}"' in form.text
    assert f'name="lines-1-beside" value="{shop.items["lamp"]}"' in form.text
    assert "data-refused" in form.text, "what is not saved yet is not lost by leaving the page"
    both = filled(shop, shop.line("lamp", 3), taken(shop, "lamp"), kind="quote")
    again = sara.post("/sales/documents/reckon", both, htmx=True).text
    assert "take?offer=" in again
    assert f"take?offer={fitting}" not in again, "what is entered is not suggested any more"
    better = sara.post(f"/sales/documents/take?offer={ids[shop.items['book']]}", entered, htmx=True).text
    assert f'name="lines-0-what" value="{shop.items["book"]}"' in better, "the better one takes its place"
    assert f'name="lines-0-beside" value="{shop.items["lamp"]}"' in better
    for wrong in ("0", "999999", "x", "9" * 40, ""):
        kept = sara.post(f"/sales/documents/take?offer={wrong}", entered, htmx=True)
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
    assert "take?offer=" not in head.post("/sales/documents/reckon", bought, htmx=True).text
    shop.run("record.edit", resource="sales.item", record_id=shop.items["fitting"], values={"active": ""})
    assert (
        "take?offer="
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
    assert "در ۱ فاکتور از ۳ فاکتور پذیرفته شد، به مبلغ ۳۳۳" in page
    seller = enter("sara", SELLER)
    assert "پذیرفته شد" not in seller.get(f"/sales/items/{shop.items['lamp']}").text
    report = head.get("/sales/sold/report/offered")
    assert report.status_code in (200, 302, 303, 404)
    (line,) = [each for each in shop.lines(invoice) if each.beside_id]
    shop.run("sales.take_back", invoice=invoice, quantities={line.id: "1"}, reason="x")
    assert ("cross", 0, 0) in reported(shop)


def test_an_offered_good_with_documents_is_not_lost_with_the_offer(shop):
    offer(shop, "lamp", ("fitting", "cross", ""))
    invoice = shop.issued([shop.line("lamp"), taken(shop, "lamp")])
    offer(shop, "lamp")
    assert told(shop, invoice)[1] == (shop.items["lamp"], "cross")
