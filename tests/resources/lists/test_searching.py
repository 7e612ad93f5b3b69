from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.resources.errors import Invalid
from kernel.resources.lists import (
    Filter,
    ListQuery,
    page,
    search_everywhere,
    searching,
    standing,
    suggestions,
)
from kernel.resources.lists.searching import words_of
from tests.resources.conftest import counting


def beside(context, resource, query, record):
    stands = standing(context, resource, query, record)
    return (stands.before, stands.after) if stands else (None, None)


@pytest.fixture
def clients(runtime):
    return runtime.resource("client")


@pytest.fixture
def people(add):
    return add(
        {"name": "رضا زاده", "mobile": "+989121234567", "national_code": "0499370899"},
        {"name": "علی رضا‌زاده", "code": "B-17"},
        {"name": "رضا"},
        {"name": "محمدرضا كياني"},
        {"name": "مؤذن، آذر", "mobile": "+982188776655"},
    )


@pytest.fixture
def search(runtime, clients, user, people):
    actor = user()

    def labels(words, **more):
        with runtime.reading(actor) as context:
            found = page(context, clients, ListQuery(search=words, **more))
            return [row.label for row in found.rows]

    return labels


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("رضا", ["رضا", "رضا زاده", "علی رضا‌زاده", "محمدرضا كياني"]),
        ("رضازاده", ["رضا زاده", "علی رضا‌زاده"]),
        ("رضا زاده", ["رضا زاده", "علی رضا‌زاده"]),
        ("زاده علی", ["علی رضا‌زاده"]),
        ("کیانی", ["محمدرضا كياني"]),
        ("ك", []),
        ("رض", ["رضا", "رضا زاده"]),
        ("عل زاده", ["علی رضا‌زاده"]),
        ("اذر موذن", ["مؤذن، آذر"]),
        ("آذر", ["مؤذن، آذر"]),
        ("b17", ["علی رضا‌زاده"]),
        ("B-17", ["علی رضا‌زاده"]),
        ("4567", ["رضا زاده"]),
        ("۴۵۶۷", ["رضا زاده"]),
        ("٤٥٦٧", ["رضا زاده"]),
        ("09121234567", ["رضا زاده"]),
        ("+98 912 123", ["رضا زاده"]),
        ("00989121234567", ["رضا زاده"]),
        ("0912-123-4567", ["رضا زاده"]),
        ("0499370899", ["رضا زاده"]),
        ("021 8877", ["مؤذن، آذر"]),
        ("هیچ‌کس", []),
        ("%", []),
        ("___", []),
        ("\\", []),
        ("%" * 10_000, []),
        ("رضا" + "%_\\" * 3_000, ["رضا", "رضا زاده", "علی رضا‌زاده", "محمدرضا كياني"]),
        ("a " * 5_000, []),
        ("\x00رضا\x00", ["رضا", "رضا زاده", "علی رضا‌زاده", "محمدرضا كياني"]),
    ],
)
def test_words(search, words, expected):
    assert search(words) == expected


def test_an_explicit_sort_overrides_the_best_first(search):
    assert search("رضا", sort="-name") == ["محمدرضا كياني", "علی رضا‌زاده", "رضا زاده", "رضا"]
    assert search("رضا", sort="-name", filters=(Filter("code", "filled"),)) == ["علی رضا‌زاده"]


def test_pages_of_a_search_go_both_ways(runtime, clients, user, people):
    with runtime.reading(user()) as context:
        query = ListQuery(search="رضا", limit=3)
        first = page(context, clients, query)
        second = page(context, clients, query.turned(first.next_cursor))
        back = page(context, clients, query.turned(second.previous_cursor, "previous"))
    assert [row.label for row in second.rows] == ["محمدرضا كياني"]
    assert second.next_cursor is None
    assert first.previous_cursor is None
    assert [row.label for row in back.rows] == [row.label for row in first.rows]
    assert first.count == (4, False)


def test_pages_of_a_search_stay_right_when_hits_come_and_go(runtime, clients, user, people, add):
    with runtime.reading(user()) as context:
        first = page(context, clients, ListQuery(search="رضا", limit=3))
    add({"name": "رضا"})
    with runtime.reading(user("ali")) as context:
        second = page(context, clients, ListQuery(search="رضا", limit=3, cursor=first.next_cursor))
        assert [row.label for row in second.rows] == ["محمدرضا كياني"]
        for cursor in ("x", "WyJiZXN0IiwwLFstNV0sMV0"):
            with pytest.raises(Invalid):
                page(context, clients, ListQuery(search="رضا", cursor=cursor))


