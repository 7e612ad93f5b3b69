"""Instalments, endorsements, claims and cancelling."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kernel.parties.models import PartyRole
from kernel.resources.errors import EditConflict, Invalid, Refused
from plugins.insurance.models import Claim, Endorsement, Instalment, InsuredPerson, Policy
from plugins.insurance.tests.conftest import Agency


def dues(agency: Agency, policy: int) -> list[int]:
    rows = agency.rows(
        select(Instalment).where(Instalment.policy_id == policy).order_by(Instalment.due_on, Instalment.id)
    )
    return [row.amount for row in rows]


def plan(agency: Agency, policy: int, **more: object) -> list[int]:
    values = {"count": 3, "first": agency.today, **more}
    return list(agency.run("insurance.plan", policy=policy, **values))


def endorse(agency: Agency, policy: int, kind: str, **more: object) -> int:
    return int(agency.run("insurance.endorse", policy=policy, kind=kind, description="As written", **more))


def test_instalments_make_up_the_premium_and_what_is_paid_stays(agency: Agency) -> None:
    number = agency.policy(premium=10_000_000)
    first = plan(agency, number, down=1_000_000)
    assert dues(agency, number) == [1_000_000, 3_000_000, 3_000_000, 3_000_000]
    agency.run("insurance.pay", instalment=first[0])
    with pytest.raises(Refused):
        agency.run("insurance.pay", instalment=first[0])
    plan(agency, number, count=2)
    assert sorted(dues(agency, number)) == [1_000_000, 4_500_000, 4_500_000]
    agency.run("insurance.unpay", instalment=first[0])
    assert agency.row(Instalment, first[0]).paid_on is None
    with pytest.raises(Invalid) as refusal:
        plan(agency, number, down=99_000_000)
    assert refusal.value.problems[0].field == "down"


def test_an_endorsement_changes_the_premium_and_the_instalments(agency: Agency) -> None:
    number = agency.policy(premium=9_000_000, commission_percent=10)
    plan(agency, number)
    endorse(agency, number, "premium", premium_change=1_000_000)
    row = agency.row(Policy, number)
    assert (row.premium, row.endorsed, row.premium_total, row.commission) == (
        9_000_000,
        1_000_000,
        10_000_000,
        1_000_000,
    )
    assert sum(dues(agency, number)) == 10_000_000
    endorse(agency, number, "premium", premium_change=-4_000_000)
    assert agency.row(Policy, number).premium_total == 6_000_000
    assert sum(dues(agency, number)) == 6_000_000
    assert [row.place for row in agency.rows(select(Endorsement).order_by(Endorsement.id))] == [1, 2]
    with pytest.raises(Invalid) as refusal:
        endorse(agency, number, "premium", premium_change=-99_000_000)
    assert refusal.value.problems[0].field == "premium_change"
    with pytest.raises(Invalid):
        endorse(agency, number, "premium")


def test_a_premium_is_not_corrected_below_what_was_given_back(agency: Agency) -> None:
    number = agency.policy(premium=9_000_000, commission_percent=10)
    endorse(agency, number, "premium", premium_change=-4_000_000)
    with pytest.raises(Invalid) as refusal:
        agency.edit(number, premium=3_999_999)
    assert [each.field for each in refusal.value.problems] == ["premium"]
    agency.edit(number, premium=5_000_000)
    agency.run(
        "insurance.cancel", policy=number, cancelled_on=agency.today, cancel_reason="x", refund=1_000_000
    )
    assert (agency.row(Policy, number).premium_kept, agency.row(Policy, number).commission) == (0, 0)
    with pytest.raises(Invalid):
        agency.edit(number, premium=4_999_999)
    with agency.runtime.engines.owner(agency.runtime.site).begin() as owner, pytest.raises(IntegrityError):
        owner.execute(update(Policy).where(Policy.id == number).values(premium=4_999_999))


def test_instalments_follow_a_premium_that_is_corrected(agency: Agency) -> None:
    number = agency.policy(premium=9_000)
    first = plan(agency, number)[0]
    agency.run("insurance.pay", instalment=first)
    agency.edit(number, premium=5_000)
    assert dues(agency, number) == [3_000, 2_000]
    agency.edit(number, premium=2_000)
    assert dues(agency, number) == [3_000], "what is paid stays"
    agency.edit(number, premium=8_000)
    assert dues(agency, number) == [3_000], "what is added is planned anew"
    plan(agency, number)
    assert sum(dues(agency, number)) == 8_000


def test_days_of_payment_lie_about_the_policy(agency: Agency) -> None:
    number = agency.policy()
    with pytest.raises(Invalid) as refusal:
        plan(agency, number, first="1300/01/01")
    assert refusal.value.problems[0].field == "first"
    part = plan(agency, number)[0]
    with pytest.raises(Invalid) as refusal:
        agency.run("insurance.pay", instalment=part, paid_on="1300/01/01")
    assert refusal.value.problems[0].field == "paid_on"
    agency.run("insurance.pay", instalment=part, paid_on=agency.today - timedelta(days=9))


def test_an_endorsement_changes_the_end(agency: Agency) -> None:
    number = agency.ending(5)
    assert agency.row(Policy, number).renewal == "upcoming"
    ends = agency.today + timedelta(days=100)
    made = endorse(agency, number, "dates", ends_on=ends)
    row, said = agency.row(Policy, number), agency.row(Endorsement, made)
    assert (row.ends_on, row.renewal) == (ends, None)
    assert (said.ends_before, said.ends_after) == (agency.today + timedelta(days=5), ends)
    with pytest.raises(Invalid) as refusal:
        endorse(agency, number, "dates", ends_on=agency.today - timedelta(days=999))
    assert refusal.value.problems[0].field == "ends_on"


def test_an_endorsement_changes_who_is_insured(agency: Agency) -> None:
    one, other = agency.person("One"), agency.person("Other")
    number = agency.policy(line="health", parts={"insured": [{"party": one, "relation": "spouse"}]})
    endorse(agency, number, "insured", added=other, relation="child", removed=one)
    rows = agency.rows(select(InsuredPerson).where(InsuredPerson.policy_id == number))
    assert [(row.party_id, row.relation) for row in rows] == [(other, "child")]
    for wrong, field in (({}, "added"), ({"added": other}, "added"), ({"removed": one}, "removed")):
        with pytest.raises(Invalid) as refusal:
            endorse(agency, number, "insured", **wrong)
        assert refusal.value.problems[0].field == field


def test_an_endorsement_changes_the_holder(agency: Agency) -> None:
    seller, buyer = agency.person("Seller"), agency.person("Buyer")
    number = agency.policy(seller)
    endorse(agency, number, "holder", holder=buyer)
    assert agency.row(Policy, number).holder_id == buyer


def test_endorsements_are_not_changed(agency: Agency) -> None:
    number = agency.policy()
    made = endorse(agency, number, "correction")
    with pytest.raises(Exception, match=r".+"):
        agency.run(
            "record.edit", resource="insurance.endorsement", record_id=made, values={"description": "Other"}
        )
    assert agency.row(Endorsement, made).description == "As written"


def test_who_saw_an_older_version_is_told(agency: Agency) -> None:
    number = agency.policy()
    with pytest.raises(EditConflict):
        agency.run("insurance.endorse", policy=number, kind="correction", description="x", version=99)


def test_cancelling_takes_the_unpaid_away(agency: Agency) -> None:
    number = agency.policy(premium=9_000_000)
    first = plan(agency, number)
    agency.run("insurance.pay", instalment=first[0])
    agency.run(
        "insurance.cancel", policy=number, cancelled_on=agency.today, cancel_reason="Sold", refund=1_000_000
    )
    assert dues(agency, number) == [3_000_000]
    with pytest.raises(Refused):
        agency.run("insurance.cancel", policy=number, cancelled_on=agency.today, cancel_reason="Again")
    with pytest.raises(Refused):
        endorse(agency, number, "correction")


def claim(agency: Agency, policy: int, **more: object) -> int:
    values = {"policy": policy, "occurred_on": agency.today, "claimed": 5_000_000, **more}
    return int(agency.run("record.create", resource="insurance.claim", values=values))


def step(agency: Agency, number: int, state: str, **more: object) -> None:
    agency.run("insurance.set_claim_state", claim=number, state=state, **more)


def test_a_claim_goes_its_way_to_the_payment(agency: Agency) -> None:
    policy = agency.policy(
        begins_on=agency.today - timedelta(days=9), holder=agency.person(mobile="09121234567")
    )
    number = claim(agency, policy)
    assert agency.row(Claim, number).code
    step(agency, number, "surveyed")
    with pytest.raises(Refused):
        step(agency, number, "paid", paid=1, paid_on=agency.today)
    step(agency, number, "approved")
    for wrong in ({}, {"paid": 1}, {"paid": 1, "paid_on": agency.today + timedelta(days=1)}):
        with pytest.raises(Invalid):
            step(agency, number, "paid", **wrong)
    step(agency, number, "paid", paid=4_000_000, paid_on=agency.today)
    row = agency.row(Claim, number)
    assert (row.state, row.paid, row.paid_on) == ("paid", 4_000_000, agency.today)


def test_a_rejection_needs_its_reason(agency: Agency) -> None:
    number = claim(agency, agency.policy(begins_on=agency.today - timedelta(days=9)))
    with pytest.raises(Invalid) as refusal:
        step(agency, number, "rejected")
    assert refusal.value.problems[0].field == "reject_reason"
    step(agency, number, "rejected", reject_reason="Not covered")
    step(agency, number, "documents")
    assert agency.row(Claim, number).reject_reason is None


def test_a_loss_lies_within_the_policy(agency: Agency) -> None:
    policy = agency.policy(begins_on=agency.today - timedelta(days=9))
    for days in (-10, 1):
        with pytest.raises(Invalid) as refusal:
            claim(agency, policy, occurred_on=agency.today + timedelta(days=days))
        assert refusal.value.problems[0].field == "occurred_on"
    number = claim(agency, policy)
    with pytest.raises(Invalid):
        agency.run(
            "record.edit", resource="insurance.claim", record_id=number, values={"policy": agency.policy()}
        )


def test_a_claim_ends_the_years_without_one(agency: Agency) -> None:
    number = agency.ending(5, line="body", plate="12ب345-67", no_claim_years=4)
    claim(agency, number)
    made = agency.run("insurance.renew", policy=number, number="R")
    assert agency.row(Policy, made).no_claim_years == 0


def test_nothing_happens_to_a_policy_before_there_was_one(agency: Agency) -> None:
    number = agency.policy(
        begins_on=agency.today - timedelta(days=10), ends_on=agency.today + timedelta(days=300)
    )
    for day in (agency.today - timedelta(days=11), agency.today + timedelta(days=301)):
        with pytest.raises(Invalid) as refusal:
            endorse(agency, number, "correction", day=day)
        assert refusal.value.problems[0].field == "day"
    early = agency.today - timedelta(days=11)
    with pytest.raises(Invalid) as refusal:
        agency.run("insurance.cancel", policy=number, cancelled_on=early, cancel_reason="x")
    assert refusal.value.problems[0].field == "cancelled_on"


def test_whoever_becomes_the_holder_is_an_insured(agency: Agency) -> None:
    """By an endorsement, and when a policy is issued that was only requested."""
    number, buyer = agency.policy(), agency.person("Buyer")
    endorse(agency, number, "holder", holder=buyer)
    requested = agency.person("Waiting")
    request = agency.policy(requested, number=None)
    roles = select(PartyRole.party_id).where(PartyRole.role == "insurance.insured")
    assert buyer in agency.rows(roles)
    assert requested not in agency.rows(roles)
    agency.edit(request, number="12/1")
    assert requested in agency.rows(roles)
