"""The fields of an invoice that money writes, and those of a party's terms."""

from __future__ import annotations

from kernel.api import _, fields
from plugins.sales.money.resources.words import SETTLEMENT, SETTLEMENT_COLOURS

SETTLED = (
    fields.Choice(
        "settlement", _("Settlement"), options=SETTLEMENT, colours=SETTLEMENT_COLOURS, read_only=True
    ),
    fields.Day("due", _("To be paid by"), read_only=True),
    fields.Money("settled", _("Settled amount"), read_only=True),
)
CREDIT = (
    fields.Money(
        "credit_ceiling",
        _("Credit ceiling (Rials)"),
        least=0,
        help=_("How much the party may owe; empty: as much as it likes."),
    ),
    fields.Whole("credit_days", _("Days for paying"), least=0, most=730),
)
