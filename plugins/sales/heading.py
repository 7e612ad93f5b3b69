"""The head of a document: its fields, which of them each kind has, and what goes into the document as it was read."""

from __future__ import annotations

from kernel.api import _, fields
from plugins.sales import told
from plugins.sales.words import DIRECTIONS, DISCOUNT_KINDS, KINDS

PARTY = fields.Link("party", _("Party"), to="party", required=True)
DAY = fields.Day("day", _("Date"), required=True)
SUBJECT = fields.Text("subject", _("Subject"), limit=200)
MARKETER = fields.Link("marketer", _("Marketer"), to="party")
VALID_UNTIL = fields.Day("valid_until", _("Valid until"))
ENDS_ON = fields.Day(
    "ends_on", _("End date"), help=_("End of the contract, day of the journey: users can be reminded of it.")
)
DUE = fields.Day(
    "due", _("To be paid by"), help=_("Empty: as many days as the customer or the settings have.")
)
TERMS = fields.LongText("terms", _("Terms of payment"), limit=2000)
NOTE = fields.LongText("note", _("Explanations"), limit=4000)
DELIVERY = fields.LongText("delivery", _("Delivery"), limit=1000)
OUTER_NUMBER = fields.Code("outer_number", _("Number of the other side"), limit=60)
OUTER_LINK = fields.Website("outer_link", _("Link to another program"))
TAXED = fields.YesNo("taxed", _("With value added tax"), default=True)
DISCOUNT_KIND = fields.Choice("discount_kind", _("Kind of discount"), options=DISCOUNT_KINDS)
DISCOUNT_VALUE = fields.Text("discount_value", _("Discount on the whole document"), limit=30)
KIND = fields.Choice(
    "kind",
    _("Kind"),
    options={key: title for key, title in KINDS.items() if key != "return"},
    required=True,
)
DIRECTION = fields.Choice("direction", _("For"), options=DIRECTIONS, default="sale")
NEW_LINES = told.Lines(
    "lines",
    told.LINES.title,
    [item for item in told.LINES.fields if item is not told.LINE_ID],
    most=told.LINES.most,
    known_as=told.LINES.known_as,
    required=True,
)
HEAD = (
    PARTY,
    DAY,
    SUBJECT,
    MARKETER,
    VALID_UNTIL,
    DUE,
    ENDS_ON,
    TERMS,
    NOTE,
    DELIVERY,
    OUTER_NUMBER,
    OUTER_LINK,
    TAXED,
    DISCOUNT_KIND,
    DISCOUNT_VALUE,
)
COPIED = (
    "subject",
    "valid_until",
    "due",
    "ends_on",
    "terms",
    "note",
    "delivery",
    "outer_number",
    "outer_link",
    "taxed",
)
"""Values of the head that go into the document as they were read."""
HEAD_TOLD = (*HEAD[:-1], told.DISCOUNT)
"""The head as programs tell it: a discount is a number there."""


def head_fields(kind: str, direction: str) -> list[fields.Field]:
    """Give the fields of the head that documents of a kind have."""
    left = set()
    if kind != "quote":
        left.add("valid_until")
    if kind != "invoice":
        left.add("due")
    if kind == "quote":
        left.add("delivery")
    if direction == "sale":
        left.add("outer_number")
    else:
        left |= {"marketer", "delivery"}
    return [item for item in HEAD if item.name not in left]
