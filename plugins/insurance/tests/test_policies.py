"""Policies as they are entered: what follows from the line, thanks, states, who sees what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.messages.models import Message
from kernel.resources.errors import Invalid, NotFound
from kernel.testing.authors import MakeActor
from plugins.insurance.models import InsuredPerson, Policy
from plugins.insurance.suggestions import PATTERNS
from plugins.insurance.tests.conftest import Agency, jalali

AGENT = next(each.grants for each in PATTERNS if each.name == "agent")


def test_times_and_commission_follow_from_the_line(agency: Agency) -> None:
    line = agency.look(lambda context: context.runtime.resource("insurance.line").model)
    fire = agency.rows(select(line).where(line.line == "fire"))[0]
    assert fire.hour == 12
    number = agency.policy(
        line="fire", address="Isfahan", begins_on=jalali(1404, 12, 29), premium=10_000_001, number="A1"
    )
    row = agency.row(Policy, number)
    assert (row.begins_hour, row.ends_hour, row.grace_days) == (12, 12, 15)
    assert row.ends_on == jalali(1405, 12, 29)
    assert row.commission == 2_000_000
    assert row.premium_total == 10_000_001
    assert row.title.endswith("A1")


def test_a_request_becomes_a_policy_by_its_number(agency: Agency) -> None:
    number = agency.policy(number=None)
    assert agency.row(Policy, number).state == "request"
    agency.edit(number, number="77/1")
    assert agency.row(Policy, number).state in ("active", "waiting")
    with pytest.raises(Invalid) as refusal:
        agency.edit(number, number=None)
    assert refusal.value.problems[0].field == "number"


def test_an_insurer_has_a_number_once_however_it_is_written(agency: Agency) -> None:
    agency.policy(number="1405/ 12")
    with pytest.raises(Invalid) as refusal:
        agency.policy(number="۱۴۰۵/۱۲")
    assert refusal.value.problems[0].field == "number"
    other = agency.run("record.create", resource="insurance.insurer", values={"title": "Asia"})
    assert agency.policy(number="1405/12", insurer=other)


def test_the_end_comes_after_the_beginning(agency: Agency) -> None:
    with pytest.raises(Invalid) as refusal:
        agency.policy(ends_on=agency.today - timedelta(days=1))
    assert refusal.value.problems[0].field == "ends_on"


def test_the_insured_is_thanked_once_and_not_for_old_books(agency: Agency) -> None:
    holder = agency.person(mobile="09121234567")
    number = agency.policy(holder)
    agency.edit(number, plan="Gold")
    agency.policy(holder, begins_on=agency.today - timedelta(days=30))
    messages = agency.rows(select(Message).where(Message.purpose == "insurance.thanks"))
    assert [message.occasion for message in messages] == [str(number)]
    assert str(agency.row(Policy, number).number) in messages[0].body


def test_time_goes_by(agency: Agency) -> None:
    number = agency.ending(2, line="life", grace_days=3)
    assert (agency.row(Policy, number).state, agency.row(Policy, number).renewal) == ("active", "upcoming")
    far = agency.ending(60)
    assert agency.row(Policy, far).renewal is None
    agency.clock.advance(days=4)
    agency.run("insurance.keep_states")
    assert agency.row(Policy, number).state == "grace"
    agency.clock.advance(days=4)
    agency.run("insurance.keep_states")
    row = agency.row(Policy, number)
    assert (row.state, row.renewal, row.lost_reason, row.retained) == ("lapsed", "lost", "lapsed", 0)
    agency.clock.advance(days=20)
    agency.run("insurance.keep_states")
    assert agency.row(Policy, far).renewal == "upcoming"
    assert agency.run("insurance.keep_states") == 0, "it may be repeated"


def test_an_agent_sees_his_own_policies_and_their_holders(agency: Agency, make_actor: MakeActor) -> None:
    agent = make_actor("nima", AGENT)
    theirs = agency.policy()
    assert agency.row(Policy, theirs, agent) is None
    with pytest.raises(NotFound):
        agency.edit(theirs, agent, plan="x")
    holder = agency.person("Rad", agent)
    mine = agency.policy(holder, agent)
    assert agency.row(Policy, mine, agent).expert_id == agent.user_id
    given = agency.policy(agency.person("Azar"), expert=agent.user_id)
    assert agency.row(Policy, given, agent) is not None, "the holder of a policy in his charge is his to see"
    agency.edit(given, agent, plan="Silver")


def test_a_person_is_insured_once(agency: Agency) -> None:
    holder, child = agency.person(), agency.person("Child")
    rows = [{"party": child, "relation": "child"}]
    number = agency.policy(holder, line="health", parts={"insured": rows})
    assert [row.relation for row in agency.rows(select(InsuredPerson))] == ["child"]
    with pytest.raises(Invalid):
        agency.policy(holder, line="health", parts={"insured": rows * 2})
    assert number


def test_two_who_are_one_are_insured_once(agency: Agency) -> None:
    one, other = agency.person("Sara"), agency.person("Sara")
    rows = [{"party": one, "relation": "spouse"}, {"party": other, "relation": "spouse"}]
    agency.policy(line="health", parts={"insured": rows})
    agency.run("party.merge", kept=one, dropped=other)
    assert [row.party_id for row in agency.rows(select(InsuredPerson))] == [one]
