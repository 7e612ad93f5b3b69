"""Documents through their pages: entering, totals while one types, issuing, converting, taking back, printing."""

from __future__ import annotations

import re

from plugins.sales.tests.conftest import HEAD_OF_SALES

NEW = "/sales/documents/new"


def filled(shop, *lines, **head):
    """What the form sends."""
    sent = {
        "kind": "invoice",
        "direction": "sale",
        "party": shop.parties[0],
        "day": "1405/08/30",
        "taxed": "1",
    }
    for place, line in enumerate(lines):
        sent |= {f"lines-{place}-{name}": value for name, value in line.items()}
    return sent | head


def number_of(address):
    return int(address.rpartition("/")[2].partition("?")[0])


def test_a_seller_enters_a_quote_issues_it_and_makes_an_invoice_of_it(shop, enter):
    sara = enter("sara")
    page = sara.get(f"{NEW}?kind=quote&party={shop.parties[1]}")
    assert f'value="{shop.parties[1]}"' in page.text
    sent = filled(
        shop, shop.line("lamp", 2), shop.line("book"), kind="quote", then="issue", subject="نورپردازی"
    )
    quote = sara.made(f"{NEW}?kind=quote", **sent)
    shown = sara.get(quote).text
    assert "۱۴۰۵/۱" in shown
    assert "The lamp" in shown
    assert "۴٬۷۰۰" in shown
    assert "چهار هزار و هفتصد ریال" in shown
    assert "قیمت فهرست کالا" in shown
    invoice = sara.made(f"/sales/documents/{number_of(quote)}/convert/invoice")
    assert "پیش‌نویس" in sara.get(invoice).text
    listed = sara.get("/sales/quotes").text
    assert "mark-yes" in listed
    assert sara.post(f"/sales/documents/{number_of(invoice)}/issue").status_code == 303
    assert "تبدیل شد به" in sara.get(quote).text
    assert "ساخته‌شده از" in sara.get(invoice).text
    party = sara.get(f"/persons/{shop.parties[0]}").text
    assert "جمع خرید" in party
    assert "فاکتور ۱۴۰۵/۱" in party


def test_the_totals_are_reckoned_while_one_types(shop, enter):
    sara = enter("sara")
    sent = filled(
        shop,
        {**shop.line("lamp", "۳"), "discount_kind": "percent", "discount_value": "10"},
        {"title": "", "quantity": ""},
        discount_kind="rial",
        discount_value="۷۰۰",
    )
    told = sara.post("/sales/documents/reckon", sent, htmx=True)
    assert told.status_code == 200
    assert "۲٬۲۰۰" in told.text
    assert "دو هزار و دویست ریال" in told.text
    assert 'hx-target="#lines-0-sum"' in told.text
    wrong = sara.post("/sales/documents/reckon", filled(shop, shop.line("lamp", "x")), htmx=True)
    assert wrong.status_code == 200
    assert "باید عدد باشد" in wrong.text


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it(shop, enter):
    sara = enter("sara")
    sent = filled(shop, {**shop.line("lamp", 2), "discount_value": "5"}, subject="موضوع من")
    refused = sara.post(NEW, sent)
    assert refused.status_code == 422
    assert "درصد است یا ریال" in refused.text
    assert "موضوع من" in refused.text
    assert re.search(
        r'name="lines-0-quantity"[^>]*value="۲"|value="۲"[^>]*name="lines-0-quantity"', refused.text
    )
    assert 'data-label="The lamp"' in refused.text
    assert shop.rows("SELECT count(*) FROM sales.document") == [(0,)]


def test_a_draft_is_edited_and_two_editors_do_not_overwrite_each_other(shop, enter):
    sara = enter("sara")
    address = sara.made(NEW, **filled(shop, shop.line("lamp", 2)))
    number = number_of(address)
    page = sara.get(f"/sales/documents/{number}/edit").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    line = re.search(r'name="lines-0-id" value="(\d+)"', page)[1]
    sent = filled(shop, {**shop.line("lamp", 5), "id": line}, version=version)
    assert sara.post(f"/sales/documents/{number}/edit", sent).status_code == 303
    assert shop.lines(number)[0].quantity == 5
    assert sara.post(f"/sales/documents/{number}/edit", sent).status_code == 409


