"""Premiums as invoices of sales: once, paid by receipts in the order of the dues, and by hand where sales are absent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.errors import Invalid, Refused
from kernel.testing.authors import install_plugin
from kernel.testing.worker_sites import WorkerSites
from plugins.insurance.billing import bills_shown
from plugins.insurance.models import Instalment, Policy
from plugins.insurance.tests.conftest import Agency

PURPOSE = "insurance beside sales"


def both(engines: Engines, site: Any) -> None:
    for name in ("sales", "insurance"):
        install_plugin(engines, name, site)


@pytest.fixture
def plugin_site(worker_sites: WorkerSites, engines: Engines) -> Iterator[Any]:
    yield worker_sites.kept(PURPOSE, lambda site: both(engines, site))
    worker_sites.clean(PURPOSE)


def dues(agency: Agency, policy: int) -> list[tuple[int, str | None]]:
    rows = agency.rows(
        select(Instalment).where(Instalment.policy_id == policy).order_by(Instalment.due_on, Instalment.id)
    )
    return [(row.amount, row.paid_from) for row in rows]


def receive(agency: Agency, party: int, invoice: int, amount: int) -> int:
    return int(
        agency.run(
            "sales.receive",
            party=party,
            method="cash",
            amount=amount,
            invoice=invoice,
        )
    )


def planned(agency: Agency, **more: Any) -> int:
    number = agency.policy(premium=9_000_000, **more)
    agency.run("insurance.plan", policy=number, count=3, first=agency.today + timedelta(days=5))
    return number


def test_a_premium_is_billed_once_and_without_tax(agency: Agency) -> None:
    number = planned(agency)
    first = agency.run("insurance.bill", policy=number)
    assert agency.run("insurance.bill", policy=number) == first
    (bill,) = agency.look(lambda context: bills_shown(context, number))
    assert (bill.payable, bill.state, bill.remaining) == (9_000_000, "issued", 9_000_000)
    row = agency.rows(select(Instalment.id).where(Instalment.policy_id == number))[0]
    with pytest.raises(Refused):
        agency.run("insurance.pay", instalment=row)
    with pytest.raises(Invalid) as refusal:
        agency.edit(number, premium=8_000_000)
    assert [each.field for each in refusal.value.problems] == ["premium"]
    agency.edit(number, note="x")


def test_receipts_pay_the_instalments_in_their_order(agency: Agency) -> None:
    number = planned(agency)
    invoice = agency.run("insurance.bill", policy=number)
    party = agency.row(Policy, number).holder_id
    receive(agency, party, invoice, 4_000_000)
    agency.run("insurance.follow_money", party=party)
    assert dues(agency, number) == [(3_000_000, "sales"), (3_000_000, None), (3_000_000, None)]
    receive(agency, party, invoice, 2_000_000)
    assert agency.run("insurance.keep_states") >= 1
    assert [paid for _amount, paid in dues(agency, number)] == ["sales", "sales", None]
    agency.run("sales.cancel", document=invoice, reason="Mistake")
    agency.run("insurance.follow_money", party=party)
    assert [paid for _amount, paid in dues(agency, number)] == [None, None, None]


def test_what_was_noted_by_hand_is_not_billed_again(agency: Agency) -> None:
    number = planned(agency)
    row = agency.rows(select(Instalment.id).order_by(Instalment.due_on))[0]
    agency.run("insurance.pay", instalment=row)
    agency.run("insurance.bill", policy=number)
    (bill,) = agency.look(lambda context: bills_shown(context, number))
    assert bill.payable == 6_000_000


def test_an_endorsement_of_a_billed_premium_has_its_own_invoice(agency: Agency) -> None:
    number = planned(agency)
    agency.run("insurance.bill", policy=number)
    agency.run(
        "insurance.endorse", policy=number, kind="premium", premium_change=1_000_000, description="More"
    )
    bills = agency.look(lambda context: bills_shown(context, number))
    assert sorted(bill.payable for bill in bills) == [1_000_000, 9_000_000]


def test_a_cancelled_policy_takes_its_unpaid_invoice_back(agency: Agency) -> None:
    number = planned(agency)
    agency.run("insurance.bill", policy=number)
    agency.run("insurance.cancel", policy=number, cancelled_on=agency.today, cancel_reason="Sold")
    assert agency.look(lambda context: bills_shown(context, number)) == []
    assert agency.row(Policy, number).state == "cancelled"


def test_a_renewal_is_billed_where_that_is_ticked(agency: Agency) -> None:
    former = agency.ending(5)
    made = agency.run("insurance.renew", policy=former, number="R1", bill=True, instalments=2)
    assert len(agency.look(lambda context: bills_shown(context, made))) == 1


def test_a_new_policy_is_billed_at_once_where_the_site_wishes_it(agency: Agency) -> None:
    agency.run("settings.save", group="insurance", values={"billing": "at_once"})
    clock = agency.runtime.clock
    agency.runtime = build_runtime(agency.runtime.site, agency.runtime.engines, isolate=False)
    agency.runtime.clock = clock
    new, old = agency.policy(), agency.policy(begins_on=agency.today - timedelta(days=60))
    assert len(agency.look(lambda context: bills_shown(context, new))) == 1
    assert agency.look(lambda context: bills_shown(context, old)) == []


def test_what_an_endorsement_adds_is_billed_without_instalments_too(agency: Agency) -> None:
    number = agency.policy(premium=9_000_000)
    agency.run("insurance.bill", policy=number)
    agency.run(
        "insurance.endorse", policy=number, kind="premium", description="More", premium_change=1_500_000
    )
    bills = agency.look(lambda context: bills_shown(context, number))
    assert sorted(bill.payable for bill in bills) == [1_500_000, 9_000_000]
