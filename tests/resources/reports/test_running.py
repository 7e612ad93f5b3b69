"""Reports against an oracle that reckons the same rows by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import jdatetime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, literal, select

from kernel.resources.errors import Forbidden, Invalid
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.reports import Definition, Group, Measure, run
from kernel.resources.reports.results import across_share
from tests.resources.bazaar import Client

REPORT = {("client", "view"): "all", ("client", "report"): "all"}
SUM = Measure("sum", "balance")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([None, "gold", "silver"]),
            "visited_on": st.none() | st.dates(date(2024, 2, 1), date(2026, 4, 30)),
            "balance": st.none() | st.integers(-1000, 10**12),
            "regular": st.booleans(),
        }
    ),
    max_size=12,
)
GROUPS = {
    "kind": lambda row: row["kind"],
    "regular": lambda row: row["regular"],
    "visited_on:month": lambda row: (
        row["visited_on"]
        and jdatetime.date.fromgregorian(date=row["visited_on"]).replace(day=1).togregorian()
    ),
    "visited_on:year": lambda row: (
        row["visited_on"]
        and jdatetime.date(jdatetime.date.fromgregorian(date=row["visited_on"]).year, 1, 1).togregorian()
    ),
}


def reckoned(rows, measure):
    """One figure of some rows."""
    values = [row[measure.key] for row in rows if row[measure.key] is not None] if measure.key else rows
    if measure.function == "count":
        return len(rows)
    if measure.function == "distinct":
        return len(set(values))
    if measure.function == "sum":
        return sum(values)
    if not values:
        return None
    if measure.function == "avg":
        return Decimal(sum(values)) / len(values)
    return {"min": min, "max": max}[measure.function](values)


def same(a, b):
    if a is None or b is None:
        return a == b or {a, b} == {None, 0}
    return abs(Decimal(a) - Decimal(b)) < Decimal("0.001") if isinstance(a, Decimal | int) else a == b


@pytest.fixture
def report(runtime, user):
    actor = user("reporter", REPORT)

    def ask(definition=None, *, by=actor, **parts):
        with runtime.reading(by) as context:
            return run(context, runtime.resource("client"), definition or Definition("client", **parts))

    return ask


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    groups=st.lists(st.sampled_from(sorted(GROUPS)), max_size=2, unique=True),
    across=st.none() | st.sampled_from(["kind", "regular"]),
    measures=st.lists(
        st.sampled_from(
            [
                Measure("count"),
                SUM,
                Measure("avg", "balance"),
                Measure("min", "balance"),
                Measure("max", "balance"),
                Measure("distinct", "kind"),
            ]
        ),
        min_size=1,
        max_size=3,
        unique=True,
    ),
)
def test_every_group_subtotal_and_total_is_what_is_reckoned_by_hand(
    runtime, report, add, rows, groups, across, measures
):
    with runtime.system_work("test data", "test") as context:
        context.session.query(Client).delete()
    add(*({"name": "سارا", **row} for row in rows))
    wanted = tuple(Group.read(text) for text in groups)
    found = report(groups=wanted, across=Group(across) if across else None, measures=tuple(measures))
    assert same_figures(found.whole.figures, rows, measures)
    expected = defaultdict(list)
    for row in rows:
        key = ()
        for text in groups:
            key = (*key, GROUPS[text](row))
            expected[key].append(row)
    shown = {
        tuple(plain(found, place, value) for place, value in enumerate(line.key)): line
        for line in found.lines
    }
    assert set(expected) <= set(shown)
    assert all(len(key) == 1 and isinstance(key[0], date) for key in set(shown) - set(expected))
    for key, line in shown.items():
        assert same_figures(line.figures, expected.get(key, []), measures)
        for value, figures in line.across.items():
            assert same_figures(
                figures, [row for row in expected.get(key, []) if row[across] == value], measures
            )


def same_figures(figures, rows, measures):
    return all(
        same(figure, reckoned(rows, measure)) for figure, measure in zip(figures, measures, strict=True)
    )


def plain(found, place, value):
    """The value of a key as the oracle has it: of a stretch of time its first day."""
    level = found.levels[place]
    return level.starts[value - 1] if level.unit and value is not None else value


def test_months_without_a_row_of_the_reports_period_are_there(report, add):
    add({"name": "الف", "visited_on": date(2026, 4, 1)}, {"name": "ب", "visited_on": date(2026, 8, 1)})
    found = report(
        groups=(Group("visited_on", "month"),),
        dated="visited_on",
        period="2026-03-21..2026-08-22",
        measures=(SUM, Measure("count")),
    )
    assert [(line.text, line.figures[1]) for line in found.lines] == [
        ("فروردین ۱۴۰۵", 1),
        ("اردیبهشت ۱۴۰۵", 0),
        ("خرداد ۱۴۰۵", 0),
        ("تیر ۱۴۰۵", 0),
        ("مرداد ۱۴۰۵", 1),
    ]


def test_a_year_is_compared_with_the_last_month_by_month(report, add):
    last, this = date(2025, 4, 1), date(2026, 4, 1)
    add(
        {"name": "الف", "visited_on": last, "balance": 100},
        {"name": "ب", "visited_on": this, "balance": 150},
        {"name": "پ", "visited_on": this + timedelta(days=40), "balance": 7},
    )
    found = report(
        groups=(Group("visited_on", "month"),),
        dated="visited_on",
        period="2026-03-21..2026-05-21",
        compared="last_year",
        measures=(SUM,),
    )
    assert found.before == (date(2025, 3, 21), date(2025, 5, 21))
    assert [(line.figures[0], line.before[0]) for line in found.lines] == [(150, 100), (7, 0)]
    assert (found.whole.figures[0], found.whole.before[0]) == (157, 100)


def test_months_of_another_day_meet_themselves_in_the_compared_period(report, add):
    born, later = date(1991, 4, 1), date(1991, 6, 1)
    add(
        {"name": "الف", "visited_on": date(2025, 4, 1), "birth_date": later},
        {"name": "ب", "visited_on": date(2026, 4, 1), "birth_date": born},
        {"name": "پ", "visited_on": date(2026, 4, 2), "birth_date": later},
    )
    found = report(
        groups=(Group("birth_date", "month"),),
        dated="visited_on",
        period="2026-03-21..2026-05-21",
        compared="last_year",
    )
    told = [(line.text, line.figures, line.before) for line in found.lines]
    assert told == [("فروردین ۱۳۷۰", (1,), (0,)), ("اردیبهشت ۱۳۷۰", (0,), (0,)), ("خرداد ۱۳۷۰", (1,), (1,))]


def test_what_one_may_not_see_or_report_on_is_in_no_figure(runtime, user, report, add):
    sara = user("sara", {("client", "view"): "all", ("client", "report"): "own"})
    add({"name": "الف", "owner_id": sara.user_id, "kind": "gold"}, {"name": "ب", "kind": "gold"})
    assert report(groups=(Group("kind"),), by=sara).whole.figures == (1,)
    blind = user("blind", {("client", "view"): "all"})
    with pytest.raises(Forbidden):
        report(by=blind)


def test_links_to_records_out_of_sight_have_no_names(runtime, user, report, add):
    a, b = add({"name": "الف"}, {"name": "ب"})
    sara = user("sara", {("client", "view"): "own", ("client", "report"): "own"})
    add(
        {"name": "یک", "owner_id": sara.user_id, "referrer_id": a},
        {"name": "دو", "owner_id": sara.user_id, "referrer_id": b},
    )
    found = report(groups=(Group("referrer"),), by=sara)
    assert [(line.text, line.figures, line.filters) for line in found.lines] == [
        ("به شما نشان داده نمی‌شود", (2,), ())
    ]


@pytest.mark.parametrize(
    "parts",
    [
        {"groups": (Group("nothing"),)},
        {"groups": (Group("visited_on"),)},
        {"groups": (Group("kind", "month"),)},
        {"groups": (Group("note"),)},
        {"groups": (Group("mobile"),)},
        {"groups": (Group("owner_id"),)},
        {"across": Group("religion")},
        {"measures": (Measure("sum", "kind"),)},
        {"measures": (Measure("median", "balance"),)},
        {"measures": (Measure("sum", "nothing"),)},
        {"dated": "kind", "period": "today"},
        {"dated": "visited_on", "period": "someday"},
        {"dated": "visited_on", "period": "2026-05-01..2026-04-01"},
        {"dated": "visited_on", "period": "1000-05-01..1000-06-01", "groups": (Group("visited_on", "day"),)},
        {"dated": "visited_on", "period": "today", "compared": "tomorrow"},
        {"dated": "visited_on", "period": "1900-05-01..2090-06-01", "groups": (Group("visited_on", "day"),)},
        {"chart": "pie in the sky"},
        {"order": "sideways"},
        {"query": ListQuery(filters=(Filter("nothing", "is", "x"),))},
    ],
)
def test_what_cannot_be_is_refused_in_words(report, parts):
    with pytest.raises(Invalid) as refused:
        report(**parts)
    assert str(refused.value.problems[0].message)


def test_a_definition_comes_back_from_its_address_and_from_json(runtime):
    resource = runtime.resource("client")
    definition = Definition(
        "client",
        query=ListQuery(search="سارا", filters=(Filter("kind", "is", "gold"),)),
        groups=(Group("visited_on", "month"), Group("kind")),
        across=Group("regular"),
        measures=(Measure("count", share=True), SUM),
        dated="visited_on",
        period="this_year",
        compared="previous",
        chart="bars",
        order="most",
    )
    assert Definition.from_args(resource, definition.to_args()) == definition
    assert Definition.of_plain(resource, definition.plain()) == definition


def test_one_that_takes_too_long_says_what_to_narrow_and_leaves_the_transaction_whole(
    runtime, user, monkeypatch
):
    actor = user("reporter", REPORT)
    endless = select(func.generate_series(1, 10**12).label("number")).subquery()
    slow = select(func.sum(endless.c.number))
    monkeypatch.setattr("kernel.resources.reports.running._statement", lambda *_parts: slow)
    with runtime.reading(actor, statement_limit=0.2) as context:
        with pytest.raises(Invalid) as refused:
            run(context, runtime.resource("client"), Definition("client"))
        assert "takes too long" in str(refused.value.problems[0].message)
        assert context.session.execute(select(literal(1))).scalar_one() == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, of=st.sampled_from(["row", "column"]))
def test_shares_add_up_by_row_or_by_column_and_turn_with_the_report(runtime, report, add, rows, of):
    with runtime.system_work("test data", "test") as context:
        context.session.query(Client).delete()
    add(*({"name": "سارا", **row} for row in rows))
    asked = Definition("client", groups=(Group("regular"),), across=Group("kind"), shares=of)
    found, turned = report(asked), report(asked.swapped())
    values = found.across.values
    for line in (*found.lines, found.whole):
        parts = [across_share(found, line, value, 0) or 0 for value in values]
        if of == "row" and line.figures[0]:
            assert abs(sum(parts) - 100) <= Decimal("0.1") * len(values)
        for value, part in zip(values, parts, strict=True):
            whole = line.figures[0] if of == "row" else found.whole.across[value][0]
            if whole:
                assert abs(part - Decimal(line.across[value][0]) * 100 / whole) <= Decimal("0.05")
    for line in found.lines:
        for value in values:
            (other,) = [each for each in turned.lines if each.key == (value,)]
            assert other.across[line.key[0]] == line.across[value]
            assert across_share(turned, other, line.key[0], 0) == across_share(found, line, value, 0)
    assert asked.swapped().swapped() == asked
