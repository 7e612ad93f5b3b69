from __future__ import annotations

from tests.resources.conftest import counting

from kernel.resources.lists import ListQuery, page


def test_first_page(runtime, user, add):
    add({"name": "مینا"}, {"name": "پری"}, {"name": "آرش"}, {"name": "گلی"})
    with runtime.reading(user()) as context:
        found = page(context, runtime.resource("client"), ListQuery(limit=3))
    assert [row.label for row in found.rows] == ["آرش", "پری", "گلی"]
    assert found.count == (4, False)
