"""Taking back: a return brings back some or all of an invoice, never more than was sold, to the Rial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields
from plugins.sales.commands.common import lines_of, opened, read, read_quantities
from plugins.sales.commands.following import follow_source
from plugins.sales.commands.issuing import count, number
from plugins.sales.models import Document, DocumentLine, Redemption
from plugins.sales.money import issuing as money
from plugins.sales.offers import ask_to_redeem, redemptions_of
from plugins.sales.pricing import LineSum, taken_back
from plugins.sales.told import QUANTITIES
from plugins.sales.words import RIGHT

INVOICE_ID = fields.Whole("invoice", _("Invoice"), required=True, least=1)
WHY = fields.Text("reason", _("Reason"), limit=300, required=True)
DAY = fields.Day("day", _("Date"))
COPIED = (
    *("item_id", "variant_id", "kind", "title", "description", "unit", "unit_price", "tax_percent"),
    *("beside_id", "beside_kind"),
)


@command(
    "sales.take_back",
    _("Take back what was sold"),
    resource=RIGHT,
    action="take_back",
    fields=(INVOICE_ID, QUANTITIES, WHY, DAY),
)
def take_back(
    context: Context, *, invoice: int, quantities: Mapping[int, Any], reason: Any, day: Any = None
) -> int:
    """Issue a return of an invoice: `quantities` says how much of each of its lines, by the line's id; gives its id.

    Raises `Invalid` naming `quantity-<line>` where more comes back than is left.
    """
    original = opened(context, invoice, "take_back")
    if original.kind != "invoice" or original.state != "issued":
        raise Refused(_("Only of an issued invoice can be taken back."))
    values = read(context, (WHY, DAY), {"reason": reason, "day": day})
    day = values["day"] or max(context.today, original.day)
    if day < original.day:
        raise Invalid([Problem("day", _("This is before the date of the invoice."))])
    if day > max(context.today, original.day):
        raise Invalid([Problem("day", _("This day has not come yet."))])
    wanted = _wanted(context, invoice, quantities)
    with context.system("a return is issued") as system:
        made = _store(system, invoice, wanted, values["reason"], day)
        number(system, made)
        follow_source(system, system.session.get_one(Document, invoice))
        _give_back_spending(system, invoice)
        count(system, made)
        made_id = made.id
    context.session.expire_all()
    money.issued(context, made_id)
    context.publish("invoice_returned", made_id)
    return made_id


def _wanted(context: Context, invoice: int, quantities: Mapping[int, Any]) -> dict[int, Decimal]:
    """Read how much of each line comes back; lines of other documents are not there."""
    return read_quantities(
        context,
        {line.id: line.quantity - line.returned for line in lines_of(context, invoice)},
        quantities,
        lambda most: _("At most %(most)s of this can be taken back.", most=most),
        _("Say how much of which line comes back."),
    )


def _store(system: Context, invoice: int, wanted: Mapping[int, Decimal], reason: str, day: date) -> Document:
    """Write the return and its lines, and note on the sold lines how much has come back of them."""
    original = system.session.get_one(Document, invoice)
    statement = (
        select(DocumentLine)
        .where(DocumentLine.id.in_(wanted))
        .order_by(DocumentLine.position, DocumentLine.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    sold = system.session.scalars(statement).all()
    before = _taken_before(system, [line.id for line in sold])
    parts: list[tuple[DocumentLine, LineSum]] = []
    for line in sold:
        line.returned += wanted[line.id]
        amounts = LineSum(line.gross, line.discount, line.shared, line.net, line.tax)
        parts.append((line, taken_back(amounts, before[line.id], line.quantity, line.returned)))
    made = _document(original, [part for _line, part in parts], reason, day)
    system.session.add(made)
    system.session.flush()
    made.number = f"#{made.id}"
    for position, (line, part) in enumerate(parts, 1):
        system.session.add(_line(made, position, line, wanted[line.id], part))
    system.session.flush()
    return made


def _taken_before(system: Context, lines: Sequence[int]) -> dict[int, LineSum]:
    """Sum up, for each sold line, the returns that count already."""
    statement = (
        select(
            DocumentLine.original_line_id,
            func.sum(DocumentLine.gross),
            func.sum(DocumentLine.discount),
            func.sum(DocumentLine.net),
            func.sum(DocumentLine.tax),
        )
        .join(Document, Document.id == DocumentLine.document_id)
        .where(DocumentLine.original_line_id.in_(lines), Document.state != "cancelled")
        .group_by(DocumentLine.original_line_id)
    )
    found = dict.fromkeys(lines, LineSum(0, 0, 0, 0, 0))
    for line, gross, less, net, tax in system.session.execute(statement):
        found[line] = LineSum(int(gross), int(less), 0, int(net), int(tax))
    return found


def _document(original: Document, parts: Sequence[LineSum], reason: str, day: date) -> Document:
    net, tax, less = (
        sum(part.net for part in parts),
        sum(part.tax for part in parts),
        sum(part.discount for part in parts),
    )
    return Document(
        kind="return",
        direction=original.direction,
        state="draft",
        party_id=original.party_id,
        day=day,
        subject=original.subject,
        owner_id=original.owner_id,
        marketer_id=original.marketer_id,
        taxed=original.taxed,
        original_id=original.id,
        reason=reason,
        gross=net + less,
        line_discount=less,
        discount=0,
        net=net,
        tax=tax,
        payable=net + tax,
        search_key=original.search_key,
    )


def _line(
    made: Document, position: int, sold: DocumentLine, quantity: Decimal, part: LineSum
) -> DocumentLine:
    return DocumentLine(
        document_id=made.id,
        position=position,
        quantity=quantity,
        gross=part.gross,
        discount=part.discount,
        shared=0,
        net=part.net,
        tax=part.tax,
        original_line_id=sold.id,
        **{name: getattr(sold, name) for name in COPIED},
    )


def _give_back_spending(system: Context, invoice: int) -> None:
    for redemption, due in spending_due(system, invoice):
        amount = due - redemption.given_back
        if amount > 0:
            redemption.given_back = due
            system.session.flush()
            ask_to_redeem(system, invoice, redemption, "redeem_back", amount)


def spending_due(system: Context, invoice: int) -> list[tuple[Redemption, int]]:
    """Give for each offer that was spent on an invoice how much of it is due back, since goods worth as much came back."""
    spent = redemptions_of(system, invoice)
    if not spent:
        return []
    share = _share_returned(lines_of(system, invoice))
    return [(redemption, floor(redemption.amount * share)) for redemption in spent]


def _share_returned(lines: Sequence[DocumentLine]) -> Fraction:
    """Which part of an invoice has come back, by what its lines were worth before the discounts of the whole."""
    whole = sum(line.net + line.shared for line in lines)
    back = sum(
        ((line.net + line.shared) * Fraction(line.returned) / Fraction(line.quantity) for line in lines),
        Fraction(0),
    )
    return back / whole if whole else Fraction(0)