def test_goods_are_chosen_by_barcode_code_and_name(shop, enter):
    carpet = shop.new(
        "sales.item",
        parts={"variants": [{"size": "", "colour": _colour(shop)}], "barcodes": [{"code": "6260001"}]},
        title="فرش افشان",
        code="K1",
        kind="goods",
    )
    sara = enter("sara")
    lamp = shop.items["lamp"]
    assert f'data-value="{lamp}"' in sara.get("/sales/choose?q=lamp").text
    assert f'data-value="{carpet}"' in sara.get("/sales/choose?q=۶۲۶۰۰۰۱").text
    by_name = sara.get("/sales/choose?q=افشان").text
    (variant,) = [row.id for row in shop.rows("SELECT id FROM sales.variant")]
    assert f'data-value="{carpet}-{variant}"' in by_name
    assert f'data-value="{carpet}"' not in by_name, "a good with variants is chosen by its variant"


def _colour(shop):
    ((number,),) = shop.rows("SELECT id FROM kernel.base_value WHERE list = 'sales.colour' LIMIT 1")
    return str(number)


def test_sellers_see_their_own_documents_only(shop, enter):
    mine = enter("sara").made(NEW, **filled(shop, shop.line("lamp")))
    other = enter("omid")
    assert other.get(mine).status_code == 404
    assert other.get(f"/sales/documents/{number_of(mine)}/edit").status_code == 404
    assert other.post(f"/sales/documents/{number_of(mine)}/issue").status_code == 404
    assert other.ids("/sales/invoices") == []
    assert enter("head2", HEAD_OF_SALES).get(mine).status_code == 200


def test_the_head_of_sales_takes_goods_back_and_cancels(shop, enter):
    head = enter("mina", HEAD_OF_SALES)
    invoice = number_of(head.made(NEW, **filled(shop, shop.line("lamp", 3), then="issue")))
    (line,) = shop.lines(invoice)
    address = f"/sales/documents/{invoice}/take-back"
    assert head.get(address).status_code == 200
    refused = head.post(address, {f"quantity-{line.id}": "4", "reason": "خراب", "day": "1405/08/30"})
    assert refused.status_code == 422
    assert "حداکثر ۳" in refused.text
    back = head.made(address, **{f"quantity-{line.id}": "1", "reason": "خراب", "day": "1405/08/30"})
    assert "برگشت" in head.get(back).text
    refused = head.post(f"/sales/documents/{invoice}/cancel", {"reason": "اشتباه"})
    assert "ابتدا برگشت‌ها را باطل کنید" in refused.text
    for document in (number_of(back), invoice):
        assert head.post(f"/sales/documents/{document}/cancel", {"reason": "اشتباه"}).status_code == 303
    assert "باطل‌شده" in head.get("/sales/invoices").text


def test_drafts_are_thrown_away_and_converted_ones_not_by_the_bin(shop, enter):
    head = enter("mina", HEAD_OF_SALES)
    quote = number_of(head.made(NEW, **filled(shop, shop.line("lamp"), kind="quote", then="issue")))
    order = number_of(head.made(f"/sales/documents/{quote}/convert/order"))
    refused = head.post(f"/sales/orders/{order}/delete", {})
    assert shop.row(order).binned_at is None
    assert refused.status_code in (303, 409, 422)
    assert head.get(f"/sales/documents/{order}/discard").status_code == 200
    assert head.post(f"/sales/documents/{order}/discard").status_code == 303
    assert shop.row(quote).converted is False


def test_reports_count_what_was_sold(shop, enter):
    head = enter("mina", HEAD_OF_SALES)
    head.made(NEW, **filled(shop, shop.line("lamp", 3), shop.line("book", 2), then="issue"))
    page = head.get("/sales/sold/report?group=item&figure=sum:net").text
    assert "The lamp" in page
    assert "۳٬۰۰۰" in page


def test_papers_hold_numbers_of_both_sides_and_the_amount_in_words(shop, enter):
    from plugins.sales.papers import papers_of

    invoice = shop.issued([shop.line("lamp", 3)])
    with shop.runtime.reading(shop.administrator) as context:
        paper = papers_of(context, [invoice])[invoice]
    assert paper["document"]["payable"] == 3300
    assert paper["buyer"]["name"] == "Rad"
    assert [line["quantity"] for line in paper["goods"]] == ["3"]
    sara = enter("mina", HEAD_OF_SALES)
    for kind in ("invoice", "waybill"):
        answer = sara.get(f"/printing/documents/sales.{kind}/{invoice}")
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
