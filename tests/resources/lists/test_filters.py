from __future__ import annotations

from datetime import date

import pytest

from kernel.resources.errors import Invalid
from kernel.resources.lists import Filter, ListQuery, filter_columns, list_columns, page
from kernel.resources.lists.filters import MOST_VALUES
from kernel.resources.lists.query import MOST_FILTERS
from tests.resources.bazaar import Health


@pytest.fixture
def names(runtime, user, add):
    """Give a function that lists the names that fit some filters."""
    a, b, _c = add(
        {"name": "علی اکبری", "kind": "gold", "visited_on": date(2026, 3, 21), "mobile": "+989121234567"},
        {"name": "كيان ياري", "kind": "silver", "balance": 100, "code": "A_1", "national_code": "0499370899"},
        {"name": "100%", "regular": True, "visited_on": date(2026, 4, 20)},
    )
    with runtime.system_work("test data", "test") as context:
        context.session.add_all([Health(client_id=a, weight=70), Health(client_id=b, weight=None)])
    actor = user()

    def find(*filters):
        with runtime.reading(actor) as context:
            found = page(
                context, runtime.resource("client"), ListQuery(filters=tuple(Filter(*f) for f in filters))
            )
            return {row.label for row in found.rows}

    return find


ALI, KIAN, HUNDRED = "علی اکبری", "كيان ياري", "100%"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("kind", "is", "gold")], {ALI}),
        ([("kind", "is", "Gold")], {ALI}),
        ([("kind", "is_not", "gold")], {KIAN, HUNDRED}),
        ([("kind", "any", ("gold", "silver"))], {ALI, KIAN}),
        ([("kind", "empty", "")], {HUNDRED}),
        ([("name", "contains", "%")], {HUNDRED}),
        ([("name", "contains", "_")], set()),
        ([("name", "contains", "\\")], set()),
        ([("name", "starts", "علی")], {ALI}),
        ([("code", "starts", "A_")], {KIAN}),
        ([("visited_on", "from", "۱۴۰۵/۰۱/۰۱"), ("visited_on", "to", "1405/1/30")], {ALI}),
        ([("visited_on", "to", "2026-04-20")], {ALI, HUNDRED}),
        ([("mobile", "ends", "۴۵۶۷")], {ALI}),
        ([("mobile", "is", "0912 123 4567")], {ALI}),
        ([("national_code", "starts", "0499")], {KIAN}),
        ([("regular", "is", "بله")], {HUNDRED}),
        ([("balance", "from", "۱۰۰")], {KIAN}),
        ([("clinic.weight", "is", "70")], {ALI}),
        ([("clinic.weight", "empty", "")], {KIAN, HUNDRED}),
        ([("clinic.weight", "filled", ""), ("clinic.blood", "empty", "")], {ALI}),
    ],
)
def test_filters(names, filters, expected):
    assert names(*filters) == expected


@pytest.mark.parametrize(
    "item",
    [
        ("nothing", "is", "x"),
        ("", "is", "x"),
        ("clinic.nothing", "is", "x"),
        ("other.weight", "is", "x"),
        ("id", "is", "1"),
        ("owner_id", "is", "1"),
        ("__class__", "is", "1"),
        ("name", "like", "x"),
        ("name", "", "x"),
        ("name", "from", "x"),
        ("name", "contains", ""),
        ("name", "contains", "x" * 500),
        ("name", "contains", "%" * 10_000),
        ("visited_on", "from", "1404/12/30"),
        ("visited_on", "is", "x"),
        ("balance", "is", "x"),
        ("balance", "is", "9" * 30),
        ("clinic.weight", "is", "900"),
        ("kind", "is", "bronze"),
        ("kind", "any", ()),
        ("kind", "any", ("gold",) * (MOST_VALUES + 1)),
        ("referrer", "is", "12345678"),
        ("referrer", "is", "9" * 25),
        ("title", "is", "نیست"),
        ("owner", "is", "0"),
        ("national_code", "is", "1234567890"),
    ],
)
def test_what_does_not_fit_is_refused_politely(names, item):
    with pytest.raises(Invalid) as refused:
        names(item)
    assert refused.value.problems


def test_all_wrong_filters_are_named(names):
    with pytest.raises(Invalid) as refused:
        names(("kind", "is", "x"), ("nothing", "is", "x"), ("balance", "is", "x"))
    assert len(refused.value.problems) == 3


def test_too_many_filters(names):
    with pytest.raises(Invalid):
        names(*[("kind", "is", "gold")] * (MOST_FILTERS + 1))


def test_a_value_beyond_the_column_is_refused(names, runtime):
    weight = runtime.facets(runtime.resource("client"))[0].fields[1]
    old, weight.most = weight.most, 2**62
    try:
        with pytest.raises(Invalid):
            names(("clinic.weight", "is", str(2**40)))
    finally:
        weight.most = old


@pytest.mark.parametrize("key", ["religion", "nothing", "clinic.nothing", "__table__", ""])
def test_columns_that_are_not_the_actors_cannot_be_chosen(runtime, user, key):
    with runtime.reading(user()) as context:
        for query in (
            ListQuery(columns=(key,)),
            ListQuery(sort=key or "x"),
            ListQuery(filters=(Filter(key, "is", "a"),)),
        ):
            with pytest.raises(Invalid):
                page(context, runtime.resource("client"), query)


def test_sensitive_columns_are_offered_once_granted(runtime, user):
    granted = user(grants={("client", "view"): "all", ("client", "see_sensitive"): "all"})
    clients = runtime.resource("client")
    with runtime.reading(granted) as context:
        assert "religion" in [column.key for column in list_columns(context, clients)]
        assert "religion" in [column.key for column in filter_columns(context, clients)]
    with runtime.reading(user("ali")) as context:
        assert "religion" not in [column.key for column in list_columns(context, clients)]


def test_facets_are_there_for_those_who_hold_their_right(runtime, user):
    without = user(grants={("client", "view"): "all"})
    clients = runtime.resource("client")
    with runtime.reading(without) as context:
        assert not [column for column in list_columns(context, clients) if column.facet]
        for query in (ListQuery(columns=("clinic.blood",)), ListQuery(sort="clinic.weight")):
            with pytest.raises(Invalid):
                page(context, clients, query)


def test_private_fields_are_filtered_and_sorted_only_by_those_who_may_search_them(runtime, user, monkeypatch):
    monkeypatch.setattr(type(runtime), "may_search_private", lambda *_arguments: False)
    clients = runtime.resource("client")
    with runtime.reading(user()) as context:
        assert not [column for column in filter_columns(context, clients) if column.field.private]
        for query in (
            ListQuery(sort="number"),
            ListQuery(sort="mobile"),
            ListQuery(sort="-national_code"),
            ListQuery(filters=(Filter("mobile", "ends", "4567"),)),
        ):
            with pytest.raises(Invalid):
                page(context, clients, query)
