"""Calls: heard of once, matched by number, missed and unwritten ones, and what is made of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.interactions.models import Call, CallParty, Interaction
from kernel.parties.models import Party
from kernel.resources.errors import Invalid, Refused


@pytest.fixture
def person(desk):
    return desk.person(last_name="کریمی", mobile="09121234567")


def log(desk, clock, number="09121234567", key="1", **told):
    values = {"direction": "in", "number": number, "started_at": clock() - timedelta(minutes=9)}
    return desk.run("call.log", source="pbx", source_key=key, **{**values, **told})


def call(desk, number):
    return desk.one(select(Call).where(Call.id == number))


def test_a_call_is_matched_by_its_number_however_it_was_written(desk, person, clock):
    row = call(desk, log(desk, clock, number="+98 912 123-4567"))
    assert (row.party_id, row.number, row.number_given) == (person, "+989121234567", "+98 912 123-4567")


def test_hearing_of_it_again_adds_what_is_new_and_makes_no_second_one(desk, person, clock):
    number = log(desk, clock)
    again = log(desk, clock, answered_at=clock() - timedelta(minutes=8), ended_at=clock())
    assert again == number
    assert call(desk, number).duration == 8 * 60


def test_all_parties_of_a_number_are_noted_and_a_further_number_counts(desk, person, clock):
    other = desk.person(
        {"contacts": [{"kind": "mobile", "value": "09121234567"}]}, last_name="همسر", mobile="09350000000"
    )
    number = log(desk, clock)
    noted = desk.all(select(CallParty.party_id).where(CallParty.call_id == number))
    assert set(noted) == {person, other}


def test_a_party_in_the_bin_is_nobody_who_calls(desk, person, clock):
    desk.run("record.delete", resource="person", record_id=person)
    assert call(desk, log(desk, clock)).party_id is None


@pytest.mark.parametrize("hidden", [None, "", "anonymous"])
def test_a_hidden_number_fits_nobody(desk, person, clock, hidden):
    row = call(desk, log(desk, clock, number=hidden))
    assert (row.number, row.party_id) == (None, None)
    with pytest.raises(Refused):
        desk.run("call.new_party", call_id=row.id)


def test_what_was_said_is_written_once_and_fills_the_gap(desk, person, clock):
    number = log(desk, clock)
    written = desk.record_with({"channel": "call_in", "party": person}, call_id=number)
    assert call(desk, number).interaction_id == written
    assert desk.one(select(Interaction)).id == written


def test_an_unknown_caller_becomes_a_person_with_all_calls_of_the_number(desk, clock):
    first, second = log(desk, clock, key="1"), log(desk, clock, key="2")
    made = desk.run("call.new_party", call_id=first)
    assert desk.one(select(Party.mobile).where(Party.id == made)) == "+989121234567"
    assert {call(desk, first).party_id, call(desk, second).party_id} == {made}
    with pytest.raises(Refused):
        desk.run("call.new_party", call_id=second)


def test_times_that_cannot_be_are_refused(desk, clock):
    with pytest.raises(Invalid):
        log(desk, clock, started_at=clock() + timedelta(hours=1))
    with pytest.raises(Invalid):
        log(desk, clock, ended_at=clock() - timedelta(hours=1))


def test_an_operator_sees_his_own_calls_with_parties_he_sees(desk, make_desk, person, clock):
    reza = make_desk("reza", {("call", "view"): "own", ("party", "view"): "own"})
    log(desk, clock, key="1", user_id=reza.actor.user_id)
    log(desk, clock, key="2", number="02188776655", user_id=reza.actor.user_id)
    log(desk, clock, key="3", number="02188776656")
    assert reza.all(select(Call.source_key)) == ["2"]


class TestMergingAndErasing:
    def test_a_merge_leads_interactions_and_calls_over_without_doubles(self, desk, person, clock, runtime):
        twin = desk.person(last_name="کریمی دوم")
        both = desk.record(person, twin)
        own = desk.record(twin)
        desk.run("party.merge", kept=person, dropped=twin)
        rows = {row.id: row.party_id for row in desk.all(select(Interaction))}
        assert rows == {both: person, own: person}
        from kernel.interactions.timeline import of_party

        with runtime.reading(desk.actor) as context:
            told = of_party(context, person)
        assert sorted(one.interaction.id for one in told) == [both, own]
        assert [len(one.participants) for one in told] == [1, 1]

    def test_an_erasure_takes_what_was_said_and_leaves_that_it_was(self, make_desk, desk, person, clock):
        number = desk.record(person, text="راز", number="09121234567")
        log(desk, clock)
        eraser = make_desk("omid", {("party", action): "all" for action in ("view", "edit", "erase")})
        eraser.run("party.erase", party_id=person, confirmed=person)
        row = desk.one(select(Interaction).where(Interaction.id == number))
        assert (row.text, row.number, row.channel) == (None, None, "visit")
        assert "راز" not in row.subject + row.search_key
        (left,) = desk.all(select(Call))
        assert (left.number, left.party_id) == (None, None)
