from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kernel.resources.errors import Invalid
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.lists.cursors import Position, decode, encode
from tests.resources.bazaar import CLIENT

QUERIES = [
    ListQuery(),
    ListQuery(search="رضا زاده", sort="-visit", limit=20),
    ListQuery(filters=(Filter("kind", "any", ("gold", "silver")), Filter("name", "contains", "a=b&c"))),
    ListQuery(filters=(Filter("clinic.blood", "is", "a"), Filter("note", "filled", ""))),
    ListQuery(filters=(Filter("visited_on", "from", "1405/01/01"), Filter("visited_on", "to", "1405/02/01"))),
    ListQuery(filters=(Filter("kind", "is", "gold", 1), Filter("kind", "any", ("a", "b"), 2))),
    ListQuery(columns=("name", "clinic.weight"), cursor="abc"),
    ListQuery(cursor="abc", direction="previous"),
]


@pytest.mark.parametrize("query", QUERIES)
def test_round_trip_through_a_url(query):
    args = query.to_args()
    assert ListQuery.from_args(CLIENT, MultiDict(args)) == query
    assert ListQuery.from_args(CLIENT, args) == query


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(Filter, WORDS, st.sampled_from(["is", "contains", "empty"]), WORDS, st.integers(0, 8)),
        max_size=6,
        unique_by=lambda item: (item.group, item.field, item.operator),
    )
)
def test_alternatives_round_trip_through_a_url_and_through_json(filters):
    query = ListQuery(filters=tuple(filters))
    assert ListQuery.from_args(CLIENT, MultiDict(query.to_args())) == query
    again = json.loads(json.dumps([item.plain() for item in filters]))
    assert [Filter.of_plain(item) for item in again] == filters


@pytest.mark.parametrize(
    "kept",
    [[], ["a"], ["a", "is", "x", "1"], ["a", "is", "x", True], ["a", "is", "x", -1], ["a", "is", 1, 1, 1]],
)
def test_what_is_no_filter_is_not_read_as_one(kept):
    with pytest.raises((TypeError, ValueError)):
        Filter.of_plain(kept)


def test_what_equals_the_resources_own_choice_is_left_out():
    query = ListQuery.from_args(CLIENT, {"sort": "name", "limit": "50", "theme": "x", "open": "x"})
    assert query == ListQuery(opened=("x",))
    assert query.to_args() == {}


@pytest.mark.parametrize(
    ("text", "limit"), [("0", 1), ("9999", 200), ("x", 50), ("-5", 50), ("١٠", 50), ("10", 10)]
)
def test_limits_of_a_page(text, limit):
    assert ListQuery.from_args(CLIENT, {"limit": text}).limit == limit


def test_tampered_filter_names_are_kept_for_a_clear_refusal():
    query = ListQuery.from_args(CLIENT, {"f.": "x", "f.name": "x", "f..is": "y", "f.a.b.c": "z"})
    assert [item.field for item in query.filters] == ["", "name", ".is", "a.b"]


VALUES = [
    ("متن", str),
    (5, int),
    (True, bool),
    (date(2026, 1, 2), date),
    (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), datetime),
    (time(8, 30), time),
    (Decimal("1.50"), Decimal),
]


@pytest.mark.parametrize(("value", "kind"), VALUES)
def test_cursors_keep_values_and_their_types(value, kind):
    position = Position(0, (value,), 7)
    again = decode(encode("name", position), "name", (kind,))
    assert again == position
    assert type(again.values[0]) is type(value)


def packed(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


TAMPERED = [
    "",
    "%%%",
    "ن",
    "a" * 10_000,
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    packed(None),
    packed([]),
    packed({"a": 1}),
    packed(["other", 0, ["x"], 1]),
    packed(["name", 2, ["x"], 1]),
    packed(["name", True, ["x"], 1]) + "!",
    packed(["name", 0, ["x"], "1"]),
    packed(["name", 0, ["x"], 2**70]),
    packed(["name", 0, [], 1]),
    packed(["name", 0, ["x", "y"], 1]),
    packed(["name", 0, [5], 1]),
    packed(["name", 0, [None], 1]),
    packed(["name", 0, ["a\x00b"], 1]),
    packed(["name", 0, [{"d": "2026-13-01"}], 1]),
    packed(["name", 0, [{"q": "x"}], 1]),
    packed(["name", 0, [{"d": "2026-01-01", "n": "1"}], 1]),
    packed(["name", 0, [["x"]], 1]),
    packed(["name", 0, [1.5], 1]),
    packed(["name", 1, ["x"], 1]),
    packed(["name", 0, "x", 1]),
]


@pytest.mark.parametrize("text", TAMPERED)
def test_tampered_cursors_are_refused_politely(text):
    with pytest.raises(Invalid):
        decode(text, "name", (str,))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "x"])
def test_numbers_that_are_none_are_refused(text):
    with pytest.raises(Invalid):
        decode(packed(["name", 0, [{"n": text}], 1]), "name", (Decimal,))


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(Invalid):
        decode(packed(["at", 0, [{"i": "2026-01-01T00:00"}], 1]), "at", (datetime,))


def test_deep_nesting_is_refused():
    deep = "[" * 1_500 + "]" * 1_500
    with pytest.raises(Invalid):
        decode(base64.urlsafe_b64encode(deep.encode()).decode(), "name", (str,))
