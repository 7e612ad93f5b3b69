"""What other plugins may import of sales: facts about invoices, payments and the catalogue, invoices that they let it write
(`plugins.sales.billing`), and the hooks that sales asks.

Hooks stand at the end. Events (`invoice_issued` …) are told after the commit, in a worker, at least once and one plugin
at a time. Rules (`redeem` …) are asked inside the transaction; what they raise, undoes it. Implement them with
`@hookimpl(optionalhook=True)`: sales may be absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.api import Context, LazyText, Price, gather, publish, require
from plugins.sales.billing import Bill, BillLine, bill, bill_of, bills_of, receipt_address, unbill
from plugins.sales.models import Document, DocumentLine, Item, ItemGroup
from plugins.sales.money.account import Balance, balances

KINDS = {
    ("invoice", "sale"): "sale",
    ("invoice", "purchase"): "purchase",
    ("return", "sale"): "sale_return",
    ("return", "purchase"): "purchase_return",
}
"""Kind and direction of a document to the kind of an issued invoice."""


@dataclass(frozen=True)
class SoldLine:
    """One line of an issued invoice. `net` is its part after every discount, before tax; `group_ids` holds the group of the
    item and all above it, the item's own first.
    """

    line_id: int
    item_id: int | None
    group_ids: tuple[int, ...]
    title: str
    quantity: Decimal
    net: int
    tax: int
    kind: str
    """`goods` or `service`."""
    original_line_id: int | None


@dataclass(frozen=True)
class IssuedInvoice:
    """An invoice or return that was issued; it may have been cancelled since. Amounts are Rials, positive in returns too."""

    invoice_id: int
    number: str
    kind: str
    """`sale`, `purchase`, `sale_return` or `purchase_return`."""
    party_id: int
    marketer_id: int | None
    day: date
    lines: tuple[SoldLine, ...]
    net: int
    """After every discount, before tax."""
    tax: int
    payable: int
    original_id: int | None
    """The invoice that a return is of."""
    cancelled: bool


@dataclass(frozen=True)
class ReceivedPayment:
    """A payment with the invoices that it was allocated to: pairs of invoice and Rials."""

    payment_id: int
    party_id: int
    amount: int
    day: date
    method: str
    allocations: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ItemFacts:
    """A good or service as others need it. `expert_id` is the user who carries a service out."""

    item_id: int
    code: str
    title: str
    kind: str
    group_ids: tuple[int, ...]
    sale_price: int | None
    expert_id: int | None
    active: bool


@dataclass(frozen=True)
class GroupFacts:
    """A group of the catalogue, and the one that it stands beneath."""

    group_id: int
    title: str
    parent_id: int | None


@dataclass(frozen=True)
class DiscountOffer:
    """What a customer may spend on a draft invoice at his choice: up to `amount_limit` Rials, by the plugin's own `key`."""

    key: str
    title: LazyText | str
    amount_limit: int
    explanation: LazyText | str = ""


def invoice(source: Context | Session, invoice_id: int) -> IssuedInvoice | None:
    """Give an issued invoice or return, cancelled ones too; None for drafts, other documents, and what is not to be seen."""
    session = _session(source)
    document = session.get(Document, invoice_id)
    if document is None or document.serial is None or (document.kind, document.direction) not in KINDS:
        return None
    statement = (
        select(DocumentLine, Item.group_id)
        .outerjoin(Item, Item.id == DocumentLine.item_id)
        .where(DocumentLine.document_id == invoice_id)
        .order_by(DocumentLine.position, DocumentLine.id)
    )
    above = _parents(session)
    lines = tuple(
        SoldLine(
            line.id,
            line.item_id,
            _chain(group, above),
            line.title,
            line.quantity,
            line.net,
            line.tax,
            line.kind,
            line.original_line_id,
        )
        for line, group in session.execute(statement)
    )
    return IssuedInvoice(
        document.id,
        document.number,
        KINDS[document.kind, document.direction],
        document.party_id,
        document.marketer_id,
        document.day,
        lines,
        document.net,
        document.tax,
        document.payable,
        document.original_id,
        document.state == "cancelled",
    )


def party_of(source: Context | Session, document_id: int) -> int | None:
    """Give whose document this is, also of a draft that is about to be issued; None for what is not to be seen."""
    document = _session(source).get(Document, document_id)
    return None if document is None else document.party_id


