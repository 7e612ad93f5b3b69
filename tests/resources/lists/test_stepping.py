"""Where a record stands in a list, against the list read from its first page to its last."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.resources.lists import Filter, ListQuery, page, standing, stepping


@pytest.fixture
def clients(runtime):
    return runtime.resource("client")


@pytest.fixture
def many(add):
    return add(
        *(
            {
                "name": f"رضا {number:02}",
                "kind": ("gold", "silver", None)[number % 3],
                **({"visited_on": date(2026, 1, 1 + number)} if number % 2 else {}),
            }
            for number in range(11)
        )
    )


def walked(context, resource, query):
    """All rows by their pages."""
    pages, asked = [], query
    while True:
        found = page(context, resource, asked)
        pages.append([row.id for row in found.rows])
        if not found.next_cursor:
            return pages
        asked = asked.turned(found.next_cursor)


@pytest.mark.parametrize("sort", ["", "-name", "visit", "-visit", "visited_on", "-visited_on", "kind"])
@pytest.mark.parametrize("limit", [1, 3, 11])
def test_a_record_is_told_its_place_its_neighbours_and_its_page(runtime, clients, user, many, sort, limit):
    query = ListQuery(sort=sort, limit=limit)
    with runtime.reading(user()) as context:
        pages = walked(context, clients, query)
        rows = [number for each in pages for number in each]
        assert sorted(rows) == sorted(many)
        for place, number in enumerate(rows):
            stands = standing(context, clients, query, number)
            assert stands.number == place + 1
            assert stands.count == (11, False)
            assert stands.before == (rows[place - 1] if place else None)
            assert stands.after == (rows[place + 1] if place < 10 else None)
            shown = [row.id for row in page(context, clients, stands.page).rows]
            assert shown == pages[place // limit]


def test_a_hit_of_a_search_is_found_on_its_page(runtime, clients, user, many):
    query = ListQuery(search="رضا", limit=4)
    with runtime.reading(user()) as context:
        pages = walked(context, clients, query)
        for place, number in enumerate(number for each in pages for number in each):
            stands = standing(context, clients, query, number)
            assert (stands.number, stands.count.number) == (place + 1, 11)
            assert [row.id for row in page(context, clients, stands.page).rows] == pages[place // 4]


def test_what_is_too_far_down_begins_its_page(runtime, clients, user, many, monkeypatch):
    monkeypatch.setattr(stepping, "MOST_COUNTED", 5)
    with runtime.reading(user()) as context:
        stands = standing(context, clients, ListQuery(limit=2), many[8])
        assert stands.number is None
        assert stands.count == (5, True)
        assert [row.id for row in page(context, clients, stands.page).rows] == many[8:10]


def test_what_is_not_in_the_list_has_no_place(runtime, clients, user, many):
    with runtime.reading(user()) as context:
        gold = ListQuery(filters=(Filter("kind", "is", "gold"),))
        assert standing(context, clients, gold, many[1]) is None
