"""New versions of a quote replace the earlier one once they are issued; the same once more costs what it costs today."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel.resources.errors import CommandError, Refused


def states(shop, *documents):
    return [shop.row(each).state for each in documents]


def test_a_new_version_replaces_the_earlier_one_once_it_is_issued(shop):
    first = shop.issued(
        [shop.line("lamp", 3), shop.line("cable", 7)], "quote", discount_kind="percent", discount_value="10"
    )
    second = shop.run("sales.revise", document=first)
    earlier, later = shop.row(first), shop.row(second)
    assert (later.state, later.edition, later.revises_id, later.payable) == (
        "draft",
        2,
        first,
        earlier.payable,
    )
    assert later.valid_until > earlier.day
    assert [line.net for line in shop.lines(second)] == [line.net for line in shop.lines(first)]
    assert states(shop, first) == ["issued"]
    with pytest.raises(Refused):
        shop.run("sales.revise", document=first)
    shop.run("sales.issue", document=second)
    assert states(shop, first, second) == ["replaced", "issued"]
    for what, more in (("convert", {}), ("set_state", {"state": "accepted"}), ("revise", {})):
        with pytest.raises(Refused):
            shop.run(f"sales.{what}", document=first, **more)
    assert shop.row(shop.run("sales.convert", document=second)).payable == earlier.payable
    third = shop.run("sales.copy", document=second)
    assert (shop.row(third).edition, shop.row(third).revises_id) == (1, None)


def test_a_void_version_lets_the_earlier_one_count_again(shop):
    first = shop.issued([shop.line("lamp")], kind="quote")
    second = shop.run("sales.issue", document=shop.run("sales.revise", document=first))
    shop.run("sales.cancel", document=second, reason="x")
    assert states(shop, first, second) == ["issued", "cancelled"]
    thrown = shop.run("sales.revise", document=first)
    shop.run("sales.discard_document", document=thrown)
    assert shop.row(shop.run("sales.revise", document=first)).edition == 2


def test_what_was_converted_meanwhile_is_not_replaced(shop):
    first = shop.issued([shop.line("lamp")], kind="quote")
    second = shop.run("sales.revise", document=first)
    shop.run("sales.convert", document=first)
    with pytest.raises(Refused):
        shop.run("sales.issue", document=second)
    assert states(shop, first, second) == ["accepted", "draft"]
    with pytest.raises(Refused):
        shop.run("sales.revise", document=first)


@pytest.mark.parametrize("kind", ["order", "invoice"])
def test_only_quotes_have_versions(shop, kind):
    for document in (shop.issued([shop.line("lamp")], kind=kind), shop.draft([shop.line("lamp")], "quote")):
        with pytest.raises(Refused):
            shop.run("sales.revise", document=document)


def test_of_many_who_revise_at_once_one_does(shop):
    quote = shop.issued([shop.line("lamp")], kind="quote")

    def one(_place):
        try:
            return shop.run("sales.revise", document=quote)
        except CommandError as error:
            return error

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(one, range(5)))
    assert sum(isinstance(answer, int) for answer in answers) == 1


def test_the_same_once_more_is_at_the_prices_of_today(shop):
    invoice = shop.issued(
        [
            shop.line("lamp", 4, discount_kind="percent", discount_value="12.5"),
            shop.line("cable", 2, unit_price="300"),
            {"title": "کرایه", "quantity": "1", "unit_price": "750"},
        ],
        discount_kind="rial",
        discount_value="100",
    )
    shop.run(
        "record.edit", resource="sales.item", record_id=shop.items["lamp"], values={"sale_price": "2000"}
    )
    again = shop.run("sales.copy", document=invoice)
    found = shop.row(again)
    assert (found.kind, found.state, found.discount_value, found.source_id) == ("invoice", "draft", 100, None)
    assert [(line.unit_price, line.discount) for line in shop.lines(again)] == [
        (2_000, 1_000),
        (300, 0),
        (750, 0),
    ]
    with pytest.raises(Refused):
        shop.run("sales.copy", document=shop.run(
            "sales.take_back", invoice=invoice, quantities={shop.lines(invoice)[0].id: "1"}, reason="x"
        ))  # fmt: skip


def test_the_pages_lead_to_the_new_draft(shop, enter):
    quote = shop.issued([shop.line("lamp")], kind="quote")
    boss = enter("boss", {("sales.document", action): "all" for action in ("view", "create", "edit", "issue")} | {
        ("party", "view"): "all", ("sales.item", "view"): "all",
    })  # fmt: skip
    page = boss.get(f"/sales/quotes/{quote}").text
    assert "نسخهٔ تازه" in page
    assert "سند تازه با همین ردیف‌ها" in page
    for step in ("copy", "revise"):
        answer = boss.post(f"/sales/documents/{quote}/{step}")
        assert answer.status_code == 303
        assert boss.get(answer.headers["Location"]).status_code == 200
