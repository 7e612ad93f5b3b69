"""Documents as programs tell them: head, lines and spending as arguments of commands; what stands in a draft told again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kernel.api import _, fields
from plugins.sales.entry import DESCRIPTION, DISCOUNT_KIND, LARGEST, MOST_LINES, QUANTITY, SERIALS, TITLE
from plugins.sales.entry import UNIT_PRICE as PRICE
from plugins.sales.models import Document, DocumentLine, Redemption

ITEM = fields.Link("item", _("Good or service"), to="sales.item")
BESIDE = fields.Link("beside", _("Offered beside"), to="sales.item")
VARIANT = fields.Whole("variant", _("Variant"), least=1)
LINE_ID = fields.Whole(
    "id", _("Number of the line"), least=1, help=_("Which line of the draft it is; empty for a new one.")
)
DISCOUNT = fields.Decimal("discount_value", _("Discount"), places=2, least=0, most=LARGEST)
LINE_OF = fields.Whole("line", _("Number of the line"), least=1, required=True)
AMOUNT = fields.Money("amount", _("To be spent"), least=0, most=LARGEST, required=True)
OFFER = fields.Text("key", _("Offer"), limit=100, required=True)


class Head(fields.Group):
    """The head of a document; a discount is written as people type it, since its kind says how it is read."""

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """Give the values by the names that the form uses."""
        return values | {name: plain(values[name]) for name in ("discount_value",) if name in values}


class Lines(fields.Rows):
    """The lines of a document, each told whole; what is sold is a good, or a variant of it, or a title alone."""

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """Give one line as the form tells it."""
        item, variant = values["item"], values["variant"]
        what = f"{item or ''}-{variant}" if variant else str(item or "")
        return values | {"what": what, "discount_value": plain(values["discount_value"])}


LINES = Lines(
    "lines",
    _("Lines"),
    (
        LINE_ID,
        ITEM,
        VARIANT,
        TITLE,
        QUANTITY,
        PRICE,
        DISCOUNT_KIND,
        DISCOUNT,
        DESCRIPTION,
        SERIALS,
        BESIDE,
    ),
    most=MOST_LINES,
    known_as={"what": "item"},
)
SPENDING = fields.ByKey("spending", _("To be spent"), (OFFER, AMOUNT), most=50, told="spend-")
QUANTITIES = fields.ByKey(
    "quantities", _("Quantities"), (LINE_OF, QUANTITY), most=MOST_LINES, required=True, told="quantity-"
)


def plain(value: Decimal | None) -> str:
    """Write a number as one types it, without superfluous zeros."""
    return "" if value is None else f"{value.normalize():f}"


def head_again(document: Document, kinds: Sequence[fields.Field]) -> dict[str, Any]:
    """Tell what stands in the head of a draft, as its command takes it."""
    names = {"party": "party_id", "marketer": "marketer_id"}
    held = {item.name: getattr(document, names.get(item.name, item.name)) for item in kinds}
    return held | {"discount_value": plain(document.discount_value)}


def lines_again(lines: Sequence[DocumentLine]) -> list[dict[str, Any]]:
    """Tell the lines of a draft as they stand, so that they are kept."""
    return [_again(line) for line in lines]


def _again(line: DocumentLine) -> dict[str, Any]:
    what = "" if line.item_id is None else str(line.item_id)
    if line.variant_id is not None:
        what += f"-{line.variant_id}"
    return {
        "id": line.id,
        "what": what,
        "title": "" if what else line.title,
        "quantity": line.quantity,
        "unit_price": line.unit_price if line.by_hand or not what else None,
        "discount_kind": line.discount_kind,
        "discount_value": plain(line.discount_value),
        "description": line.description,
        "serials": line.serials,
        "beside": line.beside_id,
    }


def spending_again(redemptions: Sequence[Redemption]) -> Mapping[str, Any]:
    """Tell what is spent on a draft."""
    return {row.key: row.amount for row in redemptions}
