"""Renewal: exactly once, without gaps, silencing what reminded of the former policy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kernel.messages.reminders.models import Reminder
from kernel.messages.reminders.sweep import sweep
from kernel.resources.errors import CommandError, Invalid, Refused
from plugins.insurance.models import Instalment, InsuredObject, InsuredPerson, Policy
from plugins.insurance.tests.conftest import Agency, jalali

AT_ONCE = 5


def renew(agency: Agency, number: int, **more: object) -> int:
    return int(agency.run("insurance.renew", policy=number, number=f"N{number}", **more))


def test_the_next_policy_begins_when_the_former_ends(agency: Agency) -> None:
    child = agency.person("Child")
    parts = {
        "insured": [{"party": child, "relation": "child"}],
        "objects": [{"title": "Lift", "identifier": "7", "sum_insured": 5}],
    }
    former = agency.ending(10, line="third_party", plate="12ب345-67", no_claim_years=3, parts=parts)
    made = renew(agency, former, instalments=4)
    before, after = agency.row(Policy, former), agency.row(Policy, made)
    assert after.former_id == former
    assert after.begins_at == before.ends_at
    assert (after.plate, after.no_claim_years, after.holder_id) == ("12ب345-67", 4, before.holder_id)
    assert (before.renewal, before.retained, before.state) == ("renewed", 100, "active")
    assert after.state == "waiting"
    for model in (InsuredPerson, InsuredObject):
        assert len(agency.rows(select(model).where(model.policy_id == made))) == 1
    parts_ = agency.rows(select(Instalment).where(Instalment.policy_id == made))
    assert sum(each.amount for each in parts_) == after.premium_total
    agency.clock.advance(days=12)
    agency.run("insurance.keep_states")
    assert agency.row(Policy, former).state == "renewed"
    assert agency.row(Policy, made).state == "active"


def test_thirty_esfand_comes_back(agency: Agency) -> None:
    number = agency.policy(begins_on=jalali(1404, 12, 29), ends_on=jalali(1405, 12, 29))
    assert agency.row(Policy, number).anchor_day == 29
    first = agency.policy(begins_on=jalali(1403, 12, 30), grace_days=180)
    assert agency.row(Policy, first).ends_on == jalali(1404, 12, 29)
    next_ = renew(agency, first, begins_on=jalali(1404, 12, 29), ends_on=jalali(1405, 12, 29))
    assert agency.row(Policy, next_).anchor_day == 30
    agency.edit(next_, begins_on=jalali(1405, 1, 5))
    assert agency.row(Policy, next_).anchor_day == 5
    agency.edit(next_, begins_on=jalali(1404, 12, 29))
    assert agency.row(Policy, next_).anchor_day == 30, "a begin that is put right holds on to the chain's day"


def test_what_is_not_entered_follows_from_what_is(agency: Agency) -> None:
    """Whoever names another insurer has its terms; whoever names another begin, the end that follows from it."""
    asia = agency.run("record.create", resource="insurance.insurer", values={"title": "Asia"})
    terms = {"line": "life", "insurer": asia, "months": 6, "hour": "24", "grace_days": 3}
    agency.run("record.create", resource="insurance.line", values={**terms, "commission_percent": 20})
    former = agency.policy(begins_on=jalali(1404, 8, 10), ends_on=jalali(1405, 8, 10), premium=1_000_005)
    made = agency.row(Policy, renew(agency, former, insurer=asia))
    assert (made.ends_on, made.commission, made.grace_days) == (jalali(1406, 2, 10), 200_001, 3)
    former = agency.policy(begins_on=jalali(1404, 8, 10), ends_on=jalali(1405, 8, 10))
    made = agency.row(Policy, renew(agency, former, begins_on=jalali(1405, 8, 20)))
    assert (made.ends_on, made.commission_percent) == (jalali(1406, 8, 20), 10)
    former = agency.policy(begins_on=jalali(1404, 8, 10), ends_on=jalali(1405, 8, 10))
    with pytest.raises(Invalid) as refusal:
        renew(agency, former, begins_on="1405/13/01", insurer="x")
    assert {each.field for each in refusal.value.problems} == {"begins_on", "insurer"}


def test_many_renew_at_once_and_one_policy_comes_of_it(agency: Agency) -> None:
    former = agency.ending(5)

    def one(place: int) -> object:
        try:
            return agency.run("insurance.renew", policy=former, number=f"R{place}")
        except CommandError as refusal:
            return refusal

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(one, range(AT_ONCE)))
    made = [answer for answer in answers if isinstance(answer, int)]
    assert len(made) == 1
    assert [row.id for row in agency.rows(select(Policy).where(Policy.former_id == former))] == made


def test_the_database_alone_refuses_a_second_successor(agency: Agency) -> None:
    former = agency.ending(5)
    made, other = renew(agency, former), agency.policy()
    owner = agency.runtime.engines.owner(agency.runtime.site)
    twice = text("UPDATE insurance.policy SET former_id = :former WHERE id = :id")
    with owner.connect() as connection, pytest.raises(IntegrityError, match="uq_policy_former_id"):
        connection.execute(twice, {"former": former, "id": other})
    assert made


def test_what_cannot_be_renewed(agency: Agency) -> None:
    former = agency.ending(5)
    with pytest.raises(Invalid) as refusal:
        renew(agency, former, begins_on=agency.today)
    assert refusal.value.problems[0].field == "begins_on"
    renew(agency, former)
    with pytest.raises(Refused):
        renew(agency, former)
    with pytest.raises(Refused):
        renew(agency, agency.policy(number=None))


def test_a_cancelled_successor_leaves_the_former_to_be_renewed_again(agency: Agency) -> None:
    former = agency.ending(5)
    made = renew(agency, former)
    agency.run(
        "insurance.cancel", policy=made, cancelled_on=agency.today, cancel_reason="Wrong car", refund=5
    )
    assert agency.row(Policy, made).state == "cancelled"
    assert agency.row(Policy, former).renewal == "contacted"
    again = int(agency.run("insurance.renew", policy=former, number="again"))
    agency.run("record.delete", resource="insurance.policy", record_id=again)
    assert agency.row(Policy, former).renewal == "contacted"


def test_a_lapsed_policy_is_won_back_from_today(agency: Agency) -> None:
    number = agency.ending(1)
    agency.clock.advance(days=60)
    agency.run("insurance.keep_states")
    made = renew(agency, number)
    assert agency.row(Policy, made).begins_on == agency.today
    assert agency.row(Policy, number).retained == 100


def ladder(agency: Agency, days: tuple[int, ...], **more: object) -> int:
    values = {"name": "Ends", "source": "insurance.end", "channel": "list", **more}
    rungs = [{"days_before": day, "at": "00:00"} for day in days]
    return int(agency.run("record.create", resource="reminder_ladder", values=values, parts={"rungs": rungs}))


def look(agency: Agency) -> list[tuple[int, int, str]]:
    with agency.runtime.system_work("reminders", "job.reminders") as context:
        sweep(context)
    rows = agency.rows(select(Reminder).order_by(Reminder.id))
    return [(row.record_id, row.days_before, row.state) for row in rows]


def test_renewing_silences_the_ladder_of_the_former(agency: Agency) -> None:
    renewed, other = agency.ending(10), agency.ending(10)
    ladder(agency, (10, 5))
    assert [(number, state) for number, _days, state in look(agency)] == [(renewed, "open"), (other, "open")]
    agency.clock.advance(days=1)
    renew(agency, renewed)
    agency.clock.advance(days=4)
    found = look(agency)
    assert (renewed, 10, "obsolete") in found
    assert not [each for each in found if each[:2] == (renewed, 5)]
    assert (other, 5, "open") in found


def test_losing_silences_it_too(agency: Agency) -> None:
    number = agency.ending(10)
    ladder(agency, (10, 5))
    look(agency)
    agency.run("insurance.lose", policy=number, lost_reason="price", lost_note="Cheaper there")
    agency.clock.advance(days=5)
    assert look(agency) == [(number, 10, "obsolete")]
    row = agency.row(Policy, number)
    assert (row.renewal, row.lost_reason, row.retained) == ("lost", "price", 0)


def test_the_board_asks_for_more_where_renewing_or_losing(agency: Agency) -> None:
    number = agency.ending(10)
    agency.run("insurance.set_renewal", policy=number, renewal="contacted")
    for lane in ("renewed", "lost"):
        with pytest.raises(Refused):
            agency.run("insurance.set_renewal", policy=number, renewal=lane)
    agency.run("insurance.lose", policy=number, lost_reason="sold")
    agency.run("insurance.set_renewal", policy=number, renewal="contacted")
    assert agency.row(Policy, number).lost_reason is None
    far = agency.ending(300)
    with pytest.raises(Refused):
        agency.run("insurance.set_renewal", policy=far, renewal="contacted")
    assert agency.today + timedelta(days=300) == agency.row(Policy, far).ends_on
