"""What students are charged and have paid: by invoices of the plugin `sales` where it is there, else by own payments.

Each charge becomes one invoice, known by its origin, so that asking twice bills once. Without sales payments are entered
here and go to the oldest charges first. Charges that were made without sales stay with own payments; those with an invoice
stay with sales, and rest while that is paused: nothing of them counts as paid or as owed then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from kernel.api import Context, Invalid, Problem, _, calendar
from plugins.education import planning
from plugins.education.models import Charge, Enrolment, Offering, Payment

if TYPE_CHECKING:
    from plugins.sales.api import Bill

ORIGIN = "education.charge-{}"


def runs(context: Context) -> bool:
    """Whether the plugin `sales` is there."""
    return "sales" in context.plugins


@dataclass(frozen=True)
class Part:
    """One charge with what was paid of it."""

    charge: Charge
    settled: int
    remaining: int
    number: str = ""
    """Of the invoice, and its page."""
    address: str = ""
    receipt: str = ""
    """The page on which a receipt for it is entered."""
    resting: bool = False
    """Its invoice stands in sales, which is not in use now."""
    returned: int = 0
    """What sales took back of it by returns, or by cancelling its invoice."""

    @property
    def amount(self) -> int:
        """What it comes to after returns."""
        return self.charge.amount - self.returned


@dataclass
class Account:
    """What an enrolment has been charged and has paid."""

    parts: list[Part] = field(default_factory=list)
    credit: int = 0
    """Paid beyond what was charged."""
    to_return: int = 0
    """Of that, what sales is to give back by its own returns."""

    @property
    def charged(self) -> int:
        """The sum of the charges."""
        return sum(part.amount for part in self.parts)

    @property
    def paid(self) -> int:
        """What was received."""
        return sum(part.settled for part in self.parts) + self.credit

    @property
    def balance(self) -> int:
        """What is still to be paid; below nought where too much was."""
        return sum(part.remaining for part in self.parts) - self.credit

    def overdue(self, today: date) -> int:
        """What should have been paid by now."""
        late = sum(part.remaining for part in self.parts if part.charge.due < today)
        return max(0, late - self.credit)

    @property
    def resting(self) -> bool:
        """Whether some of it is known to sales only, which is not in use."""
        return any(part.resting for part in self.parts)


def accounts_of(context: Context, enrolments: Collection[int]) -> dict[int, Account]:
    """Give the accounts of enrolments as far as the context sees money, in three questions."""
    ids = list(enrolments)
    found = {number: Account() for number in ids}
    if not ids:
        return found
    wanted = (
        select(Charge)
        .where(Charge.enrolment_id.in_(ids), Charge.state == "open")
        .order_by(Charge.due, Charge.id)
    )
    charges: dict[int, list[Charge]] = defaultdict(list)
    for charge in context.session.execute(wanted).scalars():
        charges[charge.enrolment_id].append(charge)
    signed = case((Payment.direction == "back", -Payment.amount), else_=Payment.amount)
    received = (
        select(Payment.enrolment_id, func.sum(signed))
        .where(Payment.enrolment_id.in_(ids), Payment.binned_at.is_(None))
        .group_by(Payment.enrolment_id)
    )
    paid = {number: int(amount) for number, amount in context.session.execute(received) if number}
    bills = bills_of(context, [each for some in charges.values() for each in some if each.billed])
    for number in ids:
        found[number] = _account(charges[number], paid.get(number, 0), bills, runs(context))
    return found


def _account(charges: Sequence[Charge], paid: int, bills: Mapping[int, Bill], with_sales: bool) -> Account:
    """Own payments go to the oldest own charges; what sales has an invoice of is as that says."""
    account, to_return = Account(), 0
    for charge in charges:
        if charge.billed:
            bill = bills.get(charge.id)
            account.parts.append(_billed(charge, bill, with_sales))
            to_return += bill.refundable if bill is not None and bill.state == "issued" else 0
            continue
        settled = max(0, min(paid, charge.amount))
        paid -= settled
        account.parts.append(Part(charge, settled, charge.amount - settled))
    account.credit, account.to_return = paid + to_return, to_return
    return account


def _billed(charge: Charge, bill: Bill | None, with_sales: bool) -> Part:
    if not with_sales:
        return Part(charge, 0, 0, resting=True)
    if bill is None or bill.state == "cancelled":
        return Part(charge, 0, 0, returned=charge.amount)
    from plugins.sales.api import receipt_address

    receipt = receipt_address(bill.document_id) if bill.remaining else None
    return Part(
        charge,
        bill.received - bill.refundable,
        bill.remaining,
        bill.number,
        bill.address,
        receipt or "",
        returned=bill.returned,
    )


def bills_of(context: Context, charges: Sequence[Charge]) -> dict[int, Bill]:
    """Give the invoices of charges, by their ids; none without sales."""
    if not charges or not runs(context):
        return {}
    from plugins.sales.api import bills_of as ask

    # As the system: whoever may see a charge may know what was paid of it, also without a right on invoices.
    with context.system("what was paid of the charges of students") as system:
        found = ask(system, [ORIGIN.format(charge.id) for charge in charges])
    return {
        charge.id: bill for charge in charges if (bill := found.get(ORIGIN.format(charge.id))) is not None
    }


def all_billed(context: Context, enrolment_id: int) -> bool:
    """Whether sales has an invoice of every charge of an enrolment, and there is one."""
    if not runs(context):
        return False
    wanted = select(Charge.billed).where(Charge.enrolment_id == enrolment_id, Charge.state == "open")
    with context.system("where a student's invoices stand") as system:
        found = list(system.session.execute(wanted).scalars())
    return bool(found) and all(found)


def charge(
    system: Context, enrolment: Enrolment, title: str, amount: int, due: date, *, fee: bool = False
) -> int:
    """Charge a student, with an invoice where sales is there; works as the system."""
    made = Charge(enrolment_id=enrolment.id, title=title[:200], amount=amount, due=due, fee=fee)
    system.session.add(made)
    system.session.flush()
    if runs(system):
        from plugins.sales.api import BillLine, bill

        bill(
            system,
            party_id=enrolment.student_id,
            lines=[BillLine(title=made.title, unit_price=amount)],
            origin=ORIGIN.format(made.id),
            subject=made.title,
            due=due,
            taxed=False,
        )
        made.billed = True
        system.session.flush()
    return made.id


def charge_fee(system: Context, enrolment: Enrolment, offering: Offering) -> None:
    """Charge the fee less the discount, in instalments a month apart; works as the system."""
    total = enrolment.fee - enrolment.discount
    first = max(system.today, offering.begins_on) if enrolment.instalments > 1 else system.today
    days = [calendar.add_months(first, place) for place in range(1, enrolment.instalments)]
    parts = planning.instalments(total, enrolment.instalments, system.today, days)
    for place, (amount, due) in enumerate(parts, 1):
        title = _("Fee of %(course)s", course=offering.title)
        if len(parts) > 1:
            title = _(
                "Fee of %(course)s, instalment %(n)d of %(count)d",
                course=offering.title,
                n=place,
                count=len(parts),
            )
        charge(system, enrolment, system.text(title), amount, due, fee=True)


def take_back(context: Context, made: Charge, reason: str) -> None:
    """Cancel a charge and its invoice; `Invalid` where something of it has been paid."""
    if made.billed:
        if not runs(context):
            raise Invalid([Problem(None, _("Its invoice stands in sales, which is not in use now."))])
        bill = bills_of(context, [made]).get(made.id)
        if bill is not None and bill.settled:
            raise Invalid(
                [Problem(None, _("Something of it has been paid; take the invoice back in sales."))]
            )
        from plugins.sales.api import unbill

        unbill(context, ORIGIN.format(made.id), reason)
    made.state = "cancelled"
    context.session.flush()


def open_parts(system: Context, enrolment_id: int) -> list[Part]:
    """Give the charges of an enrolment of which nothing has been paid or taken back."""
    account: Any = accounts_of(system, [enrolment_id])[enrolment_id]
    return [part for part in account.parts if not part.settled and not part.returned and not part.resting]
