"""Beside sales: each charge has an invoice, and what is paid is what sales says."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.extension.discovery import discover
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError, Invalid
from kernel.testing.authors import install_plugin
from plugins.education.billing import ORIGIN, accounts_of
from plugins.education.models import Charge, Offering
from plugins.education.shares import standings_of
from plugins.education.tests.conftest import Academy
from plugins.sales.api import bills_of
from plugins.sales.models import Document, DocumentLine

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


def test_what_sales_takes_back_is_neither_charged_nor_received(academy: Academy) -> None:
    offering = academy.offering(5, fee=9_000, instalments=3, share_kind="percent", share_percent="50")
    number = academy.enrol(offering)
    first, second, third = bills(academy)
    academy.run(
        "sales.receive", party=holder(academy, first), amount=3_000, method="cash", invoice=first.document_id
    )
    for each, part in ((first, "1"), (second, "1")):
        line = lines(academy, each)[0]
        academy.run("sales.take_back", invoice=each.document_id, quantities={line: part}, reason="Left")
    found = account(academy, number)
    assert (found.charged, found.paid, found.balance) == (3_000, 3_000, 0), (
        "3,000 are to be given back, 3,000 owed"
    )
    assert [(part.amount, part.settled, part.remaining) for part in found.parts] == [
        (0, 0, 0),
        (0, 0, 0),
        (3_000, 0, 3_000),
    ]
    standing = academy.look(lambda context: standings_of(context, [context.session.get(Offering, offering)]))[
        0
    ]
    assert standing.share == 0, "nothing of the fees has stayed"
    academy.run("sales.cancel", document=third.document_id, reason="x")
    found = account(academy, number)
    assert (found.charged, found.paid, found.balance) == (0, 3_000, -3_000)
    academy.run("education.withdraw", enrolment=number, reason="Left", cancel_charges=True)


def test_a_cancelled_course_cancels_unpaid_invoices_and_leaves_paid_ones(academy: Academy) -> None:
    offering = academy.offering(5, fee=9_000, instalments=3)
    number = academy.enrol(offering)
    first = bills(academy)[0]
    academy.run(
        "sales.receive", party=holder(academy, first), amount=3_000, method="cash", invoice=first.document_id
    )
    done = academy.run("education.cancel_offering", offering=offering, reason="Too few", cancel_charges=True)
    assert done == {"cancelled": 2, "left": 1, "told": 0}
    assert [each.state for each in academy.rows(Charge)] == ["open", "cancelled", "cancelled"]
    owner = academy.runtime.engines.owner(academy.runtime.site)
    with owner.connect() as connection:
        states = connection.execute(text("SELECT state FROM sales.document ORDER BY id")).scalars()
        assert list(states) == ["issued", "cancelled", "cancelled"]
    found = account(academy, number)
    assert (found.charged, found.paid, found.balance) == (3_000, 3_000, 0)


def test_a_later_discount_cancels_invoices_makes_them_anew_and_leaves_paid_ones(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=9_000, instalments=3))
    first = bills(academy)[0]
    academy.run(
        "sales.receive", party=holder(academy, first), amount=1_000, method="cash", invoice=first.document_id
    )
    give = {"enrolment": number, "reason": "Brother"}
    with pytest.raises(Invalid) as caught:
        academy.run("education.give_discount", amount=6_001, **give)
    assert [each.field for each in caught.value.problems] == ["amount"]
    assert academy.run("education.give_discount", amount=4_000, **give) == 4_000
    found = account(academy, number)
    assert [(part.amount, part.settled) for part in found.parts] == [(3_000, 1_000), (2_000, 0)]
    assert (found.charged, found.paid, found.balance) == (5_000, 1_000, 4_000)
    assert [each.state for each in bills(academy)] == ["issued", "cancelled", "cancelled", "issued"]


def holder(academy: Academy, bill) -> int:
    return academy.row(Document, bill.document_id).party_id


def lines(academy: Academy, bill) -> list[int]:
    return [each.id for each in academy.rows(DocumentLine, DocumentLine.document_id == bill.document_id)]


def test_while_sales_rests_its_invoices_do_and_new_charges_are_paid_here(academy: Academy, engines) -> None:
    offering = academy.offering(5, fee=9_000, instalments=3, share_kind="percent", share_percent="50")
    number = academy.enrol(offering)
    first = bills(academy)[0]
    academy.run(
        "sales.receive", party=holder(academy, first), amount=3_000, method="cash", invoice=first.document_id
    )
    before = account(academy, number)
    workshop = Workshop(academy.runtime.site, engines, discover())
    pause(workshop, "sales", SYSTEM("tests"))
    try:
        _begin_anew(academy, engines)
        found = account(academy, number)
        assert (found.resting, found.balance, found.paid, found.overdue(academy.today)) == (True, 0, 0, 0)
        for command, arguments in (
            ("education.cancel_charge", {"charge": academy.rows(Charge)[1].id, "reason": "x"}),
            ("education.give_discount", {"enrolment": number, "amount": 1_000, "reason": "x"}),
        ):
            with pytest.raises(CommandError):
                academy.run(command, **arguments)
        other = academy.enrol(offering)
        academy.make("receipt", enrolment=other, amount=4_000)
        assert account(academy, other).balance == 5_000
        academy.run("education.add_charge", enrolment=number, title="Book", amount=500)
        academy.make("receipt", enrolment=number, amount=500)
        assert account(academy, number).balance == 0
        done = academy.run("education.cancel_offering", offering=offering, reason="x", cancel_charges=True)
        assert (done["cancelled"], done["left"]) == (4, 3)
    finally:
        resume(workshop, "sales", SYSTEM("tests"))
    _begin_anew(academy, engines)
    found = account(academy, number)
    assert (found.resting, found.balance, found.paid) == (False, before.balance - 500, before.paid + 500)
    assert account(academy, other).balance == -4_000
    with pytest.raises(Invalid):
        academy.make("refund", enrolment=other, amount=4_001)
    academy.make("refund", enrolment=other, amount=4_000)
    assert account(academy, other).balance == 0


def _begin_anew(academy: Academy, engines) -> None:
    """Go on with the plugins that are there now."""
    clock = academy.runtime.clock
    academy.runtime = build_runtime(academy.runtime.site, engines, isolate=False)
    academy.runtime.clock = clock
