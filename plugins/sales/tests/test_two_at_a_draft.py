"""Two at one draft: whoever saves later sees both versions, and nothing is written over unseen."""

from __future__ import annotations

import re

from plugins.sales.tests.conftest import HEAD_OF_SALES
from plugins.sales.tests.test_pages import filled


def test_both_versions_are_shown_and_saved_over_only_knowingly(shop, enter):
    sara, omid = enter("sara", HEAD_OF_SALES), enter("omid", HEAD_OF_SALES)
    draft = shop.draft([shop.line("lamp"), shop.line("book")], subject="نخست")
    edit = f"/sales/documents/{draft}/edit"
    lamp, book = shop.lines(draft)
    old = re.search(r'name="version" value="(\d+)"', omid.get(edit).text)[1]
    kept = {**shop.line("book"), "id": str(book.id)}
    hers = filled(shop, {**shop.line("lamp", 7), "id": str(lamp.id)}, kept, version=old, subject="از سارا")
    assert sara.post(edit, hers).status_code == 303
    own = filled(shop, {**shop.line("lamp", 3), "id": str(lamp.id)}, kept, version=old, subject="از امید")
    late = omid.post(
        edit, {**own, "lines-2-title": "کار دستی", "lines-2-unit_price": "90", "lines-2-quantity": "1"}
    )
    assert late.status_code == 409
    table = late.text.split("<tbody>")[1].split("</tbody>")[0]
    for seen in ("از سارا", "از امید", "The lamp · ۷", "The lamp · ۳", "کار دستی · ۱ · ۹۰"):
        assert seen in table
    assert "The book" not in table, "what both have alike is not told"
    assert shop.row(draft).subject == "از سارا"
    new = re.search(r'name="version" value="(\d+)"', late.text)[1]
    assert omid.post(edit, {**own, "version": old}).status_code == 409, "the old version never writes"
    assert omid.post(edit, {**own, "version": new}).status_code == 303
    assert (shop.row(draft).subject, [line.quantity for line in shop.lines(draft)]) == ("از امید", [3, 1])