def payment(source: Context | Session, payment_id: int) -> ReceivedPayment | None:
    """Give a payment with what it was allocated to; None for what is not to be seen."""
    from plugins.sales.money.reading import payment as found

    return found(_session(source), payment_id)


def items(source: Context | Session, ids: Sequence[int] | None = None) -> list[ItemFacts]:
    """Give goods and services in the order of their titles: those of `ids`, else all that are on offer."""
    session = _session(source)
    wanted = Item.active if ids is None else Item.id.in_(list(ids))
    above = _parents(session)
    return [
        ItemFacts(
            item.id,
            item.code,
            item.title,
            item.kind,
            _chain(item.group_id, above),
            item.sale_price,
            item.expert_id,
            item.active,
        )
        for item in session.scalars(select(Item).where(wanted).order_by(Item.sort_key, Item.id))
    ]


def item_groups(source: Context | Session) -> list[GroupFacts]:
    """Give all groups of the catalogue in the order of their titles."""
    statement = select(ItemGroup.id, ItemGroup.title, ItemGroup.parent_id).order_by(
        ItemGroup.sort_key, ItemGroup.id
    )
    return [GroupFacts(*row) for row in _session(source).execute(statement)]


def _session(source: Context | Session) -> Session:
    return source.session if isinstance(source, Context) else source


def _parents(session: Session) -> dict[int, int | None]:
    return {row[0]: row[1] for row in session.execute(select(ItemGroup.id, ItemGroup.parent_id))}


def _chain(group: int | None, above: dict[int, int | None]) -> tuple[int, ...]:
    found: list[int] = []
    while group is not None and group not in found:
        found.append(group)
        group = above.get(group)
    return tuple(found)


# --- Events: after the commit, in a worker, at least once for each plugin. `ctx` acts for the system.


@publish
def invoice_issued(ctx: Context, invoice_id: int) -> None:
    """An invoice of sale or purchase was issued."""


@publish
def invoice_cancelled(ctx: Context, invoice_id: int) -> None:
    """An issued invoice, or a return, was cancelled; `invoice` still gives it."""


@publish
def invoice_returned(ctx: Context, invoice_id: int) -> None:
    """A return was issued; `invoice_id` is that of the return, its `original_id` the invoice."""


@publish
def payment_received(ctx: Context, payment_id: int) -> None:
    """A payment was received or made, and allocated as `payment` tells."""


@publish
def payment_reversed(ctx: Context, payment_id: int) -> None:
    """A payment was taken back: a cheque that bounced, a mistake."""


# --- Contributions.


@gather
def discount_offers(ctx: Context, party_id: int, net: int) -> Iterable[DiscountOffer] | None:
    """What this party may spend on a draft invoice of `net` Rials: points of a club."""


# --- Rules: asked inside the transaction; raise `Refused` or `Invalid` to refuse it.


@require
def invoice_issuing(session: Session, ctx: Context, invoice_id: int) -> None:
    """An invoice is about to be issued: take goods out of the stock, watch the ceiling of credit. It has its number already;
    what is refused gives it back.

    `session` acts for the system, `ctx` is that of whoever issues it: ask it for rights and settings, not for rows.
    """


@require
def invoice_cancelling(session: Session, ctx: Context, invoice_id: int) -> None:
    """An issued invoice or a return is about to be cancelled."""


@require
def redeem(session: Session, ctx: Context, invoice_id: int, key: str, amount: int) -> None:
    """Take what the customer chose to spend: `amount` Rials of the offer `key`. Only for the plugin that offered it."""


@require
def redeem_back(session: Session, ctx: Context, invoice_id: int, key: str, amount: int) -> None:
    """Give back what was spent: all of it when the invoice is cancelled, its part when goods are taken back."""


__all__ = [
    "Balance",
    "Bill",
    "BillLine",
    "DiscountOffer",
    "GroupFacts",
    "IssuedInvoice",
    "ItemFacts",
    "Price",
    "ReceivedPayment",
    "SoldLine",
    "balances",
    "bill",
    "bill_of",
    "bills_of",
    "discount_offers",
    "invoice",
    "invoice_cancelled",
    "invoice_cancelling",
    "invoice_issued",
    "invoice_issuing",
    "invoice_returned",
    "item_groups",
    "items",
    "party_of",
    "payment",
    "payment_received",
    "payment_reversed",
    "receipt_address",
    "redeem",
    "redeem_back",
    "unbill",
]
