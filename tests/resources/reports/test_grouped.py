"""Lists whose rows stand in groups: each group opens to exactly the rows that it counts."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.resources.errors import Invalid
from kernel.resources.lists import ListQuery, chosen_columns, page, standing
from kernel.resources.reports import grouped as grouped_module
from kernel.resources.reports.grouped import grouped, key_of, within
from tests.resources.bazaar import Client, Health

COLUMNS = ("name", "balance", "kind")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([None, "gold", "silver"]),
            "code": st.sampled_from([None, "A", "B"]),
            "visited_on": st.none() | st.dates(date(2025, 1, 1), date(2026, 4, 30)),
            "balance": st.none() | st.integers(-1000, 10**9),
            "regular": st.booleans(),
        }
    ),
    max_size=10,
)
LEVELS = ["kind", "code", "regular", "visited_on:month", "visited_on:season", "visited_on:fiscal_year"]


@pytest.fixture
def clients(runtime):
    return runtime.resource("client")


@pytest.fixture
def reader(user):
    return user()


def opened(context, resource, query):
    """The groups of a list, each with its count, its sum and the rows that it opens to."""
    columns = chosen_columns(context, resource, COLUMNS)
    result = grouped(context, resource, query, columns)
    found = []
    for line in result.lines:
        if line.depth < len(result.levels):
            continue
        narrowed = within(context, resource, query, key_of(result, line))
        rows, asked = [], query
        while True:
            part = page(context, resource, asked, within=narrowed)
            rows += part.rows
            if not part.next_cursor:
                break
            asked = asked.turned(part.next_cursor)
        found.append((line, rows))
    return result, found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, groups=st.lists(st.sampled_from(LEVELS), min_size=1, max_size=2, unique_by=lambda x: x[:5]))
def test_a_group_opens_to_the_rows_that_it_counts(runtime, clients, reader, add, rows, groups):
    with runtime.system_work("test data", "test") as context:
        context.session.query(Client).delete()
    ids = add(*({"name": f"سارا {place}", **row} for place, row in enumerate(rows)))
    balances = dict(zip(ids, (row["balance"] for row in rows), strict=True))
    query = ListQuery(groups=tuple(groups), columns=COLUMNS, limit=3)
    with runtime.reading(reader) as context:
        result, found = opened(context, clients, query)
        assert sorted(row.id for _line, shown in found for row in shown) == sorted(ids)
        for line, shown in found:
            count, total = line.figures
            assert count == len(shown) > 0
            assert (total or 0) == sum(balances[row.id] or 0 for row in shown)
        assert result.whole.figures[0] == len(ids)


def test_groups_of_a_facet_and_of_links_open(runtime, clients, user, add):
    a, b, c = add({"name": "الف"}, {"name": "ب"}, {"name": "پ"})
    with runtime.system_work("test data", "test") as context:
        context.session.add(Health(client_id=a, blood="a"))
        context.session.get_one(Client, b).referrer_id = a
    with runtime.reading(user()) as context:
        for group, wanted in (("clinic.blood", [[a], [b, c]]), ("referrer", [[b], [a, c]])):
            _result, found = opened(context, clients, ListQuery(groups=(group,)))
            assert [[row.id for row in rows] for _line, rows in found] == wanted


def test_records_out_of_sight_make_one_nameless_group_that_opens(runtime, clients, user, add):
    a, b, own, other = add(
        {"name": "پنهان یک"}, {"name": "پنهان دو"}, {"name": "الف", "quarter": 7}, {"name": "ب", "quarter": 7}
    )
    with runtime.system_work("test data", "test") as context:
        context.session.get_one(Client, own).referrer_id = a
        context.session.get_one(Client, other).referrer_id = b
    query = ListQuery(groups=("referrer",))
    with runtime.reading(user("quarter", {("client", "view"): "quarter"})) as context:
        _result, [(line, rows)] = opened(context, clients, query)
        assert line.text == "به شما نشان داده نمی‌شود"
        assert [row.id for row in rows] == [own, other]
        narrowed = within(context, clients, query, json.dumps([a]))
        assert page(context, clients, query, within=narrowed).rows == []


def test_only_rows_that_one_sees_are_counted(runtime, clients, user, add):
    actor = user("own", {("client", "view"): "own"})
    add(
        {"name": "الف", "kind": "gold", "owner_id": actor.user_id, "balance": 5},
        {"name": "ب", "kind": "gold", "balance": 70},
        {"name": "پ", "kind": "silver"},
    )
    with runtime.reading(actor) as context:
        result, [(line, rows)] = opened(context, clients, ListQuery(groups=("kind",), columns=COLUMNS))
        assert line.figures == (1, 5)
        assert result.whole.figures == (1, 5)
        assert len(rows) == 1


@pytest.mark.parametrize("group", ["mobile", "note", "secret", "kind:month", "visited_on", "title_id"])
def test_what_rows_cannot_be_put_together_by_is_refused(runtime, clients, user, add, group):
    add({"name": "الف", "mobile": "+989121234567"})
    actor = user("viewer", {("client", "view"): "own"})
    with runtime.reading(actor) as context, pytest.raises(Invalid):
        grouped(context, clients, ListQuery(groups=(group,)), ())


@pytest.mark.parametrize(
    "key",
    ["", "[]", "{}", "nonsense", '["gold","gold"]', "[7]", "[true]", '["\\u0000"]', "[[]]", "[" * 5000],
)
def test_a_key_that_is_none_is_refused(runtime, clients, user, add, key):
    with runtime.reading(user()) as context, pytest.raises(Invalid):
        within(context, clients, ListQuery(groups=("kind",)), key)


@pytest.mark.parametrize("key", ['["2026-03-22"]', '["soon"]', "[5]", '["0001-01-01"]'])
def test_a_day_on_which_no_stretch_begins_is_refused(runtime, clients, user, add, key):
    with runtime.reading(user()) as context, pytest.raises(Invalid):
        within(context, clients, ListQuery(groups=("visited_on:month",)), key)


def test_too_many_groups_and_levels_are_refused(runtime, clients, user, add, monkeypatch):
    monkeypatch.setattr(grouped_module, "MOST_LINES", 2)
    add(*({"name": "الف", "code": code} for code in "ABC"))
    with runtime.reading(user()) as context:
        for groups in (("code",), ("code", "kind", "regular", "title")):
            with pytest.raises(Invalid):
                grouped(context, clients, ListQuery(groups=groups), ())


def test_a_record_has_its_place_in_its_group(runtime, clients, user, add):
    a, _b, c = add(
        {"name": "الف", "kind": "gold"}, {"name": "ب", "kind": "silver"}, {"name": "پ", "kind": "gold"}
    )
    query = ListQuery(groups=("kind",))
    with runtime.reading(user()) as context:
        stands = standing(context, clients, query, c, within(context, clients, query, '["gold"]'))
        assert (stands.number, stands.count.number, stands.before) == (2, 2, a)
