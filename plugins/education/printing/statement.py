"""The statement of a student: what was charged in all courses, what was paid of it, and what is still to be paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    DocumentValue,
    LazyText,
    _,
    day_value,
    money_value,
    text_value,
    word_values,
)
from plugins.education.billing import Account, accounts_of
from plugins.education.models import Enrolment, Offering, Payment
from plugins.education.policies import MONEY
from plugins.education.printing.pieces import TABLE_STYLE, WORDS_TITLE
from plugins.education.resources import ENROLMENT, RECEIPT

BODY = """<h1>{{ words.statement }}</h1>
<table class="facts">
<tr><td>{{ words.student }}</td><td><b>{{ student.name }}</b></td>
<td>{{ words.today }}</td><td>{{ today|jalali('short') }}</td></tr>
</table>
<table class="rows"><thead><tr><th>{{ words.course }}</th><th>{{ words.title }}</th><th>{{ words.due }}</th>
<th>{{ words.amount }}</th><th>{{ words.paid }}</th><th>{{ words.remaining }}</th></tr></thead>
{% for row in charges %}<tr><td>{{ row.course }}</td><td>{{ row.title }}</td><td>{{ row.due|jalali('short') }}</td>
<td>{{ row.amount|number }}</td><td>{{ row.paid|number }}</td><td>{{ row.remaining|number }}</td></tr>{% endfor %}
{% if student.credit %}<tr><td colspan="4">{{ words.credit }}</td><td>{{ student.credit|number }}</td>
<td>{{ student.taken_off|number }}</td></tr>{% endif %}
<tr class="sum"><td colspan="3">{{ words.sum }}</td><td>{{ student.charged|number }}</td>
<td>{{ student.paid|number }}</td><td>{{ student.balance|number }}</td></tr></table>
{% if payments %}<table class="rows"><thead><tr><th>{{ words.day }}</th><th>{{ words.course }}</th><th>{{ words.kind }}</th>
<th>{{ words.amount }}</th></tr></thead>
{% for row in payments %}<tr><td>{{ row.day|jalali('short') }}</td><td>{{ row.course }}</td><td>{{ row.kind }}</td>
<td>{{ row.amount|number }}</td></tr>{% endfor %}</table>{% endif %}
<p class="note">{{ words.how }}</p>
{% if student.resting %}<p class="note">{{ words.resting }}</p>{% endif %}
"""
WORDS: dict[str, LazyText] = {
    "statement": _("Statement of fees"),
    "student": _("Student"),
    "today": _("Date of the report"),
    "course": _("Course"),
    "title": _("For what"),
    "due": _("Due"),
    "amount": _("Amount (Rials)"),
    "paid": _("Paid"),
    "remaining": _("Still to be paid"),
    "credit": _("Paid beyond what was charged"),
    "sum": _("Total"),
    "day": _("Day"),
    "kind": _("Kind"),
    "how": _("A balance below nought stands to the student’s account. Cancelled charges are left out."),
    "resting": _("Some of it stands in sales, which is not in use now, and does not count here meanwhile."),
}
KINDS = {"in": _("Payment"), "back": _("Refund")}


def statements_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the statements of persons hold, as the actor may see it; nothing of whoever was charged nothing."""
    if not (context.may(ENROLMENT.permission, "print") and context.may(MONEY, "view")):
        return {}
    wanted = (
        select(Enrolment.id, Enrolment.student_id, Offering.title)
        .outerjoin(Offering, Offering.id == Enrolment.offering_id)
        .where(Enrolment.student_id.in_(list(ids)))
        .order_by(Enrolment.id)
    )
    rows = context.session.execute(wanted).all()
    accounts = accounts_of(context, [number for number, _student, _title in rows])
    payments = _payments(context, [number for number, _student, _title in rows])
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(sorted({row.student_id for row in rows}), context) if rows else {}
    courses = defaultdict[int, list[tuple[int, str]]](list)
    for number, person, title in rows:
        courses[person].append((number, title or ""))
    found = {}
    for person, mine in courses.items():
        some = [accounts[number] for number, _title in mine]
        paid = [_paid(context, each, title) for number, title in mine for each in payments.get(number, ())]
        if not paid and not any(account.parts for account in some):
            continue
        found[person] = {
            "student": {"name": names.get(person, ""), **_sums(some)},
            "charges": [_charge(part, title) for number, title in mine for part in accounts[number].parts],
            "payments": sorted(paid, key=lambda row: row["day"]),
            "words": {name: context.text(each) for name, each in WORDS.items()},
        }
    return found


def _payments(context: Context, enrolments: Sequence[int]) -> dict[int, list[Payment]]:
    """Payments that were entered here; those that sales received are told by what is paid of each charge."""
    if not context.runtime.may_see_field(context, RECEIPT, RECEIPT.by_name["amount"]):
        return {}
    wanted = select(Payment).where(Payment.enrolment_id.in_(list(enrolments)), Payment.binned_at.is_(None))
    found: dict[int, list[Payment]] = {}
    for each in context.session.execute(wanted.order_by(Payment.day, Payment.id)).scalars():
        found.setdefault(each.enrolment_id or 0, []).append(each)
    return found


def _sums(accounts: Sequence[Account]) -> dict[str, Any]:
    credit = sum(account.credit for account in accounts)
    return {
        "credit": credit,
        "taken_off": -credit,
        "charged": sum(account.charged for account in accounts),
        "paid": sum(account.paid for account in accounts),
        "balance": sum(account.balance for account in accounts),
        "resting": any(account.resting for account in accounts),
    }


def _charge(part: Any, course: str) -> dict[str, Any]:
    charge = part.charge
    return {
        "course": course,
        "title": charge.title,
        "due": charge.due,
        "amount": part.amount,
        "paid": part.settled,
        "remaining": part.remaining,
    }


def _paid(context: Context, payment: Payment, course: str) -> dict[str, Any]:
    kind = context.text(KINDS[payment.direction])
    return {"day": payment.day, "course": course, "kind": kind, "amount": payment.amount}


STATEMENT = DocumentKind(
    key="statement",
    title=_("Statement of a student’s fees"),
    resource="person",
    find=statements_of,
    page=DocumentPage(paper="A4"),
    values=(
        DocumentGroup(
            name="student",
            title=_("Student"),
            items=(
                text_value("name", _("Student")),
                money_value("charged", _("Charged to students"), 25_000_000),
                money_value("paid", _("Paid"), 12_500_000),
                money_value("balance", _("Balance"), 12_500_000),
                money_value("credit", _("Paid beyond what was charged"), 0),
                money_value("taken_off", _("Taken off the balance"), 0),
                DocumentValue(name="resting", title=_("Invoices at rest"), kind="flag", sample=False),
            ),
        ),
        DocumentRows(
            name="charges",
            title=_("Charges of students"),
            items=(
                text_value("course", _("Course")),
                text_value("title", _("For what")),
                day_value("due", _("Due")),
                money_value("amount", _("Amount (Rials)"), 12_500_000),
                money_value("paid", _("Paid"), 12_500_000),
                money_value("remaining", _("Still to be paid"), 0),
            ),
        ),
        DocumentRows(
            name="payments",
            title=_("Payments"),
            items=(
                day_value("day", _("Day")),
                text_value("course", _("Course")),
                text_value("kind", _("Kind"), _("Payment")),
                money_value("amount", _("Amount (Rials)"), 12_500_000),
            ),
        ),
        word_values(WORDS, WORDS_TITLE),
    ),
    body=BODY,
    style=TABLE_STYLE,
    order=326,
)
