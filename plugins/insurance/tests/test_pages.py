"""The pages of the plugin as people of the trade use them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kernel.access.models import UserAccount
from kernel.api import Invalid, PersonFamily
from kernel.messages.reminders.models import ReminderLadder
from kernel.testing.users import keep_fields
from plugins.insurance.commands.starting import LADDERS
from plugins.insurance.models import Claim, Endorsement, Instalment, Policy
from plugins.insurance.suggestions import PATTERNS
from plugins.insurance.tests.conftest import Agency

GRANTS = {each.name: each.grants for each in PATTERNS}


def test_the_head_sets_up_the_reminders(agency: Agency, browse: Any) -> None:
    boss = browse("boss", GRANTS["head"])
    assert "راه‌اندازی" in boss.get("/insurance/reminders").text
    boss.post("/insurance/reminders")
    ladders = agency.rows(select(ReminderLadder))
    assert {(row.source, row.channel) for row in ladders} == {(each.source, each.channel) for each in LADDERS}
    greeting = ("insurance.birthday", "insurance.wedding")
    assert {row.source for row in ladders if row.on_day_off != "earlier"} == set(greeting)
    assert "همه راه‌اندازی شده‌اند" in boss.get("/insurance/reminders").text
    again = boss.post("/insurance/reminders")
    assert len(agency.rows(select(ReminderLadder))) == len(LADDERS)
    assert again.status_code in (302, 303)
    end = next(row for row in ladders if (row.source, row.channel) == ("insurance.end", "sms"))
    agency.run("record.delete", resource="reminder_ladder", record_id=end.id)
    boss.post("/insurance/reminders")
    (anew,) = agency.rows(select(ReminderLadder).where(ReminderLadder.id > max(row.id for row in ladders)))
    assert (anew.source, anew.template_id) == (end.source, end.template_id), "its words are there still"


def test_an_agent_works_on_his_own_policies(agency: Agency, browse: Any) -> None:
    agent = browse("nima", GRANTS["agent"])
    holder = agent.made("/persons/new", last_name="راد", mobile="09121234567").rpartition("/")[2]
    ends = datetime.now(UTC).date() + timedelta(days=5)
    values: dict[str, Any] = {
        "holder": holder,
        "line": "life",
        "insurer": str(agency.insurer),
        "number": "1405/90001",
        "begins_on": (ends - timedelta(days=365)).isoformat(),
        "ends_on": ends.isoformat(),
        "premium": "12000000",
    }
    made = agent.made("/insurance/policies/new", **values)
    number = int(made.rpartition("/")[2])
    other = agency.ending(5)
    page = agent.get("/insurance/calls").text
    assert f"/insurance/{number}/file" in page
    assert f"/insurance/{other}/file" not in page
    assert agent.get(f"/insurance/{other}/file").status_code == 404
    file = agent.get(f"/insurance/{number}/file")
    assert file.status_code == 200
    for page in ("renew", "talk", "lose", "cancel", "endorse", "plan"):
        assert agent.get(f"/insurance/{number}/{page}").status_code == 200, page
    refused = agent.post(f"/insurance/{number}/talk", {"outcome": "quoted"})
    assert refused.status_code == 422
    agent.post(f"/insurance/{number}/talk", {"outcome": "talked"})
    assert agency.row(Policy, number).renewal == "contacted"
    agent.post(f"/insurance/{number}/plan", {"count": "2", "first": "1405/10/01", "every": "1"})
    first = agency.rows(select(Instalment.id).order_by(Instalment.id))[0]
    agent.post(f"/insurance/instalments/{first}/pay")
    assert agency.row(Instalment, first).paid_from == "own"
    agent.post(f"/insurance/instalments/{first}/unpay")
    assert agent.get(f"/insurance/instalments/{first}/paid").status_code == 200
    past = agency.today - timedelta(days=3)
    agent.post(f"/insurance/instalments/{first}/paid", {"paid_on": past.isoformat(), "note": "کارت به کارت"})
    assert (agency.row(Instalment, first).paid_on, agency.row(Instalment, first).note) == (
        past,
        "کارت به کارت",
    )
    agent.post(f"/insurance/instalments/{first}/unpay")
    assert agent.get("/insurance/instalments/987654321/paid").status_code == 404
    agent.post(
        f"/insurance/{number}/endorse",
        {"kind": "correction", "day": "1405/09/01", "description": "نام اصلاح شد"},
    )
    assert agency.rows(select(Endorsement.description)) == ["نام اصلاح شد"]
    agent.post(f"/insurance/{number}/lose", {"lost_reason": "price"})
    agent.post(f"/insurance/{number}/reopen")
    assert agency.row(Policy, number).renewal == "contacted"


def test_a_claim_is_entered_and_taken_on(agency: Agency, browse: Any) -> None:
    clerk = browse("clerk", GRANTS["clerk"])
    policy = agency.policy(begins_on=agency.today - timedelta(days=30))
    made = clerk.made(
        "/insurance/claims/new",
        policy=str(policy),
        occurred_on=(agency.today - timedelta(days=2)).isoformat(),
    )
    number = int(made.rpartition("/")[2])
    assert clerk.get(f"/insurance/claims/{number}/step").status_code == 200
    clerk.post(f"/insurance/claims/{number}/step", {"state": "rejected", "reject_reason": "پوشش ندارد"})
    assert agency.row(Claim, number).state == "rejected"
    assert "پوشش ندارد" in clerk.get(f"/insurance/claims/{number}").text


def test_what_a_pattern_keeps_of_policies_and_claims_is_kept_by_their_forms(
    agency: Agency, browse: Any
) -> None:
    policy = agency.ending(5, sum_insured=76_543_210, commission_percent=7, premium=9_876_543)
    ends = agency.row(Policy, policy).ends_on
    values = {
        "policy": policy,
        "occurred_on": (agency.today - timedelta(days=2)).isoformat(),
        "claimed": 5_432_100,
    }
    claim = agency.run("record.create", resource="insurance.claim", values=values)
    agency.run("insurance.set_claim_state", claim=claim, state="documents", next_step_on="1406/01/20")
    planned = agency.row(Claim, claim).next_step_on
    agency.run("insurance.talk", policy=policy, outcome="quoted", quoted=8_765_432, next_call_on="1406/01/21")
    called = agency.row(Policy, policy).next_call_on
    clerk = browse("kept", GRANTS["head"])
    rules = {
        **dict.fromkeys([("insurance.claim", name) for name in ("claimed", "next_step_on")], "hidden"),
        **dict.fromkeys(
            [
                ("insurance.policy", name)
                for name in ("number", "quoted", "next_call_on", "sum_insured", "ends_on")
            ],
            "hidden",
        ),
        ("insurance.policy", "commission_percent"): "read_only",
    }
    with agency.runtime.engines.owner(agency.runtime.site).begin() as owner:
        wanted = select(UserAccount.id).where(UserAccount.username == "kept")
        actor = keep_fields(owner, owner.execute(wanted).scalar_one(), rules)
    kept = {
        f"/insurance/{policy}/talk": ("quoted", "next_call_on", "۸٬۷۶۵"),
        f"/insurance/{policy}/renew": ("sum_insured", "commission_percent", "ends_on", "۷۶٬۵۴۳", "۸٬۷۶۵"),
        f"/insurance/{policy}/endorse": ("ends_on",),
        f"/insurance/claims/{claim}/step": ("next_step_on", "۵٬۴۳۲", "۱۴۰۶/۰۱/۲۰"),
    }
    for address, words in kept.items():
        page = clerk.get(address).text
        assert [
            word for word in words if f'name="{word}"' in page or word in re.sub("<[^>]*>", "", page)
        ] == []
        assert "۵٬۴۳۲" not in page
    stored = agency.row(Policy, policy)
    for reader, told in ((browse("told", GRANTS["head"]), True), (clerk, False)):
        page = reader.get(f"/persons/{stored.holder_id}").text
        assert (f"/insurance/{policy}/file" in page, f"<bdi>{stored.number}</bdi>" in page) == (True, told)
    clerk.post(
        f"/insurance/{policy}/talk", {"outcome": "talked", "next_call_on": "1406/02/02", "quoted": "1"}
    )
    assert (agency.row(Policy, policy).next_call_on, agency.row(Policy, policy).quoted) == (called, 8_765_432)
    clerk.post(f"/insurance/claims/{claim}/step", {"state": "surveyed", "next_step_on": "1406/02/02"})
    assert (agency.row(Claim, claim).state, agency.row(Claim, claim).next_step_on) == ("surveyed", planned)
    given: dict[str, Any] = {"policy": policy, "outcome": "talked", "quoted": 1}
    with pytest.raises(Invalid):
        agency.run("insurance.talk", actor, **given)
    with pytest.raises(Invalid):
        agency.run("insurance.renew", actor, policy=policy, commission_percent=50)
    assert agency.row(Policy, policy).ends_on == ends


def test_families_without_a_line_are_offered(agency: Agency, browse: Any) -> None:
    holder, spouse, child = (agency.person(name) for name in ("همتی", "صدری", "فرزند"))
    kinds = agency.look(
        lambda context: {
            row.code: row.id for row in context.session.query(context.runtime.resource("relation_kind").model)
        }
    )
    agency.run("relation.add", party_id=holder, relation=f"{kinds['spouse']}.first", other=spouse)
    agency.run("relation.add", party_id=child, relation=f"{kinds['parent']}.first", other=holder)
    agency.policy(holder, line="third_party", plate="12ب345-67")
    boss = browse("boss", GRANTS["head"])
    page = boss.get("/insurance/family?line=health").text
    assert "صدری" in page
    assert "فرزند" in page
    agency.policy(spouse, line="health")
    insured = {"insured": [{"party": child, "relation": "child"}]}
    agency.policy(line="health", parts=insured)
    page = boss.get("/insurance/family?line=health").text
    assert not re.search(rf"/parties/{child}\b", page), "the child is insured"
    assert f"holder={holder}&" not in page, "nobody of the family of the holder is left"
    single = agency.person("تنها")
    with agency.runtime.system_work("test", "test") as context:
        context.session.add(PersonFamily(party_id=single, status="married"))
    agency.policy(single)
    assert "تنها" in boss.get("/insurance/family?line=health").text
    asked = boss.post("/phone-book/bulk", {"do": "message", "id": str(single)})
    assert asked.status_code == 200
    assert "ارسال پیشنهاد" in boss.get("/insurance/family?line=health").text


def test_the_home_page_and_the_page_of_a_party_tell_of_policies(agency: Agency, browse: Any) -> None:
    holder = agency.person("کریمی")
    number = agency.ending(5, holder=holder)
    boss = browse("boss", GRANTS["head"])
    assert "کریمی" in boss.get("/").text
    page = boss.get(f"/persons/{holder}").text
    assert f"/insurance/{number}/file" in page
    assert "/insurance/policies/new?holder=" in page