def test_neighbours_in_a_search(runtime, clients, user, people):
    zade, ali, reza, *_others = people
    with runtime.reading(user()) as context:
        assert beside(context, clients, ListQuery(search="رضا"), zade) == (reza, ali)
        assert beside(context, clients, ListQuery(search="رضا"), reza) == (None, zade)
        assert beside(context, clients, ListQuery(search="رضا"), people[-1]) == (None, None)


@pytest.mark.parametrize("beginning", [True, False])
def test_a_capped_search_says_so_and_shows_the_exact_hit_first(
    runtime, clients, user, add, monkeypatch, beginning
):
    monkeypatch.setattr(searching, "CAP", 10)
    add(*({"name": f"reza{n:02}" if beginning else f"n{n} reza"} for n in range(30)))
    add({"name": "Reza", "code": "77"})
    with runtime.reading(user()) as context:
        found = page(context, clients, ListQuery(search="reza", limit=4))
        few = page(context, clients, ListQuery(search="reza 77"))
    assert found.rows[0].label == "Reza"
    assert found.count == (10, True)
    assert found.capped_search
    assert (few.count, few.capped_search) == ((1, False), False)


def test_private_numbers_are_found_only_by_those_who_may_search_them(
    runtime, clients, user, people, monkeypatch
):
    monkeypatch.setattr(type(runtime), "may_search_private", lambda *_arguments: False)
    with runtime.reading(user()) as context:
        assert not page(context, clients, ListQuery(search="4567")).rows
        assert len(page(context, clients, ListQuery(search="رضا")).rows) == 4


def test_only_what_the_actor_may_see_is_found(runtime, clients, user, people, add):
    sara = user(grants={("client", "view"): "own"})
    add({"name": "رضای سارا", "owner_id": sara.user_id})
    with runtime.reading(sara) as context:
        assert [row.label for row in page(context, clients, ListQuery(search="رضا")).rows] == ["رضای سارا"]
        assert [label for _id, label in suggestions(context, clients, "")] == ["رضای سارا"]


def test_each_word_is_a_pattern_of_its_own_that_ends_in_a_wildcard(runtime, clients, user):
    with runtime.reading(user()) as context, counting(context.session) as statements:
        page(context, clients, ListQuery(search="رضا کیانی"))
    search = next(each for each in statements if "LIKE" in each and each.count("LIKE") >= 2)
    assert "ALL(" not in search
    assert "ILIKE" not in search
    assert "ESCAPE" not in search


def test_words_are_counted_out():
    words = words_of(" ".join(f"word{n}" for n in range(50)))
    assert len(words.terms) == searching.MOST_WORDS
    assert words_of("  \t ") is None


def test_resources_without_search(runtime, user):
    purchases = runtime.resource("purchase")
    actor = user(grants={("purchase", "view"): "all"})
    with runtime.reading(actor) as context:
        assert suggestions(context, purchases, "x") == []
        with pytest.raises(Invalid):
            page(context, purchases, ListQuery(search="x"))


def test_suggestions(runtime, clients, user, people):
    with runtime.reading(user()) as context:
        assert [label for _id, label in suggestions(context, clients, "رضا", limit=2)] == ["رضا", "رضا زاده"]
        assert len(suggestions(context, clients, "  ", limit=3)) == 3
        assert suggestions(context, clients, "qq") == []
    with runtime.reading(user("none", grants={})) as context:
        assert suggestions(context, clients, "رضا") == []


def test_search_everywhere(runtime, user, people):
    clients = replace(runtime.resource("client"), description=lambda _context, record: record.mobile or "")
    object.__setattr__(
        runtime.declared, "resources", {"client": clients, "purchase": runtime.resource("purchase")}
    )
    with runtime.reading(user()) as context:
        (group,) = search_everywhere(context, "رضا", limit=2)
        assert [(hit.label, hit.description) for hit in group.hits] == [
            ("رضا", ""),
            ("رضا زاده", "+989121234567"),
        ]
        assert group.more
        assert search_everywhere(context, " ") == []
        assert search_everywhere(context, "نیست") == []
    with runtime.reading(user("none", grants={})) as context:
        assert search_everywhere(context, "رضا") == []
