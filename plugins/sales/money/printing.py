"""The receipt (رسید دریافت) that a customer is given, with the amount in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    DocumentValue,
    _,
    day_value,
    money_value,
    word_values,
)
from plugins.sales.money.models import Allocation, Cheque, OpenItem, Payment
from plugins.sales.money.resources import CHEQUE, PAYMENT, words

BODY = """<h2 class="title">{{ words.title }}</h2>
<table class="head"><tr><td>{{ words.number }}: <b>{{ receipt.number|digits }}</b></td>
<td class="end">{{ words.day }}: <b>{{ receipt.day|jalali }}</b></td></tr></table>
<p>{{ words.received }} <b>{{ receipt.party }}</b> {{ words.amount }} <b>{{ receipt.amount|rial }}</b></p>
<p class="words">{{ receipt.amount|in_words('rial') }}</p>
<table class="facts">
<tr><td>{{ words.method }}</td><td>{{ receipt.method }}</td></tr>
{% if receipt.tracking %}<tr><td>{{ words.tracking }}</td><td>{{ receipt.tracking|digits }}</td></tr>{% endif %}
{% if cheque.number %}<tr><td>{{ words.cheque }}</td>
<td>{{ cheque.number|digits }}
{% if cheque.bank %}· {{ cheque.bank }}{% endif %} · {{ words.due }} {{ cheque.due|jalali }}</td></tr>{% endif %}
{% if cheque.sayad %}<tr><td>{{ words.sayad }}</td><td>{{ cheque.sayad|digits }}</td></tr>{% endif %}
{% if receipt.note %}<tr><td>{{ words.note }}</td><td>{{ receipt.note }}</td></tr>{% endif %}
</table>
{% if settled %}<table class="rows"><tr><th>{{ words.settles }}</th><th>{{ words.amount }}</th></tr>
{% for row in settled %}<tr><td>{{ row.label|digits }}</td><td>{{ row.amount|number }}</td></tr>{% endfor %}
</table>{% endif %}
<table class="sign"><tr><td>{{ words.receiver }}</td><td>{{ words.payer }}</td></tr></table>
"""
STYLE = """.title { text-align: center }
.head, .facts, .rows, .sign { width: 100% }
.end { text-align: left }
.words { border: .3mm solid #999; padding: 2mm }
.facts td { padding: 1mm; vertical-align: top }
.facts td:first-child { width: 35mm; color: #444 }
.rows { border-collapse: collapse; margin-top: 4mm }
.rows td, .rows th { border: .2mm solid #999; padding: 1mm 2mm; text-align: right }
.sign { margin-top: 18mm }
.sign td { width: 50%; text-align: center }
"""
_WORDS = {
    "title": _("Receipt of money"),
    "number": _("Document number"),
    "day": _("Day"),
    "received": _("Received from"),
    "amount": _("Amount"),
    "method": _("How it was paid"),
    "tracking": _("Tracking number"),
    "cheque": _("Cheque"),
    "due": _("due"),
    "sayad": _("Sayad id"),
    "note": _("Note"),
    "settles": _("For the account of"),
    "receiver": _("Signature of the receiver"),
    "payer": _("Signature of the payer"),
}


def receipts_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the receipts of these payments hold; what is closed to the actor is empty."""
    seen = {item.name: item for item in PAYMENT.visible_fields(context)}
    of_cheque = {item.name: item for item in CHEQUE.visible_fields(context)}
    statement = (
        select(Payment, Cheque)
        .outerjoin(Cheque, Cheque.id == Payment.cheque_id)
        .where(Payment.id.in_(list(ids)), Payment.direction == "in")
    )
    settled = _settled(context, ids)
    found = {}
    for record, cheque in context.session.execute(statement):
        found[record.id] = {
            "receipt": {
                "number": record.number,
                "day": record.day,
                "party": seen["party"].show(record.party_id, context),
                "amount": record.amount,
                "method": context.text(words.METHODS[record.method]),
                "tracking": record.tracking if "tracking" in seen else "",
                "note": record.note if "note" in seen else "",
            },
            "cheque": {
                name: "" if cheque is None or name not in of_cheque else of_cheque[name].value_of(cheque)
                for name in ("number", "sayad", "due")
            }
            | {
                "bank": ""
                if cheque is None or "bank" not in of_cheque
                else of_cheque["bank"].show(cheque.bank_id, context)
            },
            "settled": settled.get(record.id, []),
            "words": {name: context.text(text) for name, text in _WORDS.items()},
        }
    return found


def _settled(context: Context, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What each of the receipts settles at present."""
    mine, other = aliased(OpenItem), aliased(OpenItem)
    statement = (
        select(mine.payment_id, other.kind, other.label, Allocation.amount)
        .join(mine, mine.id == Allocation.credit_id)
        .join(other, other.id == Allocation.debit_id)
        .where(mine.payment_id.in_(list(ids)), Allocation.undone_on.is_(None))
        .order_by(Allocation.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for payment, kind, label, amount in context.session.execute(statement):
        text = f"{context.text(words.ITEM_KINDS[kind])} {label}"
        found.setdefault(payment, []).append({"label": text, "amount": amount})
    return found


RECEIPT = DocumentKind(
    key="receipt",
    title=_("Receipt of money"),
    resource=PAYMENT.name,
    find=receipts_of,
    page=DocumentPage(paper="A5", margin_top=12, margin_bottom=12, margin_side=12, numbered=False),
    values=(
        DocumentGroup(
            name="receipt",
            title=_("Receipt"),
            items=(
                DocumentValue(name="number", title=_("Document number"), sample="1405/12"),
                day_value("day", _("Day")),
                DocumentValue(name="party", title=_("Party"), sample=_("Name of the payer")),
                money_value("amount", _("Amount (Rials)"), 12_500_000),
                DocumentValue(name="method", title=_("How it was paid"), sample=_("Card")),
                DocumentValue(name="tracking", title=_("Tracking number"), sample="483920"),
                DocumentValue(name="note", title=_("Note")),
            ),
        ),
        DocumentGroup(
            name="cheque",
            title=_("Cheque"),
            items=(
                DocumentValue(name="number", title=_("Cheque number"), sample=""),
                DocumentValue(name="sayad", title=_("Sayad id"), sample=""),
                day_value("due", _("Due day")),
                DocumentValue(name="bank", title=_("Bank"), sample=""),
            ),
        ),
        DocumentRows(
            name="settled",
            title=_("What it settles"),
            items=(
                DocumentValue(name="label", title=_("Invoice"), sample="1405/7"),
                money_value("amount", _("Amount (Rials)"), 12_500_000),
            ),
        ),
        word_values(_WORDS, _("Words of the receipt")),
    ),
    body=BODY,
    style=STYLE,
    order=140,
)
