"""What stands beside a policy: its former one and its renewal never overlap, and mistakes are taken back whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.resources.errors import CommandError, Invalid, Refused
from plugins.insurance.calling import call_list
from plugins.insurance.models import Claim, Policy
from plugins.insurance.tests.conftest import Agency
from plugins.insurance.tests.test_chains import cars, chain, next_of
from plugins.insurance.tests.test_renewing import ladder, look

DAY = timedelta(days=1)


def fields_of(refusal: pytest.ExceptionInfo[Invalid]) -> list[str | None]:
    return [each.field for each in refusal.value.problems]


def test_a_renewal_and_its_former_never_overlap(agency: Agency) -> None:
    former = agency.ending(20)
    made = int(agency.run("insurance.renew", policy=former, number="R"))
    ends = agency.row(Policy, former).ends_on
    for number, values, field in (
        (made, {"begins_on": ends - DAY}, "begins_on"),
        (made, {"begins_hour": 0}, "begins_on"),
        (former, {"ends_on": ends + DAY}, "ends_on"),
    ):
        with pytest.raises(Invalid) as refusal:
            agency.edit(number, **values)
        assert fields_of(refusal) == [field]
    with pytest.raises(Invalid) as refusal:
        agency.run("insurance.endorse", policy=former, kind="dates", description="x", ends_on=ends + DAY)
    assert fields_of(refusal) == ["ends_on"]
    agency.run("insurance.endorse", policy=former, kind="dates", description="x", ends_on=ends - 5 * DAY)
    agency.edit(made, begins_on=ends - 5 * DAY)
    assert agency.row(Policy, made).begins_at == agency.row(Policy, former).ends_at
    agency.edit(made, note="What touches no time is not judged")


def test_a_policy_in_a_chain_keeps_its_line(agency: Agency) -> None:
    former = agency.ending(10)
    made = agency.run("insurance.renew", policy=former, number="R1")
    for number in (former, made):
        with pytest.raises(Invalid) as refusal:
            agency.edit(number, line="health")
        assert [each.field for each in refusal.value.problems] == ["line"]
    agency.run("insurance.unlink", policy=made)
    agency.edit(made, line="health")
    assert agency.row(Policy, made).line == "health"


def test_nobody_links_what_overlaps(agency: Agency) -> None:
    former = cars(agency, 20)
    early = next_of(agency, former, begins_on=agency.today)
    with pytest.raises(Invalid) as refusal:
        agency.run("insurance.link", policy=early, former=former)
    assert fields_of(refusal) == ["former"]
    agency.run(
        "insurance.endorse", policy=former, kind="dates", description="Shortened", ends_on=agency.today
    )
    agency.run("insurance.link", policy=early, former=former)
    assert chain(agency, early)[0] == former


def test_two_who_move_neighbours_at_once_leave_no_overlap(agency: Agency) -> None:
    former = agency.ending(30)
    made = int(agency.run("insurance.renew", policy=former, number="R"))
    ends = agency.row(Policy, former).ends_on
    agency.edit(former, ends_on=ends - 8 * DAY)

    def move(place: int) -> bool:
        try:
            if place % 2:
                agency.edit(former, ends_on=ends - 2 * DAY)
            else:
                agency.edit(made, begins_on=ends - 6 * DAY)
        except CommandError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(move, range(4)))
    assert any(moved)
    assert agency.row(Policy, former).ends_at <= agency.row(Policy, made).begins_at


def test_what_had_lapsed_by_a_wrong_end_waits_again(agency: Agency) -> None:
    number = agency.ending(1)
    ladder(agency, (20,))
    agency.clock.advance(days=40)
    agency.run("insurance.keep_states")
    assert chain(agency, number)[1] == "lost"
    agency.edit(number, ends_on=agency.today + 20 * DAY)
    row = agency.row(Policy, number)
    assert (row.state, row.renewal, row.lost_reason, row.retained) == ("active", "upcoming", None, None)
    assert look(agency) == [(number, 20, "open")]
    agency.run("insurance.lose", policy=number, lost_reason="price")
    agency.edit(number, ends_on=agency.today + 25 * DAY)
    assert agency.row(Policy, number).lost_reason == "price", "what a person said stands"


def test_a_request_that_gets_its_number_later_renews_like_any_other(agency: Agency) -> None:
    former = cars(agency, 10)
    ladder(agency, (10, 5))
    assert look(agency) == [(former, 10, "open")]
    agency.clock.advance(days=1)
    made = next_of(agency, former, number=None)
    assert chain(agency, former)[1] == "upcoming"
    agency.edit(made, number="1405/late")
    assert (chain(agency, made)[0], chain(agency, former)[1]) == (former, "renewed")
    agency.clock.advance(days=4)
    assert look(agency) == [(former, 10, "obsolete")]
    agency.run("insurance.unlink", policy=made)
    agency.edit(made, number="1405/corrected")
    assert chain(agency, made)[0] is None


def called(agency: Agency) -> list[int]:
    return agency.look(lambda context: [call.policy.id for call in call_list(context)])


def test_who_does_not_answer_on_the_agreed_day_is_still_called(agency: Agency) -> None:
    number = agency.ending(9)
    agency.run("insurance.talk", policy=number, outcome="later", next_call_on=agency.today + 2 * DAY)
    agency.clock.advance(days=2)
    agency.run("insurance.talk", policy=number, outcome="no_answer")
    assert called(agency) == [number]
    agency.run("insurance.talk", policy=number, outcome="no_answer", next_call_on=agency.today + DAY)
    assert called(agency) == []


def test_an_end_at_midnight_is_the_end_of_the_day_before(agency: Agency) -> None:
    ends: date = agency.today + 11 * DAY
    number = agency.policy(begins_on=ends - 365 * DAY, ends_on=ends, ends_hour=0)
    ladder(agency, (10, 0))
    assert look(agency) == [(number, 10, "open")]
    agency.clock.advance(days=10)
    assert look(agency) == [(number, 10, "open"), (number, 0, "open")]


def test_a_cancellation_lessens_what_was_sold_and_is_taken_back(agency: Agency) -> None:
    former = agency.ending(5, commission_percent=10, premium=1_200)
    made = int(agency.run("insurance.renew", policy=former, number="R", premium=1_000, instalments=4))
    first = agency.run("insurance.plan", policy=made, count=4, first=agency.today)[0]
    agency.run("insurance.pay", instalment=first)
    cancelled: dict[str, Any] = {"cancelled_on": agency.today, "cancel_reason": "x"}
    agency.run("insurance.cancel", policy=made, **cancelled)
    row = agency.row(Policy, made)
    assert (row.refund, row.premium_kept, row.commission, row.premium_total) == (750, 250, 25, 1_000)
    assert chain(agency, former)[1] == "contacted"
    agency.run("insurance.reinstate", policy=made)
    row = agency.row(Policy, made)
    assert (row.state, row.refund, row.premium_kept, row.commission) == ("waiting", None, 1_000, 100)
    assert chain(agency, former)[1] == "renewed"
    with pytest.raises(Refused):
        agency.run("insurance.reinstate", policy=made)
    agency.run("insurance.cancel", policy=made, refund=0, **cancelled)
    assert agency.row(Policy, made).premium_kept == 1_000
    agency.run("insurance.renew", policy=former, number="R2")
    with pytest.raises(CommandError):
        agency.run("insurance.reinstate", policy=made)
    assert agency.row(Policy, made).state == "cancelled"


def test_a_payment_that_was_entered_wrongly_is_corrected(agency: Agency) -> None:
    policy = agency.policy(begins_on=agency.today - 30 * DAY)
    values = {"policy": policy, "occurred_on": agency.today - 2 * DAY}
    claim = int(agency.run("record.create", resource="insurance.claim", values=values))
    for state in ("surveyed", "approved"):
        agency.run("insurance.set_claim_state", claim=claim, state=state)
    paying: dict[str, Any] = {"claim": claim, "state": "paid", "paid_on": agency.today}
    agency.run("insurance.set_claim_state", paid=10_000_000, **paying)
    agency.run("insurance.set_claim_state", claim=claim, state="approved")
    assert agency.row(Claim, claim).paid is None
    agency.run("insurance.set_claim_state", paid=1_000_000, **paying)
    assert agency.row(Claim, claim).paid == 1_000_000
