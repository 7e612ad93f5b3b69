from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime, literal, select

from kernel.i18n import _
from kernel.resources.errors import Invalid
from kernel.resources.fields import Day, Instant
from kernel.resources.fields.periods import span_of
from kernel.resources.lists import Filter, ListQuery, filter_columns, list_columns, page
from kernel.resources.lists.filters import MOST_VALUES
from kernel.resources.lists.query import MOST_FILTERS, MOST_GROUPS
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


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("kind", "is", "gold", 1), ("regular", "is", "بله", 2)], {ALI, HUNDRED}),
        ([("kind", "is", "gold", 1), ("regular", "is", "بله", 1)], set()),
        ([("kind", "is", "gold", 1)], {ALI}),
        (
            [("visited_on", "filled", ""), ("kind", "is", "silver", 1), ("name", "contains", "%", 2)],
            {HUNDRED},
        ),
        (
            [("clinic.weight", "is", "70", 3), ("balance", "from", "1", 5), ("kind", "filled", "", 5)],
            {ALI, KIAN},
        ),
    ],
)
def test_one_of_several_alternatives_must_be_met(names, filters, expected):
    assert names(*filters) == expected


def test_a_condition_of_an_alternative_that_does_not_fit_refuses_the_list(names):
    with pytest.raises(Invalid):
        names(("kind", "is", "gold", 1), ("nothing", "is", "x", 2))
    with pytest.raises(Invalid):
        names(*[("kind", "is", "gold", number) for number in range(1, MOST_GROUPS + 2)])


FILTERS = st.lists(
    st.builds(
        Filter,
        st.just("kind"),
        st.sampled_from(["is", "is_not", "any"]),
        st.sampled_from(["gold", "silver"]),
        st.integers(0, 3),
    ),
    max_size=6,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=FILTERS)
def test_alternatives_are_those_of_logic(names, filters):
    def meets(kind, item):
        return kind != item.value if item.operator == "is_not" else kind == item.value

    def found(kind):
        groups = {}
        for item in filters:
            groups.setdefault(item.group, []).append(meets(kind, item))
        every = all(groups.pop(0, []))
        return every and (not groups or any(all(group) for group in groups.values()))

    kinds = {ALI: "gold", KIAN: "silver", HUNDRED: None}
    assert names(*filters) == {name for name, kind in kinds.items() if found(kind)}


MOMENTS = [
    datetime(2021, 3, 20, 20, 29, tzinfo=UTC),
    datetime(2021, 3, 20, 20, 30, tzinfo=UTC),
    datetime(2021, 9, 21, 19, 29, 59, tzinfo=UTC),
    datetime(2022, 3, 20, 20, 29, 59, 999_999, tzinfo=UTC),
    datetime(2025, 3, 20, 20, 30, tzinfo=UTC),
    datetime(2026, 3, 20, 20, 29, tzinfo=UTC),
]
"""Around the turn of the Jalali year in Tehran, with and without summer time."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    now=st.sampled_from(MOMENTS)
    | st.integers(0, 13 * 365 * 24 * 60).map(lambda minutes: MOMENTS[0] + timedelta(minutes=minutes)),
    off=st.timedeltas(timedelta(days=-400), timedelta(days=400)),
    period=st.sampled_from(
        ["today", "this_week", "last_month", "this_season", "next_fiscal_year", "last_year"]
    ),
)
def test_instants_lie_in_the_period_in_which_their_day_in_the_zone_of_the_site_lies(
    runtime, user_now, now, off, period
):
    context = replace(user_now, now=now, site=replace(user_now.site, fiscal_start=7))
    for moment in (now, now + off):
        day = moment.astimezone(context.time_zone).date()
        first, last = span_of(period, context.today, 7)
        model = SimpleNamespace(at=literal(moment, DateTime(timezone=True)), day=literal(day, Date()))
        of_instant = Instant("at", _("At")).condition(model, "during", period, context)
        of_day = Day("day", _("Day")).condition(model, "during", period, context)
        asked = context.session.execute(select(of_instant, of_day)).one()
        assert tuple(asked) == (first <= day <= last,) * 2


@pytest.fixture
def user_now(runtime, user):
    with runtime.reading(user()) as context:
        yield context


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
