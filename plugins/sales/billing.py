"""Invoices of sale that other plugins write: one for each thing of theirs that is to be paid, known by its `origin`.

The plugin judges who may do so; here everything is done as the system, by the same commands that people use, so that
numbers, taxes, settlement and events are those of every invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.api import Context
from plugins.sales.models import Document
from plugins.sales.money.models import OpenItem

LIVE = (Document.state != "cancelled", Document.binned_at.is_(None))


@dataclass(frozen=True)
class BillLine:
    """What is to be paid for. Amounts are whole Rials; `discount` is that on the whole line.

    With an `item_id` the line is that good or service of the catalogue, at `unit_price` all the same.
    """

    title: str
    unit_price: int
    quantity: Decimal | int = 1
    item_id: int | None = None
    discount: int = 0
    note: str = ""


@dataclass(frozen=True)
class Bill:
    """What became of an invoice that a plugin wrote. Amounts are Rials."""

    document_id: int
    number: str
    state: str
    """`draft`, `issued` or `cancelled`."""
    payable: int
    settled: int
    due: date | None
    address: str
    """Of its page, for who may see it."""
    returned: int = 0
    """What returns took back of it. It settles the invoice too, so that it is part of `settled`."""
    refundable: int = 0
    """What of the returns is still to be given back in money."""

    @property
    def owed(self) -> int:
        """What it comes to after returns; nothing where it was cancelled."""
        return max(0, self.payable - self.returned) if self.state == "issued" else 0

    @property
    def received(self) -> int:
        """What came in for it in money and has not been given back."""
        return max(0, self.owed - self.remaining + self.refundable) if self.state == "issued" else 0

    @property
    def remaining(self) -> int:
        """What is still to be paid; of a draft and of what was cancelled nothing is."""
        return max(0, self.payable - self.settled) if self.state == "issued" else 0

    def overdue(self, today: date) -> bool:
        """Whether something remains after its day."""
        return self.remaining > 0 and self.due is not None and self.due < today


def bill(
    context: Context,
    *,
    party_id: int,
    lines: Sequence[BillLine],
    origin: str,
    subject: str = "",
    day: date | None = None,
    due: date | None = None,
    note: str = "",
    taxed: bool = True,
    issue: bool = True,
) -> int:
    """Write and issue an invoice of sale, and give its id; asked again for the same `origin`, it gives the same.

    `origin` names what is paid for, `education.enrolment-12`; once its invoice was cancelled, a new one can be written.
    `day` is today where it is not given. Raises `Invalid` for amounts that cannot be, and what rules of issuing refuse, such
    as a credit that would be exceeded. With `issue=False` it stays a draft, for people to look at.
    """
    with context.system("an invoice for another plugin") as system:
        _alone(system, origin)
        known = _live(system.session, [origin]).get(origin)
        if known is not None:
            return known.id
        head = {
            "party": party_id,
            "day": day or context.today,
            "due": due,
            "subject": subject or None,
            "note": note or None,
            "taxed": taxed,
        }
        number: int = system.run(
            "sales.create_document", kind="invoice", head=head, lines=[_entered(line) for line in lines]
        )
        written = system.session.get_one(Document, number)
        written.origin = origin
        system.session.flush()
        if issue:
            system.run("sales.issue", document=number)
    context.session.expire_all()
    return number


def unbill(context: Context, origin: str, reason: str) -> bool:
    """Cancel the invoice of `origin`, or throw its draft away; False where there is none.

    Raises `Refused` where something was returned of it already. What was paid stays as the customer's money.
    """
    with context.system("an invoice of another plugin is taken back") as system:
        _alone(system, origin)
        known = _live(system.session, [origin]).get(origin)
        if known is None:
            return False
        if known.state == "draft":
            system.run("sales.discard_document", document=known.id)
        else:
            system.run("sales.cancel", document=known.id, reason=reason)
    context.session.expire_all()
    return True


def bills_of(source: Context | Session, origins: Iterable[str]) -> Mapping[str, Bill]:
    """Give the invoices of these origins as far as they are to be seen: the one that counts, else the last cancelled one."""
    session = source.session if isinstance(source, Context) else source
    wanted = sorted(set(origins))
    latest = select(Document).where(Document.origin.in_(wanted), Document.binned_at.is_(None))
    found = {document.origin: document for document in session.scalars(latest.order_by(Document.id))}
    found |= _live(session, wanted)
    returns = _returns(session, [document.id for document in found.values()])
    return {
        str(origin): _facts(document, *returns.get(document.id, (0, 0))) for origin, document in found.items()
    }


def bill_of(source: Context | Session, origin: str) -> Bill | None:
    """Give the invoice of one origin; None where there is none that is to be seen."""
    return bills_of(source, [origin]).get(origin)


def receipt_address(document_id: int) -> str:
    """Give the address of the page on which a receipt for an invoice is entered."""
    return f"/sales/money/receipts/new?invoice={document_id}"


def _alone(system: Context, origin: str) -> None:
    """Let one transaction at a time write or cancel for an origin."""
    name = func.hashtextextended(f"sales.bill:{origin}", 0)
    system.session.execute(select(func.pg_advisory_xact_lock(name)))


def _live(session: Session, origins: Sequence[str]) -> dict[str | None, Document]:
    statement = select(Document).where(Document.origin.in_(origins), *LIVE)
    return {document.origin: document for document in session.scalars(statement)}


def _entered(line: BillLine) -> dict[str, Any]:
    given: dict[str, Any] = {
        "title": line.title,
        "quantity": str(line.quantity),
        "unit_price": line.unit_price,
        "description": line.note or None,
    }
    if line.item_id is not None:
        given["what"] = str(line.item_id)
    if line.discount:
        given |= {"discount_kind": "rial", "discount_value": line.discount}
    return given


def _returns(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Give what returns of invoices come to, and what of it is still to be given back."""
    statement = (
        select(
            Document.original_id,
            func.coalesce(func.sum(Document.payable), 0),
            func.coalesce(func.sum(OpenItem.open), 0),
        )
        .outerjoin(OpenItem, OpenItem.document_id == Document.id)
        .where(
            Document.original_id.in_(ids),
            Document.kind == "return",
            Document.state.not_in(("draft", "cancelled")),
            Document.binned_at.is_(None),
        )
        .group_by(Document.original_id)
    )
    return {number: (int(back), int(open_)) for number, back, open_ in session.execute(statement)}


def _facts(document: Document, returned: int, refundable: int) -> Bill:
    state = document.state if document.state in ("draft", "cancelled") else "issued"
    return Bill(
        document.id,
        document.number,
        state,
        document.payable,
        document.settled,
        document.due,
        f"/sales/invoices/{document.id}",
        returned,
        refundable,
    )
