"""Whom the expert calls: lead times of the line, days off, Nowruz, talks, and the order of the list."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.access.actor import Actor
from kernel.api import DaysOff, PersonFamily
from kernel.jobs.calendar import WorkDays
from kernel.resources.errors import Invalid, Refused
from kernel.testing.authors import MakeActor
from plugins.insurance.calling import call_list, due_since
from plugins.insurance.models import Line, Policy
from plugins.insurance.tests.conftest import Agency, jalali
from plugins.insurance.tests.test_renewing import ladder, look

FRIDAY_OFF = WorkDays((0, 1, 2, 3, 4, 5), frozenset())


def off(move: str = "earlier", nowruz: bool = True) -> DaysOff:
    return DaysOff(FRIDAY_OFF, move, nowruz)


def since(day: object, today: object, leads: tuple[int, ...] = (10, 3), **more: object) -> object:
    given = {"talked_on": None, "next_call_on": None, "off": off(), **more}
    return due_since(day, leads, today=today, **given)  # type: ignore[arg-type]


def test_lead_times_within_nowruz_come_before_it() -> None:
    ends = jalali(1406, 1, 10)
    before = jalali(1405, 12, 29)
    lead = (5,)  # 5 Farvardin
    assert since(ends, before - timedelta(days=2), lead) is None
    found = since(ends, before, lead)
    assert found is not None
    assert found <= before
    assert since(ends, before, lead, off=off(nowruz=False)) is None
    assert since(ends, jalali(1406, 1, 5), lead, off=off(nowruz=False)) == jalali(1406, 1, 5)


def test_who_was_talked_to_is_called_again_at_the_next_lead_time() -> None:
    ends = jalali(1405, 9, 20)
    assert since(ends, jalali(1405, 9, 9)) is None
    first = since(ends, jalali(1405, 9, 10))
    assert first == jalali(1405, 9, 10)
    talked = jalali(1405, 9, 11)
    assert since(ends, jalali(1405, 9, 14), talked_on=talked) is None
    assert since(ends, jalali(1405, 9, 17), talked_on=talked) is not None
    agreed = jalali(1405, 9, 13)
    assert since(ends, jalali(1405, 9, 12), talked_on=talked, next_call_on=agreed) is None
    assert since(ends, agreed, talked_on=talked, next_call_on=agreed) == agreed


def test_in_the_days_of_grace_he_is_called_once_more() -> None:
    ends = jalali(1405, 9, 20)
    assert since(ends, jalali(1405, 9, 21), talked_on=jalali(1405, 9, 18)) == ends
    assert since(ends, jalali(1405, 9, 22), talked_on=jalali(1405, 9, 21)) is None


ENDS = st.dates(jalali(1400, 1, 1), jalali(1412, 12, 29))


@settings(max_examples=200, deadline=None)
@given(
    ends=ENDS,
    leads=st.sets(st.integers(0, 60), max_size=4),
    ahead=st.integers(-5, 70),
    hold=st.integers(0, 4),
)
def test_calls_are_due_as_by_a_calendar_walked_day_by_day(
    ends: date, leads: set[int], ahead: int, hold: int
) -> None:
    """Over 1400 to 1412: the lead times are walked back over Fridays, holidays and Nowruz; the last one counts."""
    holidays = {ends - timedelta(days=7 * place + hold) for place in range(8)}
    days = DaysOff(WorkDays((0, 1, 2, 3, 4, 5), frozenset(holidays)), "earlier", nowruz=True)
    today = ends - timedelta(days=ahead)

    def working(day: date) -> bool:
        shamsi = jdatetime.date.fromgregorian(date=day)
        return not (shamsi.weekday() == 6 or day in holidays or (shamsi.month == 1 and shamsi.day <= 13))

    reached = []
    for lead in leads:
        day = ends - timedelta(days=lead)
        while not working(day):
            day -= timedelta(days=1)
        reached += [day] if day <= today else []
    if today > ends:
        reached.append(ends)
    assert since(ends, today, tuple(leads), off=days) == max(reached, default=None)


def names(agency: Agency, **more: object) -> list[int]:
    return agency.look(lambda context: [call.policy.id for call in call_list(context, **more)])


def test_the_list_is_sorted_by_what_is_at_stake(agency: Agency) -> None:
    small = agency.ending(5, premium=1_000_000)
    large = agency.ending(8, premium=50_000_000)
    agency.ending(80)
    assert names(agency) == [large, small]
    assert names(agency, order="end") == [small, large]
    assert names(agency, line="fire") == []
    found = agency.look(call_list)
    assert all(call.risk == 40 for call in found), "the first year, and nothing else of us"
    agency.run("insurance.renew", policy=large, number="R1")
    assert names(agency) == [small]


def test_lead_times_are_those_of_the_line(agency: Agency) -> None:
    number = agency.ending(20, line="life")
    assert names(agency) == [number]
    line = agency.look(lambda context: context.session.query(Line).filter(Line.line == "life").one().id)
    values = {"call_days": "۱۰، 5 5"}
    agency.run("record.edit", resource="insurance.line", record_id=line, values=values)
    assert agency.row(Line, line).call_days == "10, 5"
    assert names(agency) == []
    with pytest.raises(Invalid):
        agency.run("record.edit", resource="insurance.line", record_id=line, values={"call_days": "soon"})


def test_a_call_moves_the_card(agency: Agency) -> None:
    number = agency.ending(5)
    agency.run("insurance.talk", policy=number, outcome="no_answer")
    assert agency.row(Policy, number).renewal == "upcoming"
    assert names(agency) == [number]
    agency.run(
        "insurance.talk", policy=number, outcome="talked", next_call_on=agency.today + timedelta(days=2)
    )
    assert agency.row(Policy, number).renewal == "contacted"
    assert names(agency) == []
    agency.clock.advance(days=2)
    assert names(agency) == [number]
    agency.run("insurance.talk", policy=number, outcome="quoted", quoted=13_000_000)
    row = agency.row(Policy, number)
    assert (row.renewal, row.quoted, row.next_call_on) == ("quoted", 13_000_000, None)
    made = agency.run("insurance.renew", policy=number, number="R")
    assert agency.row(Policy, made).premium == 13_000_000


def test_what_is_wrong_with_a_call(agency: Agency) -> None:
    number = agency.ending(5)
    for entered, field in (
        ({"outcome": "quoted"}, "quoted"),
        ({"outcome": "later", "next_call_on": agency.today - timedelta(days=1)}, "next_call_on"),
        ({"outcome": ""}, "outcome"),
    ):
        with pytest.raises(Invalid) as refusal:
            agency.run("insurance.talk", policy=number, **entered)
        assert refusal.value.problems[0].field == field
    with pytest.raises(Refused):
        agency.run("insurance.talk", policy=agency.ending(200), outcome="talked")


def test_who_may_not_see_numbers_finds_none_on_the_list(agency: Agency, make_actor: MakeActor) -> None:
    holder = agency.person(mobile="09121112233", phone="02122334455")
    agency.ending(5, holder=holder)
    rights = {("party", "view"): "all", ("insurance.policy", "view"): "all"}
    expert = make_actor("expert", rights)
    rules = {("party", "mobile"): "hidden", ("party", "phone"): "masked"}
    kept = replace(expert, fields=rules)

    def numbers(actor: Actor) -> list[str | None]:
        return agency.look(lambda context: [call.phone for call in call_list(context)], actor)

    assert numbers(expert) == ["+989121112233"]
    assert numbers(replace(expert, fields={("party", "mobile"): "hidden"})) == ["+982122334455"]
    assert numbers(kept) == [None]


def test_the_names_of_holders_lead_to_their_pages(agency: Agency, browse: Any) -> None:
    holder = agency.person("نگین")
    number = agency.ending(5, holder=holder)
    rights = {("party", "view"): "all", ("insurance.policy", "view"): "all"}
    browser = browse("reader", rights)
    (found,) = set(re.findall(rf'href="(/[a-z-]+/{holder})"', browser.get(f"/insurance/{number}/file").text))
    assert "نگین" in browser.get(found, follow_redirects=True).text


def test_birthdays_and_weddings_are_those_of_the_insured(agency: Agency) -> None:
    """Who was born or married on 30 Esfand is greeted on 29 Esfand of a common year; others are not of our business."""
    born = {"birth_date": jalali(1370, 12, 30)}
    holder, child, other, gone = (
        agency.person(name, **born) for name in ("Holder", "Child", "Other", "Gone")
    )
    agency.policy(holder, parts={"insured": [{"party": child, "relation": "child"}]})
    past = agency.policy(gone)
    agency.run("insurance.cancel", policy=past, cancelled_on=agency.today, cancel_reason="x")
    with agency.runtime.system_work("test", "test") as context:
        context.session.add_all(
            PersonFamily(party_id=each, status="married", wedding_date=jalali(1399, 12, 30))
            for each in (holder, other)
        )
    ladder(agency, (0,), source="insurance.birthday", on_day_off="keep")
    ladder(agency, (0,), source="insurance.wedding", on_day_off="keep")
    assert look(agency) == []
    agency.clock.advance(days=(jalali(1405, 12, 29) - agency.today).days)
    assert sorted(look(agency)) == [(holder, 0, "open"), (holder, 0, "open"), (child, 0, "open")]


def test_a_call_comes_in_time_though_it_lies_before_the_days_of_the_board(agency: Agency) -> None:
    """The board takes what ends within 45 days; who is to be called 60 days before comes onto it then."""
    line = agency.look(lambda context: context.session.query(Line).filter(Line.line == "life").one().id)
    agency.run("record.edit", resource="insurance.line", record_id=line, values={"call_days": "60, 10"})
    ends = jalali(1406, 3, 11)  # 60 days before is 13 Farvardin, 74 days before the last day of Esfand
    number = agency.policy(begins_on=ends - timedelta(days=365), ends_on=ends, line="life")
    other = agency.policy(begins_on=ends - timedelta(days=365), ends_on=ends, line="accident")
    agency.clock.advance(days=(jalali(1405, 12, 20) - agency.today).days)
    agency.run("insurance.keep_states")
    assert names(agency) == []
    agency.clock.advance(days=9)
    agency.run("insurance.keep_states")
    assert names(agency) == [number]
    assert agency.row(Policy, other).renewal is None
    agency.run("insurance.talk", policy=number, outcome="talked")
    assert names(agency) == []


def test_a_line_that_is_renewed_no_more_leaves_the_board(agency: Agency) -> None:
    line = agency.look(lambda context: context.session.query(Line).filter(Line.line == "life").one().id)
    number, other = agency.ending(10), agency.ending(10, line="accident")
    for renewable, lane in ((False, None), (True, "upcoming")):
        agency.run("record.edit", resource="insurance.line", record_id=line, values={"renewable": renewable})
        agency.run("insurance.keep_states")
        assert agency.row(Policy, number).renewal == lane
        assert agency.row(Policy, other).renewal == "upcoming"
