"""Facts about payments for other plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from plugins.sales.money.models import Allocation, OpenItem, Payment

if TYPE_CHECKING:
    from plugins.sales.api import ReceivedPayment


def payment(session: Session, payment_id: int) -> ReceivedPayment | None:
    """Give a payment with the invoices that it settles at present; None for what is not to be seen."""
    from plugins.sales.api import ReceivedPayment

    record = session.get(Payment, payment_id)
    if record is None:
        return None
    mine, other = aliased(OpenItem), aliased(OpenItem)
    received = record.direction == "in"
    key, its = (
        (Allocation.credit_id, Allocation.debit_id)
        if received
        else (Allocation.debit_id, Allocation.credit_id)
    )
    statement = (
        select(other.document_id, Allocation.amount)
        .join(mine, mine.id == key)
        .join(other, other.id == its)
        .where(
            mine.payment_id == payment_id,
            Allocation.undone_on.is_(None),
            other.document_id.is_not(None),
        )
        .order_by(Allocation.id)
    )
    pairs = tuple((int(document), int(amount)) for document, amount in session.execute(statement))
    return ReceivedPayment(record.id, record.party_id, record.amount, record.day, record.method, pairs)
