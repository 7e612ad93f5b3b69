"""Renewals that nobody made by “Renew”: brought by a sheet, entered late, by another user, cancelled again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.resources.errors import CommandError, Invalid, Refused
from kernel.testing.authors import MakeActor
from plugins.insurance.models import Claim, Policy
from plugins.insurance.suggestions import PATTERNS
from plugins.insurance.tests.conftest import Agency
from plugins.insurance.tests.test_renewing import ladder, look

GRANTS = {pattern.name: pattern.grants for pattern in PATTERNS}


def cars(agency: Agency, days: int, plate: str = "12ب345-67", **more: Any) -> int:
    return agency.ending(days, line="third_party", plate=plate, **more)


def next_of(agency: Agency, former: int, **more: Any) -> int:
    row = agency.row(Policy, former)
    values = {"holder": row.holder_id, "line": row.line, "plate": row.plate, "begins_on": row.ends_on, **more}
    return agency.policy(**values)


def chain(agency: Agency, number: int) -> tuple[int | None, str | None]:
    row = agency.row(Policy, number)
    return row.former_id, row.renewal


def told(agency: Agency, kind: str) -> list[tuple[int, int]]:
    owner = agency.runtime.engines.owner(agency.runtime.site)
    with owner.connect() as connection:
        wanted = text("SELECT user_id, record_id FROM kernel.notice WHERE kind = :kind ORDER BY id")
        return [tuple(row) for row in connection.execute(wanted, {"kind": kind})]


def test_a_renewal_that_is_entered_anew_silences_the_ladder_of_the_former(agency: Agency) -> None:
    former = cars(agency, 10)
    ladder(agency, (10, 5))
    assert look(agency) == [(former, 10, "open")]
    agency.clock.advance(days=1)
    made = next_of(agency, former)
    assert (chain(agency, made)[0], chain(agency, former)[1]) == (former, "renewed")
    agency.clock.advance(days=4)
    assert look(agency) == [(former, 10, "obsolete")]
    agency.run("insurance.cancel", policy=made, cancelled_on=agency.today, cancel_reason="Wrong")
    assert chain(agency, former)[1] == "contacted"
    assert (former, 5, "open") in look(agency)


def test_a_renewal_entered_late_by_somebody_who_does_not_see_the_former(
    agency: Agency, make_actor: MakeActor
) -> None:
    other = make_actor("other", GRANTS["agent"])
    former = cars(agency, 1, expert=other.user_id)
    agency.clock.advance(days=20)
    agency.run("insurance.keep_states")
    assert chain(agency, former)[1] == "lost"
    holder = agency.row(Policy, former).holder_id
    agent = make_actor("agent", {**GRANTS["agent"], ("party", "view"): "all"})
    assert agency.row(Policy, former, agent) is None
    made = agency.policy(
        holder, agent, line="third_party", plate="12ب345-67", begins_on=agency.row(Policy, former).ends_on
    )
    row = agency.row(Policy, former)
    assert (row.renewal, row.lost_reason, row.retained) == ("renewed", None, 100)
    assert agency.row(Policy, made, agent).former_id == former
    assert told(agency, "insurance.renewed") == [(other.user_id, former)]


def test_what_is_no_renewal_is_not_taken_for_one(agency: Agency) -> None:
    former = cars(agency, 10)
    holder = agency.row(Policy, former).holder_id
    others = [
        next_of(agency, former, plate="12ب345-68"),
        next_of(agency, former, holder=agency.person("Other")),
        next_of(agency, former, line="body"),
        next_of(agency, former, begins_on=agency.today + timedelta(days=90)),
        next_of(agency, former, begins_on=agency.today),
        next_of(agency, former, number=None),
    ]
    assert [chain(agency, each)[0] for each in others] == [None] * len(others)
    assert chain(agency, former)[1] == "upcoming"
    two = [agency.ending(5, holder=holder), agency.ending(5, holder=holder)]
    unsure = next_of(agency, two[0], plate=None)
    assert chain(agency, unsure)[0] is None, "either of two life policies may be meant"
    agency.run("insurance.link", policy=unsure, former=two[1])
    assert (chain(agency, unsure)[0], chain(agency, two[1])[1]) == (two[1], "renewed")


def test_old_books_are_chained_in_whatever_order_they_come(agency: Agency) -> None:
    holder = agency.person()
    plain = {"line": "third_party", "plate": "12ب345-67"}
    starts = [agency.today - timedelta(days=365 * year) for year in (0, 1, 2)]
    made = {
        place: agency.policy(
            holder, begins_on=starts[place], ends_on=starts[place] + timedelta(days=365), **plain
        )
        for place in (0, 2, 1)
    }
    assert chain(agency, made[0])[0] == made[1]
    assert chain(agency, made[1]) == (made[2], "renewed")
    assert chain(agency, made[2]) == (None, "renewed")


def test_a_link_is_taken_back_and_made_by_hand(agency: Agency) -> None:
    former = cars(agency, 10)
    made = next_of(agency, former)
    agency.run("insurance.unlink", policy=made)
    assert (chain(agency, made)[0], chain(agency, former)[1]) == (None, "contacted")
    with pytest.raises(Refused):
        agency.run("insurance.unlink", policy=made)
    agency.edit(made, note="It stays apart")
    assert chain(agency, made)[0] is None
    other, body = agency.policy(), next_of(agency, former, line="body", begins_on=agency.today)
    for wrong in (made, other, body):
        with pytest.raises(Invalid) as caught:
            agency.run("insurance.link", policy=made, former=wrong)
        assert [each.field for each in caught.value.problems] == ["former"]
    agency.run("insurance.link", policy=made, former=former)
    with pytest.raises(Refused):
        agency.run("insurance.link", policy=made, former=former)
    second = next_of(agency, former, begins_on=agency.today + timedelta(days=300))
    with pytest.raises(CommandError):
        agency.run("insurance.link", policy=second, former=former)


def test_what_ended_while_nobody_looked_is_lost(agency: Agency) -> None:
    seen, unseen = agency.ending(5), agency.ending(200)
    agency.clock.advance(days=300)
    agency.run("insurance.keep_states")
    for each in (seen, unseen):
        row = agency.row(Policy, each)
        assert (row.state, row.renewal, row.lost_reason, row.retained) == ("lapsed", "lost", "lapsed", 0)


def test_a_loss_is_not_paid_beyond_the_cover_nor_before_its_first_hour(agency: Agency) -> None:
    begin = agency.today - timedelta(days=10)
    number = agency.policy(begins_on=begin, sum_insured=1_000_000)

    def claim(days: int) -> int:
        values = {"policy": number, "occurred_on": begin + timedelta(days=days)}
        return int(agency.run("record.create", resource="insurance.claim", values=values))

    with pytest.raises(Invalid) as caught:
        claim(0)  # the cover begins at hour 24 of that day
    assert [each.field for each in caught.value.problems] == ["occurred_on"]
    made = claim(1)
    for state in ("surveyed", "approved"):
        agency.run("insurance.set_claim_state", claim=made, state=state)
    paying = {"claim": made, "state": "paid", "paid_on": agency.today}
    with pytest.raises(Invalid) as caught:
        agency.run("insurance.set_claim_state", paid=1_000_001, **paying)
    assert [each.field for each in caught.value.problems] == ["paid"]
    agency.run("insurance.set_claim_state", paid=1_000_000, **paying)
    assert agency.row(Claim, made).paid == 1_000_000


def test_an_expert_is_told_of_what_comes_into_his_charge(agency: Agency, make_actor: MakeActor) -> None:
    one = make_actor("one", GRANTS["agent"])
    number = agency.policy(expert=one.user_id)
    agency.policy(expert=agency.head.user_id)
    assert told(agency, "insurance.given") == [(one.user_id, number)]
