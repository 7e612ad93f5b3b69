"""How far an order is invoiced follows from its invoices: counted anew after whatever was done with one of them.

So making a part, changing or throwing away its draft, cancelling it and taking goods back all give the right quantities, and
none of them can let more be invoiced than was ordered.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select

from kernel.api import Context, Refused, _
from plugins.sales.commands.common import lines_of
from plugins.sales.models import Document, DocumentLine
from plugins.sales.pricing import given_back


def follow_source(system: Context, document: Document) -> None:
    """Count the order anew that an invoice was made of, if it was made of one."""
    if document.source_id is not None:
        follow_order(system, document.source_id)


def follow_order(system: Context, order_id: int) -> None:
    """Write how much of each line of an order is invoiced, and how far the whole; raise `Refused` for more than was ordered.

    Whoever changes invoices of the same order waits here for the other.
    """
    system.session.flush()
    locked = select(Document).where(Document.id == order_id, Document.kind == "order").with_for_update()
    order = system.session.scalar(locked.execution_options(populate_existing=True))
    if order is None or order.state == "cancelled":
        return
    taken = _taken(system, order_id)
    lines, left = lines_of(system, order_id), 0
    for line in lines:
        line.invoiced = taken.get(line.id, Decimal(0))
        if line.invoiced > line.quantity:
            raise Refused(_("More of “%(title)s” would be invoiced than was ordered.", title=line.title))
        left += sum(
            amount - given_back(amount, line.quantity, line.invoiced) for amount in (line.net, line.tax)
        )
    order.converted = all(line.invoiced == line.quantity for line in lines)
    begun = any(line.invoiced for line in lines)
    order.invoicing = "whole" if order.converted else "partly" if begun else "none"
    order.to_invoice = left
    system.session.flush()


def _taken(system: Context, order_id: int) -> dict[int, Decimal]:
    """Sum up by line of the order what its invoices hold, drafts as well, less what came back."""
    statement = (
        select(DocumentLine.source_line_id, func.sum(DocumentLine.quantity - DocumentLine.returned))
        .join(Document, Document.id == DocumentLine.document_id)
        .where(
            Document.source_id == order_id,
            Document.state != "cancelled",
            Document.binned_at.is_(None),
            DocumentLine.source_line_id.is_not(None),
        )
        .group_by(DocumentLine.source_line_id)
    )
    return {line: Decimal(quantity) for line, quantity in system.session.execute(statement) if line}


def live_invoice(system: Context, document_id: int) -> bool:
    """Say whether something that was made of a document still counts."""
    statement = select(Document.id).where(
        Document.source_id == document_id, Document.state != "cancelled", Document.binned_at.is_(None)
    )
    return system.session.scalar(statement.limit(1)) is not None
