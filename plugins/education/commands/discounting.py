"""A discount that is given after the enrolment: off what is still unpaid of the fee, the last instalment first."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, Problem, Refused, _, command, editable, fields, load
from plugins.education import billing, marks, seats
from plugins.education.models import Enrolment
from plugins.education.reading import read
from plugins.education.resources import ENROLMENT

WHICH = fields.Link("enrolment", _("Enrolment"), to=ENROLMENT.name, required=True)
AMOUNT = fields.Money("amount", _("Discount (Rials)"), required=True, least=1)
REASON = fields.Text("reason", _("Reason of the discount"), required=True, limit=200)


@command(
    "education.give_discount",
    _("Give a discount"),
    resource=ENROLMENT.permission,
    action="discount",
    fields=(WHICH, AMOUNT, REASON),
)
def give_discount(context: Context, *, enrolment: Any, amount: Any, reason: Any) -> int:
    """Lessen the fee of a student by an amount, besides an earlier discount; gives the whole discount.

    What is unpaid becomes less or none, the last instalment first; with sales their invoices are cancelled and made anew,
    and those that were paid in part stay. `Invalid` where less is unpaid than the discount.
    """
    values = read(
        context, (WHICH, AMOUNT, REASON), {"enrolment": enrolment, "amount": amount, "reason": reason}
    )
    number, less, why = values["enrolment"], values["amount"], values["reason"]
    editable(context, ENROLMENT, number, "discount")
    course = load(context, ENROLMENT, number).offering_id
    with context.system("a discount after the enrolment") as system:
        seats.locked(system, course)
        record = system.session.get_one(Enrolment, number, populate_existing=True)
        if record.state == "withdrawn":
            raise Refused(_("This student has withdrawn already."))
        if record.discount + less > record.fee:
            raise Invalid([Problem("amount", _("The discount is more than the fee."))])
        if record.state == "enrolled":
            _lessen(system, record, less, why)
        record.discount += less
        record.discount_reason = "؛ ".join(each for each in (record.discount_reason, why) if each)
        system.session.flush()
        whole = record.discount
    marks.expire(context, Enrolment)
    return whole


def _may_change(part: billing.Part) -> bool:
    """An invoice of which something was paid or taken back stays as it is."""
    return not part.resting and not (part.charge.billed and (part.settled or part.returned))


def _lessen(system: Context, record: Enrolment, amount: int, reason: str) -> None:
    account = billing.accounts_of(system, [record.id])[record.id]
    unpaid = [part for part in account.parts if part.charge.fee and part.remaining and _may_change(part)]
    able = sum(part.remaining for part in unpaid)
    if able < amount:
        shown = AMOUNT.show(able, system)
        words = _(
            "Only %(n)s of the fee is unpaid in whole instalments: give back what was paid instead.", n=shown
        )
        raise Invalid([Problem("amount", words)])
    for part in reversed(unpaid):
        if not amount:
            break
        off = min(amount, part.remaining)
        amount -= off
        charge = part.charge
        billing.take_back(system, charge, reason)
        if charge.amount > off:
            billing.charge(system, record, charge.title, charge.amount - off, charge.due, fee=True)
