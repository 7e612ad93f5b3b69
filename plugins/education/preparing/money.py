"""Before payments and costs are written: whose they are, and what may be given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect

from kernel.api import Context, Problem, _, fields, squeeze
from plugins.education import seats
from plugins.education.billing import accounts_of, all_billed
from plugins.education.models import Cost, Enrolment, Offering, Payment, Teacher


def prepare_receipt(context: Context, payment: Payment, values: Mapping[str, Any]) -> list[Problem]:
    """The payer is the student of the enrolment; where sales has the invoices, receipts belong there."""
    payment.day = payment.day or context.today
    enrolment = context.session.get(Enrolment, payment.enrolment_id) if payment.enrolment_id else None
    if enrolment is None:
        return []
    payment.party_id = enrolment.student_id
    if payment.id is None and all_billed(context, enrolment.id):
        return [
            Problem("enrolment", _("The invoices of this student stand in sales: enter the receipt there."))
        ]
    return []


def prepare_refund(context: Context, payment: Payment, values: Mapping[str, Any]) -> list[Problem]:
    """No student gets back more than was paid here beyond what is charged: charges are cancelled first."""
    payment.day = payment.day or context.today
    enrolment = context.session.get(Enrolment, payment.enrolment_id) if payment.enrolment_id else None
    if enrolment is None:
        return []
    payment.party_id = enrolment.student_id
    number, course = enrolment.id, enrolment.offering_id
    with context.system("what a student may get back") as system:
        seats.locked(system, course)
        account = accounts_of(system, [number])[number]
    own = 0
    if payment.id is not None and not inspect(payment).attrs.enrolment_id.history.has_changes():
        before: Any = inspect(payment).attrs.amount.history.deleted
        own = before[0] if before else payment.amount
    most = account.credit - account.to_return + own
    if payment.amount is not None and payment.amount > most:
        shown = fields.Money("amount", _("Amount (Rials)")).show(max(0, most), context)
        return [
            Problem(
                "amount",
                _(
                    "Only what was paid beyond the charges is given back, %(n)s: cancel charges first.",
                    n=shown,
                ),
            )
        ]
    return []


def prepare_teacher_payment(context: Context, payment: Payment, values: Mapping[str, Any]) -> list[Problem]:
    """The payee is the teacher of the calendar course."""
    payment.day = payment.day or context.today
    offering = context.session.get(Offering, payment.offering_id) if payment.offering_id else None
    if offering is None:
        return []
    teacher = context.session.get(Teacher, offering.teacher_id) if offering.teacher_id else None
    if teacher is None:
        return [Problem("offering", _("This calendar course has no teacher."))]
    if payment.id is None or payment.party_id is None:
        payment.party_id = teacher.party_id
    return []


def prepare_cost(context: Context, cost: Cost, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key; today where no day is named."""
    cost.day = cost.day or context.today
    cost.search_key = squeeze(cost.title or "")
    return []
