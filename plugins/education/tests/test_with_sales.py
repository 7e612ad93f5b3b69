"""Beside sales: each charge has an invoice, and what is paid is what sales says."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import text

from kernel.resources.errors import CommandError, Invalid
from kernel.testing.authors import install_plugin
from plugins.education.billing import ORIGIN, accounts_of
from plugins.education.models import Charge
from plugins.education.tests.conftest import Academy
from plugins.sales.api import bills_of

PURPOSE = "education beside sales"


def both(engines, site):
    for name in ("sales", "education"):
        install_plugin(engines, name, site)


@pytest.fixture
def plugin_site(worker_sites, engines):
    yield worker_sites.kept(PURPOSE, partial(both, engines))
    worker_sites.clean(PURPOSE)


def account(academy: Academy, number: int):
    return academy.look(lambda context: accounts_of(context, [number])[number])


def bills(academy: Academy):
    origins = [ORIGIN.format(each.id) for each in academy.rows(Charge)]
    return academy.look(lambda context: [bills_of(context, origins)[each] for each in origins])


def test_each_instalment_is_an_invoice_with_its_own_day(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=9_000, instalments=3))
    charges, issued = academy.rows(Charge), bills(academy)
    assert all(each.billed for each in charges)
    assert [(each.state, each.payable, each.due) for each in issued] == [
        ("issued", each.amount, each.due) for each in charges
    ]
    found = account(academy, number)
    assert (found.balance, [part.number for part in found.parts]) == (9_000, [each.number for each in issued])
    with pytest.raises(Invalid) as caught:
        academy.make("receipt", enrolment=number, amount=1_000)
    assert [each.field for each in caught.value.problems] == ["enrolment"]


def test_what_sales_received_is_off_the_balance_and_keeps_the_charge(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=9_000, instalments=3))
    first = bills(academy)[0]
    owner = academy.runtime.engines.owner(academy.runtime.site)
    with owner.connect() as connection:
        party = connection.execute(
            text("SELECT party_id FROM sales.document WHERE id = :id"), {"id": first.document_id}
        ).scalar_one()
    academy.run("sales.receive", party=party, amount=3_000, method="cash", invoice=first.document_id)
    found = account(academy, number)
    assert (found.paid, found.balance) == (3_000, 6_000)
    with pytest.raises(CommandError):
        academy.run("education.cancel_charge", charge=academy.rows(Charge)[0].id, reason="x")


def test_withdrawing_takes_unpaid_invoices_back(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=9_000, instalments=3))
    academy.run("education.withdraw", enrolment=number, reason="Moved away", cancel_charges=True)
    assert {each.state for each in bills(academy)} == {"cancelled"}
    assert account(academy, number).balance == 0
