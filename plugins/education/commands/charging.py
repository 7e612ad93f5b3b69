"""Charging students besides the fee, taking charges back, and telling students and teachers what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.api import Context, LazyText, Refused, _, command, editable, fields, load
from plugins.education import billing, telling
from plugins.education.models import Charge, Enrolment
from plugins.education.policies import MONEY
from plugins.education.reading import read
from plugins.education.resources import CHARGE, ENROLMENT, OFFERING

WHICH = fields.Link("enrolment", _("Enrolment"), to=ENROLMENT.name, required=True)
TITLE = fields.Text("title", _("For what"), required=True, limit=150)
AMOUNT = fields.Money("amount", _("Amount (Rials)"), required=True, least=1)
DUE = fields.Day("due", _("Due"), help=_("Today where this is empty."))
CHARGED = fields.Link("charge", _("Charge"), to=CHARGE.name, required=True)
REASON = fields.Text("reason", _("Reason"), required=True, limit=300)


@command(
    "education.add_charge",
    _("Charge a student"),
    resource=MONEY,
    action="create",
    fields=(WHICH, TITLE, AMOUNT, DUE),
)
def add_charge(context: Context, *, enrolment: Any, title: Any, amount: Any, due: Any = None) -> int:
    """Charge a student for something besides the fee: an exam, a book. With an invoice where sales is there."""
    values = read(
        context,
        (WHICH, TITLE, AMOUNT, DUE),
        {"enrolment": enrolment, "title": title, "amount": amount, "due": due},
    )
    load(context, ENROLMENT, values["enrolment"])
    with context.system("a charge of a student") as system:
        record = system.session.get_one(Enrolment, values["enrolment"])
        return billing.charge(
            system, record, values["title"], values["amount"], values["due"] or context.today
        )


def hindrance(record: Charge) -> LazyText | None:
    """Say why a charge cannot be cancelled."""
    return _("This charge was cancelled already.") if record.state == "cancelled" else None


@command(
    "education.cancel_charge",
    _("Cancel a charge"),
    resource=MONEY,
    action="edit",
    fields=(CHARGED, REASON),
)
def cancel_charge(context: Context, *, charge: Any, reason: Any) -> int:
    """Cancel a charge and its invoice; refused where the invoice was paid in part."""
    values = read(context, (CHARGED, REASON), {"charge": charge, "reason": reason})
    editable(context, CHARGE, values["charge"])
    record: Charge = load(context, CHARGE, values["charge"], lock=True)
    if why := hindrance(record):
        raise Refused(why)
    number = record.id
    with context.system("a charge is taken back") as system:
        billing.take_back(system, system.session.get_one(Charge, number), values["reason"])
    context.session.expire(record)
    return number


@command("education.tell_debts", _("Send students what they owe"), resource=MONEY, action="send")
def tell_debts(context: Context, *, enrolments: Sequence[int]) -> int:
    """Tell students by SMS what is overdue, each once a day at most; gives to how many something goes."""
    ids = [load(context, ENROLMENT, int(number)).id for number in list(enrolments)[:1000]]
    with context.system("debts of students") as system:
        return telling.tell_debts(system, ids)


@command("education.tell_teachers", _("Send teachers what they are owed"), resource=MONEY, action="send")
def tell_teachers(context: Context, *, offerings: Sequence[int]) -> int:
    """Tell teachers by SMS what stands to their account, each once a day at most; gives to how many something goes."""
    ids = [load(context, OFFERING, int(number)).id for number in list(offerings)[:1000]]
    with context.system("balances of teachers") as system:
        return telling.tell_teachers(system, ids)
