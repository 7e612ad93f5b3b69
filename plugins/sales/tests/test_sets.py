"""Composed goods, levels that a segment gives for some time, and prices that do not outlive their customer."""

from __future__ import annotations

import pytest

from kernel.resources.errors import Invalid, Refused
from plugins.sales.tests.conftest import DAY


def holding(shop, item, *parts):
    rows = [{"component": str(component), "quantity": str(quantity)} for component, quantity in parts]
    shop.run("record.edit", resource="sales.item", record_id=item, values={}, parts={"components": rows})


def composed(shop, *parts, **more):
    number = shop.new("sales.item", title="بستهٔ روشنایی", code="set", kind="goods", **more)
    holding(shop, number, *((shop.items[code], quantity) for code, quantity in parts))
    shop.items["set"] = number
    return number


def only(shop, document):
    (line,) = shop.lines(document)
    return line


def test_a_set_costs_what_it_holds_and_says_what_that_is(shop):
    composed(shop, ("lamp", 2), ("cable", "1.5"), ("fitting", 1))
    line = only(shop, shop.draft([shop.line("set", 3)]))
    assert line.unit_price == 2 * 1_000 + 500 + 5_000, "one and a half of 333 are 499.5"
    assert line.gross == 3 * 7_500
    assert line.description == "۲ × The lamp، ۱٫۵ × The cable، ۱ × The fitting"
    assert line.origin == "جمع اجزای مجموعه"
    own = only(shop, shop.draft([shop.line("set", description="با کارتن")]))
    assert own.description == "با کارتن"


def test_a_set_with_a_price_of_its_own_costs_that_and_breaks_count_for_all_it_holds(shop):
    composed(shop, ("lamp", 4), sale_price="3500")
    assert only(shop, shop.draft([shop.line("set")])).unit_price == 3_500
    shop.run("record.edit", resource="sales.item", record_id=shop.items["set"], values={"sale_price": ""})
    listed = shop.new("sales.price_list", title="لیست", direction="sale", active="1")
    shop.new("sales.price_line", price_list=listed, item=shop.items["lamp"], above="10", price="900")
    assert only(shop, shop.draft([shop.line("set", 2)])).unit_price == 4_000
    assert only(shop, shop.draft([shop.line("set", 3)])).unit_price == 3_600, "twelve lamps are above ten"


def test_sets_are_not_made_of_sets_nor_of_themselves(shop):
    inner = composed(shop, ("lamp", 2))
    lamp, cable, book = (shop.items[code] for code in ("lamp", "cable", "book"))
    for item, component, quantity in (
        (cable, inner, 1),
        (inner, inner, 1),
        (cable, lamp, 0),
        (cable, lamp, -1),
        (lamp, book, 1),
    ):
        with pytest.raises((Invalid, Refused)):
            holding(shop, item, (component, quantity))
    with pytest.raises((Invalid, Refused)):
        holding(shop, cable, (book, 1), (book, 2))


def test_what_a_set_holds_is_not_thrown_away(shop):
    composed(shop, ("lamp", 2))
    with pytest.raises(Refused):
        shop.run("record.delete", resource="sales.item", record_id=shop.items["lamp"])


def agreed(shop, level, party=0):
    facets = {"sales": {"level": str(level)}}
    shop.run("record.edit", resource="person", record_id=shop.parties[party], values={}, facets=facets)


def test_whom_a_segment_finds_gets_its_best_level_but_what_is_agreed_goes_first(shop):
    for title, percent, key in (("بد", "5", "Rad"), ("خوب", "10", "Rad"), ("دیگران", "90", "Kia")):
        found = shop.run(
            "segment.save", name=title, resource="person", filters=[("last_name", "is", key)], shared=True
        )
        shop.new("sales.level", title=title, percent=percent, segment=str(found))
    assert only(shop, shop.draft([shop.line("lamp")])).unit_price == 900
    assert only(shop, shop.draft([shop.line("lamp")], party=shop.parties[1])).unit_price == 100
    agreed(shop, shop.new("sales.level", title="توافقی", percent="2"))
    assert only(shop, shop.draft([shop.line("lamp")])).unit_price == 980


def test_a_level_holds_on_its_days_alone(shop):
    level = shop.new("sales.level", title="نمایشگاه", percent="20", starts=DAY, ends=DAY)
    agreed(shop, level)
    assert only(shop, shop.draft([shop.line("lamp")])).unit_price == 800
    assert only(shop, shop.draft([shop.line("lamp")], day="1405/09/01")).unit_price == 1_000
    with pytest.raises(Invalid):
        shop.new("sales.level", title="وارونه", percent="1", starts="1405/09/02", ends="1405/09/01")


def test_another_party_does_not_inherit_the_price_of_the_first(shop):
    level = shop.new("sales.level", title="طلایی", percent="50")
    agreed(shop, level)
    draft = shop.draft([shop.line("lamp")])
    line = only(shop, draft)
    assert line.unit_price == 500

    def edited(party):
        head = {"party": party, "day": DAY, "taxed": "1"}
        shop.run("sales.edit_document", document=draft, head=head, lines=[shop.line("lamp", id=str(line.id))])
        return only(shop, draft).unit_price

    shop.run(
        "record.edit", resource="sales.item", record_id=shop.items["lamp"], values={"sale_price": "3000"}
    )
    assert edited(shop.parties[0]) == 500, "what was not changed keeps its price"
    assert edited(shop.parties[1]) == 3_000
