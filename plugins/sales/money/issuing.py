"""What money does when an invoice is issued, taken back or cancelled, inside the transaction that does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.api import Context, Refused, _
from plugins.sales.models import CustomerTerms, Document
from plugins.sales.money import account, commissions, ledger
from plugins.sales.money.rules.allocation import Open, proposal

EXCEED = ("sales.account", "exceed_credit")
"""The right to issue an invoice beyond the ceiling of the party's credit."""


def judge(session: Session, context: Context, invoice_id: int) -> None:
    """Refuse an invoice of sale beyond the ceiling of its party, where the site says so and the seller may not exceed it.

    The party's terms stay locked until the end of the transaction, so that two invoices at once count one another.
    """
    document = session.get(Document, invoice_id)
    if document is None or (document.kind, document.direction) != ("invoice", "sale"):
        return
    if context.runtime.setting("sales.credit") != "refuse" or context.may(*EXCEED):
        return
    over = _excess(replace(context, session=session), document, lock=True)
    if over:
        raise Refused(
            _(
                "The credit ceiling of the customer would be exceeded by %(over)s Rials.",
                over=_number(context, over),
            )
        )


def excess_of(context: Context, document_id: int) -> int:
    """How far an invoice that is not issued yet would exceed its party's ceiling; 0 where the site does not watch it."""
    if context.runtime.setting("sales.credit") == "off":
        return 0
    with context.system("watch the ceiling of credit") as system:
        document = system.session.get(Document, document_id)
        if document is None or (document.kind, document.direction) != ("invoice", "sale"):
            return 0
        return _excess(system, document, lock=False)


def issued(context: Context, document_id: int) -> None:
    """Enter an invoice or return, which has its number by now, into the account of its party.

    A return settles its invoice as far as that is open; advances settle a new invoice by themselves where the site says so.
    What the marketer earns, or loses, is entered as well.
    """
    with context.system("enter a document into the account of its party") as system:
        document = system.session.get(Document, document_id)
        if document is None or (document.kind, document.direction) not in ledger.SIDE_OF:
            return
        if document.kind == "invoice" and document.due is None:
            document.due = document.day + timedelta(days=_days(system, document.party_id))
            system.session.flush()
        item = ledger.open_document(system, document)
        touched = [item.id]
        if document.kind == "return" and document.original_id is not None:
            original = ledger.item_of_document(system, document.original_id)
            if original is not None:
                part = min(item.open, original.open)
                ledger.allocate(system, item.id, [(original.id, part)], system.today)
                touched.append(original.id)
            commissions.follow(system, document.original_id)
        else:
            commissions.agree(system, document)
            if system.runtime.setting("sales.advances") == "settle":
                others = ledger.counterparts(system, item.party_id, ledger.OTHER_SIDE[item.side])
                parts = proposal((Open(one.id, one.due, one.open) for one in others), item.open)
                ledger.allocate(system, item.id, parts, system.today)
        commissions.follow_items(system, touched)


def cancelled(context: Context, document_id: int) -> None:
    """Take a cancelled invoice or return out of the account; what settled it is the party's again."""
    reason = context.text(_("The document was cancelled."))
    with context.system("take a document out of the account of its party") as system:
        document = system.session.get(Document, document_id)
        item = ledger.item_of_document(system, document_id)
        if document is None or item is None:
            return
        ledger.close(system, item, max(system.today, item.day), reason)
        commissions.follow(system, document.original_id or document_id)


def _excess(system: Context, document: Document, *, lock: bool) -> int:
    credit = account.credit_of(
        system,
        document.party_id,
        with_cheques=bool(system.runtime.setting("sales.credit_cheques")),
        lock=lock,
    )
    return credit.exceeded_by(document.payable)


def _days(system: Context, party_id: int) -> int:
    """Days that a party has for paying: its own, or those of the site."""
    asked = select(CustomerTerms.credit_days).where(CustomerTerms.party_id == party_id)
    own = system.session.execute(asked).scalar_one_or_none()
    return int(own if own is not None else system.runtime.setting("sales.due_days"))


def _number(context: Context, amount: int) -> str:
    from plugins.sales.money.resources import PAYMENT

    return PAYMENT.by_name["amount"].show(amount, context)
