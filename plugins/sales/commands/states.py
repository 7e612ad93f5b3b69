"""What becomes of issued documents: accepted, refused, ready, handed over, expired; and cancelling without deleting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import Context, Refused, _, command, fields
from plugins.sales.commands.common import REASON, VERSION, WHICH, lines_of, opened, read
from plugins.sales.commands.following import follow_source, live_invoice
from plugins.sales.commands.returning import spending_due
from plugins.sales.commands.revising import bring_earlier_back
from plugins.sales.commands.writing import release
from plugins.sales.doing import states_after
from plugins.sales.models import Document, DocumentLine, SaleEntry
from plugins.sales.money import issuing as money
from plugins.sales.offers import ask_to_redeem, redemptions_of
from plugins.sales.telling import order_moved
from plugins.sales.words import RIGHT, STATES

STATE = fields.Choice("state", _("State"), options=STATES, required=True)
WHY = fields.Text("reason", _("Reason"), limit=300, required=True)


@command(
    "sales.set_state",
    _("Change the state of a document"),
    resource=RIGHT,
    action="edit",
    fields=(WHICH, STATE, REASON, VERSION),
)
def set_state(
    context: Context, *, document: int, state: str, reason: Any = None, version: int | None = None
) -> int:
    """Take an issued quote or order on to another state; refusing a quote needs the reason."""
    record = opened(context, document, version=version)
    if state not in states_after(record):
        raise Refused(
            _(
                "A document that is “%(old)s” cannot become “%(new)s”.",
                old=STATES[record.state],
                new=STATES.get(state, _("unknown")),
            )
        )
    if state == "rejected":
        record.reason = read(context, (WHY,), {"reason": reason})["reason"]
    record.state = state
    if state == "delivered":
        record.delivered_on = context.today
    context.session.flush()
    order_moved(context, record)
    return record.id


@command(
    "sales.cancel", _("Cancel a document"), resource=RIGHT, action="cancel", fields=(WHICH, WHY, VERSION)
)
def cancel(context: Context, *, document: int, reason: Any, version: int | None = None) -> int:
    """Cancel an issued document: it stays with its number and its mark, and counts no more."""
    record = opened(context, document, "cancel", version)
    if record.state in ("draft", "cancelled"):
        raise Refused(_("Only what was issued can be cancelled, and only once."))
    if record.converted or _is_made_of(context, document):
        raise Refused(_("A document was made of this one: cancel that first."))
    why = read(context, (WHY,), {"reason": reason})["reason"]
    billed = record.kind in ("invoice", "return")
    with context.system("a document is cancelled") as system:
        found = system.session.get_one(Document, document)
        if billed:
            _take_out(context, system, found)
        found.state, found.reason, found.cancelled_at = "cancelled", why, system.now
        found.invoicing = found.to_invoice = None
        if found.source_id is not None:
            release(system, found.source_id)
        bring_earlier_back(system, found)
        system.session.flush()
    context.session.expire_all()
    if billed:
        money.cancelled(context, document)
        context.publish("invoice_cancelled", document)
    return document


def _is_made_of(context: Context, document: int) -> bool:
    """Say whether an order or invoice was made of it that counts, whoever may see that."""
    with context.system("what was made of a document") as system:
        return live_invoice(system, document)


def _take_out(context: Context, system: Context, document: Document) -> None:
    """Undo what issuing did, but for the number and the roles; goods that came back go out again."""
    if document.kind == "invoice":
        live = select(Document.id).where(Document.original_id == document.id, Document.state != "cancelled")
        if system.session.scalar(live.limit(1)) is not None:
            raise Refused(_("Of this invoice something was taken back: cancel the returns first."))
    system.runtime.require("invoice_cancelling", session=system.session, ctx=context, invoice_id=document.id)
    for entry in system.session.scalars(select(SaleEntry).where(SaleEntry.document_id == document.id)):
        system.session.delete(entry)
    if document.kind == "invoice":
        for redemption in redemptions_of(system, document.id):
            ask_to_redeem(
                system, document.id, redemption, "redeem_back", redemption.amount - redemption.given_back
            )
            redemption.given_back = redemption.amount
    else:
        _sell_again(system, document)
    system.session.flush()


def _sell_again(system: Context, document: Document) -> None:
    """A return that does not count: its lines have not come back, and what was given back of offers is taken again."""
    for line in lines_of(system, document.id):
        sold = system.session.get_one(DocumentLine, line.original_line_id, with_for_update=True)
        sold.returned -= line.quantity
    system.session.flush()
    assert document.original_id is not None
    follow_source(system, system.session.get_one(Document, document.original_id))
    for redemption, due in spending_due(system, document.original_id):
        more = redemption.given_back - due
        if more > 0:
            redemption.given_back = due
            system.session.flush()
            ask_to_redeem(system, document.original_id, redemption, "redeem", more)


@command("sales.expire", _("Let quotes expire"), resource=RIGHT, action="edit")
def expire(context: Context) -> int:
    """Mark issued quotes whose validity is over; gives how many."""
    over = select(Document).where(
        Document.kind == "quote",
        Document.state == "issued",
        Document.converted.is_(False),
        Document.valid_until < context.today,
    )
    found = context.session.scalars(over).all()
    for quote in found:
        quote.state = "expired"
    context.session.flush()
    return len(found)
