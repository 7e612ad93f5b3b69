"""Open items and what settles them: opened, allocated, released and closed, inside the transaction of a command.

Everything here takes a context of the system: whoever may record money changes open items of the party only through these
functions. Rows are locked in the order of their numbers, so that two who allocate at once wait for one another; that no side
is settled beyond its amount is guarded by the database besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, or_, select

from kernel.api import Context, Invalid, Party, Problem, Refused, _
from plugins.sales.models import Document
from plugins.sales.money.models import Allocation, OpenItem, Payment
from plugins.sales.money.rules.allocation import settlement

SIDE_OF = {
    ("invoice", "sale"): ("debit", "sale"),
    ("invoice", "purchase"): ("credit", "purchase"),
    ("return", "sale"): ("credit", "sale_return"),
    ("return", "purchase"): ("debit", "purchase_return"),
}
"""On which side a document stands, and as what, by its kind and direction."""
OTHER_SIDE = {"debit": "credit", "credit": "debit"}


def open_document(system: Context, document: Document) -> OpenItem:
    """Enter an issued invoice or return as open, as far as it amounts to anything."""
    side, kind = SIDE_OF[document.kind, document.direction]
    item = OpenItem(
        side=side,
        kind=kind,
        document_id=document.id,
        party_id=document.party_id,
        label=document.number or "",
        day=document.day,
        due=document.due or document.day,
        amount=document.payable,
        owner_id=owner_of(system, document.party_id),
        seller_id=document.owner_id,
    )
    system.session.add(item)
    system.session.flush()
    refresh(system, item)
    return item


def open_payment(system: Context, payment: Payment) -> OpenItem:
    """Enter a receipt or payment as open: until it is allocated it is an advance."""
    received = payment.direction == "in"
    item = OpenItem(
        side="credit" if received else "debit",
        kind="receipt" if received else "payment",
        payment_id=payment.id,
        party_id=payment.party_id,
        label=payment.number,
        day=payment.day,
        due=payment.day,
        amount=payment.amount,
        owner_id=payment.owner_id,
        seller_id=payment.seller_id,
    )
    system.session.add(item)
    system.session.flush()
    return item


def owner_of(context: Context, party_id: int) -> int | None:
    """Who is in charge of a party."""
    return context.session.execute(select(Party.owner_id).where(Party.id == party_id)).scalar_one_or_none()


def seller_of(system: Context, item_ids: Sequence[int]) -> int | None:
    """The seller of the first of these items that has one."""
    statement = select(OpenItem.id, OpenItem.seller_id).where(OpenItem.id.in_(list(item_ids)))
    sellers = {row.id: row.seller_id for row in system.session.execute(statement)}
    return next((sellers[number] for number in item_ids if sellers.get(number) is not None), None)


def item_of_document(system: Context, document_id: int) -> OpenItem | None:
    """The open item of a document, if it has one."""
    statement = select(OpenItem).where(OpenItem.document_id == document_id)
    return system.session.execute(statement).scalar_one_or_none()


def item_of_payment(system: Context, payment_id: int) -> OpenItem:
    """The open item of a payment in the account of its party."""
    statement = select(OpenItem).where(OpenItem.payment_id == payment_id)
    return system.session.execute(statement).scalar_one()


def counterparts(context: Context, party_id: int, side: str) -> list[OpenItem]:
    """What is open of a party on a side, in the order in which it is settled: oldest first."""
    statement = (
        select(OpenItem)
        .where(OpenItem.party_id == party_id, OpenItem.side == side, OpenItem.open > 0)
        .order_by(OpenItem.due, OpenItem.id)
    )
    return list(context.session.execute(statement).scalars())


def allocate(system: Context, item_id: int, parts: Iterable[tuple[int, int]], day: date) -> int:
    """Put amounts of one item on others of the other side; give the sum.

    Raises `Invalid` where an item is of another party, on the same side, or has less open than was asked.
    """
    wanted = [(number, amount) for number, amount in parts if amount]
    if any(amount < 0 for _number, amount in wanted):
        raise Invalid([Problem("allocations", _("An amount must be more than nothing."))])
    if len({number for number, _amount in wanted}) != len(wanted):
        raise Invalid([Problem("allocations", _("The same item is named twice."))])
    items = locked(system, [item_id, *(number for number, _amount in wanted)])
    if item_id not in items:
        raise Refused(_("This is not open any more."))
    mine = items[item_id]
    if sum(amount for _number, amount in wanted) > mine.open:
        raise Invalid([Problem("allocations", _("More is allocated than there is."))])
    for number, amount in wanted:
        _put(system, mine, items.get(number), amount, day)
    system.session.flush()
    for item in items.values():
        refresh(system, item)
    return sum(amount for _number, amount in wanted)


def _put(system: Context, mine: OpenItem, other: OpenItem | None, amount: int, day: date) -> None:
    if other is None or other.party_id != mine.party_id or other.side == mine.side:
        raise Invalid([Problem("allocations", _("This cannot be settled by it."))])
    if amount > other.open:
        raise Invalid(
            [
                Problem(
                    "allocations", _("No more than is open of “%(label)s” can be settled.", label=other.label)
                )
            ]
        )
    debit, credit = (mine, other) if mine.side == "debit" else (other, mine)
    system.session.add(Allocation(debit_id=debit.id, credit_id=credit.id, amount=amount, day=day))
    mine.settled += amount
    other.settled += amount


def locked(system: Context, numbers: Sequence[int]) -> dict[int, OpenItem]:
    """Lock items in the order of their numbers and read them as they are now."""
    statement = (
        select(OpenItem)
        .where(OpenItem.id.in_(sorted(set(numbers))))
        .order_by(OpenItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {item.id: item for item in system.session.execute(statement).scalars()}


def release(system: Context, item_id: int, day: date, reason: str, *, only: int | None = None) -> int:
    """Undo what an item settles or is settled by (or the one allocation `only`); give how many Rials are open again."""
    touching = or_(Allocation.debit_id == item_id, Allocation.credit_id == item_id)
    pairs = select(Allocation.debit_id, Allocation.credit_id).where(touching, Allocation.undone_on.is_(None))
    numbers = {number for pair in system.session.execute(pairs).all() for number in pair} | {item_id}
    items = locked(system, sorted(numbers))
    standing = select(Allocation).where(touching, Allocation.undone_on.is_(None))
    if only is not None:
        standing = standing.where(Allocation.id == only)
    freed = 0
    for row in system.session.execute(standing.execution_options(populate_existing=True)).scalars():
        row.undone_on, row.reason = day, reason
        for number in (row.debit_id, row.credit_id):
            items[number].settled -= row.amount
        freed += row.amount
    system.session.flush()
    for item in items.values():
        refresh(system, item)
    return freed


def close(system: Context, item: OpenItem, day: date, reason: str) -> None:
    """Take an item out of the account: its document was cancelled, or its payment reversed."""
    release(system, item.id, day, reason)
    item.void, item.void_on = True, day
    system.session.flush()
    refresh(system, item)


def refresh(system: Context, item: OpenItem) -> None:
    """Write into the document of an item how far it is settled; for a return, into its invoice as well."""
    if item.document_id is None:
        return
    system.session.refresh(item)
    document = system.session.get(Document, item.document_id)
    if document is None:
        return
    invoice = document
    if document.kind == "return":
        _write(document, item.settled, None if item.void else settlement(item.amount, item.settled))
        found = item_of_document(system, document.original_id) if document.original_id else None
        original = system.session.get(Document, document.original_id) if found is not None else None
        if found is None or original is None:
            system.session.flush()
            return
        item, invoice = found, original
    state = None if item.void else settlement(item.amount, item.settled, _refundable(system, invoice.id))
    _write(invoice, item.settled, state)
    system.session.flush()


def _write(document: Document, settled: int, state: str | None) -> None:
    if (document.settled, document.settlement) != (settled, state):
        document.settled, document.settlement = settled, state


def _refundable(system: Context, invoice_id: int) -> int:
    """What is open of the returns of an invoice: the customer's, where the invoice itself is paid."""
    statement = (
        select(func.coalesce(func.sum(OpenItem.open), 0))
        .join(Document, Document.id == OpenItem.document_id)
        .where(Document.original_id == invoice_id)
    )
    return int(system.session.execute(statement).scalar_one())
