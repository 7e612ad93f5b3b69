"""The ledger of commission: what a line earns is compared with what was booked for it, and the difference is entered.

So an entry is never changed, doing it twice enters nothing, and the entries of a line always add up to what it earns now:
the full commission, less the part of what came back; nothing of a cancelled invoice, nor of one that is to be settled first.
Everything here takes a context of the system.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from kernel.api import Context, calendar, sort_key, squeeze
from plugins.sales import api
from plugins.sales.models import Document, DocumentLine
from plugins.sales.money.models import (
    CommissionEntry,
    CommissionRule,
    CommissionTerm,
    Marketer,
    OpenItem,
    Payment,
)
from plugins.sales.money.rules.commission import Rule, Terms, best_rule, difference, earned, remaining


def agree(system: Context, document: Document) -> None:
    """Keep for each line of an invoice that names a marketer what he earns of it, as the rules are on its day."""
    if document.marketer_id is None or (document.kind, document.direction) != ("invoice", "sale"):
        return
    marketer = marketer_of(system, document.marketer_id)
    facts = api.invoice(system, document.id)
    if marketer is None or facts is None:
        return
    rules = [_rule(row) for row in system.session.execute(select(CommissionRule)).scalars()]
    basis = system.runtime.setting("sales.commission_basis")
    rows = {
        row.id: row
        for row in system.session.execute(
            select(DocumentLine).where(DocumentLine.document_id == document.id)
        ).scalars()
    }
    for line in facts.lines:
        rule = best_rule(rules, marketer.id, line.item_id, line.group_ids, document.day)
        if rule is None:
            continue
        system.session.add(
            CommissionTerm(
                document_id=document.id,
                line_id=line.line_id,
                marketer_id=marketer.id,
                rule_id=rule.number,
                kind=rule.terms.kind,
                rate=rule.terms.rate,
                agency_share=rule.terms.agency_share,
                basis=basis,
                earned_at=system.runtime.setting("sales.commission_earned"),
                base=getattr(rows[line.line_id], basis),
                quantity=line.quantity,
            )
        )
    system.session.flush()
    follow(system, document.id)


def would_earn(system: Context, document: Document, marketer_id: int) -> int:
    """Give what a marketer earns of a document of sale by the rules of its day, as far as it becomes an invoice as it is."""
    lines = list(
        system.session.execute(select(DocumentLine).where(DocumentLine.document_id == document.id)).scalars()
    )
    known = {line.item_id for line in lines if line.item_id is not None}
    groups = {item.item_id: item.group_ids for item in api.items(system, sorted(known))}
    rules = [_rule(row) for row in system.session.execute(select(CommissionRule)).scalars()]
    basis = system.runtime.setting("sales.commission_basis")
    total = 0
    for line in lines:
        rule = best_rule(rules, marketer_id, line.item_id, groups.get(line.item_id or 0, ()), document.day)
        if rule is not None:
            total += earned(rule.terms, getattr(line, basis), line.quantity)
    return total


def marketer_of(system: Context, party_id: int) -> Marketer | None:
    """The marketer that a party is, made where it is none yet; None for one that earns nothing at present."""
    found = system.session.execute(select(Marketer).where(Marketer.party_id == party_id)).scalar_one_or_none()
    if found is not None:
        return found if found.active else None
    name = system.runtime.resource("sales.invoice").by_name["marketer"].show(party_id, system)
    made = Marketer(party_id=party_id, name=name, search_key=squeeze(name), sort_key=sort_key(name))
    system.session.add(made)
    system.session.flush()
    return made


def follow(system: Context, invoice_id: int) -> None:
    """Enter what is missing so that the lines of an invoice have earned what they earn now."""
    terms = list(
        system.session.execute(
            select(CommissionTerm)
            .where(CommissionTerm.document_id == invoice_id)
            .order_by(CommissionTerm.id)
            .with_for_update()
        ).scalars()
    )
    if not terms:
        return
    document = system.session.get(Document, invoice_id)
    if document is None:
        return
    item = system.session.execute(
        select(OpenItem).where(OpenItem.document_id == invoice_id)
    ).scalar_one_or_none()
    settled = item is not None and not item.void and item.settled >= item.amount
    titles = dict(
        system.session.execute(
            select(DocumentLine.id, DocumentLine.title).where(DocumentLine.document_id == invoice_id)
        ).all()
    )
    booked = _booked(system, [term.id for term in terms])
    for term in terms:
        counts = document.state != "cancelled" and (term.earned_at == "issue" or settled)
        target = _target(system, term) if counts else 0
        missing = difference(target, booked.get(term.id, 0))
        if missing:
            enter(
                system,
                term.marketer_id,
                "earned" if missing > 0 else "reversed",
                missing,
                system.today,
                f"{document.number} · {titles.get(term.line_id, '')}",
                document_id=invoice_id,
                term_id=term.id,
            )


def follow_items(system: Context, item_ids: Iterable[int]) -> None:
    """After invoices were settled, or opened again: enter what that changes."""
    statement = (
        select(CommissionTerm.document_id)
        .join(OpenItem, OpenItem.document_id == CommissionTerm.document_id)
        .where(OpenItem.id.in_(list(item_ids)), CommissionTerm.earned_at == "settlement")
        .distinct()
    )
    for number in sorted(system.session.execute(statement).scalars()):
        follow(system, number)


def balance_of(context: Context, marketer_id: int) -> int:
    """What a marketer is still to be paid; below zero where he owes something back."""
    statement = select(func.coalesce(func.sum(CommissionEntry.amount), 0)).where(
        CommissionEntry.marketer_id == marketer_id
    )
    return int(context.session.execute(statement).scalar_one())


def enter(
    system: Context, marketer_id: int, kind: str, amount: int, day: date, label: str, **more: object
) -> CommissionEntry:
    """Enter one line into the ledger of a marketer."""
    jalali = calendar.to_jalali(day)
    entry = CommissionEntry(
        marketer_id=marketer_id,
        kind=kind,
        amount=amount,
        day=day,
        jalali_month=jalali.year * 100 + jalali.month,
        label=label,
        **more,
    )
    system.session.add(entry)
    system.session.flush()
    return entry


def unpaid(system: Context, payment: Payment, day: date) -> None:
    """A payment of commission was reversed: it is owed again."""
    entries = system.session.execute(
        select(CommissionEntry).where(CommissionEntry.payment_id == payment.id)
    ).scalars()
    for entry in list(entries):
        enter(system, entry.marketer_id, "paid", -entry.amount, day, payment.number, payment_id=payment.id)


def _rule(row: CommissionRule) -> Rule:
    terms = Terms(row.kind, row.rate, row.agency_share)
    return Rule(row.id, terms, row.marketer_id, row.item_id, row.group_id, row.starts, row.ends)


def _booked(system: Context, terms: list[int]) -> dict[int, int]:
    statement = (
        select(CommissionEntry.term_id, func.sum(CommissionEntry.amount))
        .where(CommissionEntry.term_id.in_(terms))
        .group_by(CommissionEntry.term_id)
    )
    return {number: int(amount) for number, amount in system.session.execute(statement)}


def _target(system: Context, term: CommissionTerm) -> int:
    amount = DocumentLine.net if term.basis == "net" else DocumentLine.gross
    statement = (
        select(func.coalesce(func.sum(amount), 0), func.coalesce(func.sum(DocumentLine.quantity), 0))
        .join(Document, Document.id == DocumentLine.document_id)
        .where(
            DocumentLine.original_line_id == term.line_id,
            Document.kind == "return",
            Document.state != "cancelled",
        )
    )
    back, quantity = system.session.execute(statement).one()
    base, pieces = remaining(term.base, int(back), term.quantity, Decimal(quantity))
    return earned(Terms(term.kind, term.rate, term.agency_share), base, pieces)
