"""An order is invoiced in parts: each time so much of its lines as is carried out, and never more than was ordered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kernel.api import Context, Refused, _, command, fields
from plugins.sales.commands.common import VERSION, lines_of, opened, read_quantities
from plugins.sales.commands.copying import DESCRIBED, WORDS, copied
from plugins.sales.commands.following import follow_order
from plugins.sales.doing import CONVERTIBLE
from plugins.sales.models import Document, DocumentLine
from plugins.sales.pricing import LineSum, part_of
from plugins.sales.told import QUANTITIES
from plugins.sales.words import RIGHT

ORDER = fields.Whole("order", _("Sales order"), required=True, least=1)


@command(
    "sales.invoice_part",
    _("Invoice a part of an order"),
    resource=RIGHT,
    action="create",
    fields=(ORDER, QUANTITIES, VERSION),
)
def invoice_part(
    context: Context, *, order: int, quantities: Mapping[int, Any], version: int | None = None
) -> int:
    """Make a draft invoice of a part of an order: `quantities` says how much of each line, by its id; gives the draft's id.

    Raises `Invalid` naming `quantity-<line>` where more is asked for than is left. What a draft holds is not there for
    another invoice; thrown away, cancelled or taken back, it is again.
    """
    source = opened(context, order, "view", version)
    if source.kind != "order":
        raise Refused(_("Only orders are invoiced in parts."))
    if source.converted:
        raise Refused(_("All of this order is invoiced already."))
    if source.state not in CONVERTIBLE:
        raise Refused(_("Issue the document first; a refused, expired or void one is not converted."))
    wanted = read_quantities(
        context,
        left_of(context, order),
        quantities,
        lambda most: _("At most %(most)s of this is left of the order.", most=most),
        _("Say how much of which line is invoiced."),
    )
    with context.system("a part of an order is invoiced") as system:
        number = _store(system, system.session.get_one(Document, order), wanted)
        follow_order(system, order)
    context.session.expire_all()
    return number


def left_of(context: Context, order: int) -> dict[int, Decimal]:
    """Give by line of an order how much of it is not invoiced yet."""
    return {line.id: line.quantity - line.invoiced for line in lines_of(context, order)}


def _store(system: Context, order: Document, wanted: Mapping[int, Decimal]) -> int:
    """Write the draft; its lines have the exact parts of what was ordered, with all discounts on the line."""
    parts = [
        (line, part_of(_sums(line), line.quantity, line.invoiced, wanted[line.id]))
        for line in lines_of(system, order.id)
        if line.id in wanted
    ]
    gross, less, net, tax = (
        sum(getattr(part, name) for _line, part in parts) for name in ("gross", "discount", "net", "tax")
    )
    made = Document(
        kind="invoice",
        state="draft",
        day=system.today,
        owner_id=order.owner_id,
        source_id=order.id,
        part=True,
        gross=gross,
        line_discount=less,
        net=net,
        tax=tax,
        payable=net + tax,
        **copied(order, WORDS),
    )
    system.session.add(made)
    system.session.flush()
    made.number = f"#{made.id}"
    made.search_key = made.search_key.replace(order.number, made.number, 1)
    for line, part in parts:
        system.session.add(
            DocumentLine(
                document_id=made.id,
                source_line_id=line.id,
                quantity=wanted[line.id],
                gross=part.gross,
                discount=part.discount,
                discount_kind="rial" if part.discount else None,
                discount_value=part.discount or None,
                net=part.net,
                tax=part.tax,
                **copied(line, DESCRIBED),
            )
        )
    system.session.flush()
    return made.id


def _sums(line: DocumentLine) -> LineSum:
    return LineSum(line.gross, line.discount, line.shared, line.net, line.tax)
