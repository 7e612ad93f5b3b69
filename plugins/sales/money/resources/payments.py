"""The record kinds of money: receipts and payments, and the open items that they settle."""

from __future__ import annotations

from typing import Any

from kernel.api import (
    Action,
    Charge,
    Context,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
    localise_digits,
)
from plugins.sales.money.bringing import COLUMNS, bring_in_many
from plugins.sales.money.models import OpenItem, Payment
from plugins.sales.money.resources import words


class Serial(fields.Code):
    """A number of a fiscal year, such as 1405/12."""

    def show(self, value: Any, context: Context) -> str:
        """In the digits of the language."""
        if not value:
            return ""
        return localise_digits(str(value), context.locale)


def payment_actions(context: Context, number: int) -> list[Action]:
    """What can be done about a receipt or payment."""
    right = PAYMENT.permission
    record = context.session.get(Payment, number)
    if record is None:
        return []
    page = f"/sales/money/payments/{number}"
    standing = record.state == "standing"
    found = []
    if record.direction == "in":
        paper = f"/printing/documents/sales.receipt/{number}"
        found.append(
            Action(label=_("Print the receipt"), url=paper, icon="printer", permission=(right, "print"))
        )
    if standing and record.cheque_id is None:
        found.append(Action(label=_("Reverse"), url=f"{page}/reverse", permission=(right, "reverse")))
    if record.cheque_id is not None:
        cheque = f"/sales/cheques/{record.cheque_id}"
        found.append(
            Action(
                label=_("The cheque"), url=cheque, icon="building-bank", permission=("sales.cheque", "view")
            )
        )
    found.append(_account(record.party_id))
    return found


def _account(party_id: int) -> Action:
    return Action(
        label=_("Statement of account"),
        url=f"/sales/money/accounts/{party_id}",
        icon="report-money",
        permission=("sales.account", "view"),
    )


PAYMENT = Resource(
    name="sales.payment",
    model=Payment,
    title=_("Receipt or payment"),
    plural=_("Receipts and payments"),
    path="sales/payments",
    actions=payment_actions,
    icon="cash",
    label="number",
    unruled=("number", "direction", "party", "amount", "day", "method", "state"),
    fields=(
        Serial("number", _("Document number"), limit=20, read_only=True),
        fields.Choice(
            "direction",
            _("Kind"),
            options=words.DIRECTIONS,
            colours=words.DIRECTION_COLOURS,
            read_only=True,
        ),
        fields.Link("party", _("Party"), to="party", attribute="party_id", read_only=True),
        fields.Day("day", _("Day"), read_only=True),
        fields.Money("amount", _("Amount"), read_only=True),
        fields.Choice("method", _("How it was paid"), options=words.METHODS, read_only=True),
        fields.BaseChoice(
            "place", _("Cash desk or account"), source=words.PLACES, attribute="place_id", read_only=True
        ),
        fields.Code("terminal", _("Terminal"), limit=20, read_only=True, in_list=False),
        fields.Code("tracking", _("Tracking number"), limit=40, read_only=True),
        fields.Link("cheque", _("Cheque"), to="sales.cheque", attribute="cheque_id", read_only=True),
        fields.Choice("purpose", _("What for"), options=words.PURPOSES, read_only=True),
        fields.LongText("note", _("Note"), limit=2000, read_only=True, in_list=False),
        fields.Choice("state", _("State"), options=words.STATES, colours=words.STATE_COLOURS, read_only=True),
        fields.Day("reversed_on", _("Reversed on"), read_only=True),
        fields.Text("reason", _("Why it was reversed"), limit=300, read_only=True, in_list=False),
        fields.UserLink("owner", _("In charge"), attribute="owner_id", read_only=True),
    ),
    list_columns=("number", "direction", "party", "day", "amount", "method", "state"),
    sections=(
        Section(
            _("Receipt or payment"),
            (
                "number",
                "direction",
                "party",
                "day",
                "amount",
                "method",
                "place",
                "terminal",
                "tracking",
                "cheque",
                "purpose",
                "note",
                "state",
                "reversed_on",
                "reason",
                "owner",
            ),
        ),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("day",), descending=True),
        Sort("earliest", _("Oldest first"), ("day",)),
    ),
    search=Search(held=("number", "tracking")),
    quick_filters=("direction", "method", "state", "day", "party"),
    editable=False,
    charges=(Charge("owner_id", along="party_id"), Charge("seller_id")),
    constraints={
        "uq_payment_cheque_id": ("cheque", _("This cheque pays something already.")),
        "uq_payment_tracking": (
            "tracking",
            _("Something with this tracking number is recorded for that day already."),
        ),
        "ck_payment_amount": ("amount", _("The amount must be more than nothing.")),
    },
    help=_(
        "Money that came in and went out. Nothing here is deleted: what was recorded by mistake is reversed, with a "
        "reason, and what it settled is open again."
    ),
)

OPEN_ITEM = Resource(
    name="sales.account",
    model=OpenItem,
    title=_("Open item"),
    plural=_("Open items"),
    path="sales/open-items",
    page="/sales/money/items/{id}",
    icon="scale",
    label="label",
    unruled=("label", "kind", "side", "party", "day", "due", "amount", "settled", "open"),
    fields=(
        Serial("label", _("Document number"), limit=30, read_only=True),
        fields.Choice("kind", _("Kind"), options=words.ITEM_KINDS, read_only=True),
        fields.Choice("side", _("Side"), options=words.SIDES, colours=words.SIDE_COLOURS, read_only=True),
        fields.Link("party", _("Party"), to="party", attribute="party_id", read_only=True),
        fields.Day("day", _("Day"), read_only=True),
        fields.Day("due", _("Due day"), read_only=True),
        fields.Money("amount", _("Amount"), read_only=True),
        fields.Money("settled", _("Settled amount"), read_only=True),
        fields.Money("open", _("Open amount"), read_only=True),
        fields.YesNo("void", _("Cancelled or reversed"), read_only=True, in_list=False),
        fields.UserLink("owner", _("In charge"), attribute="owner_id", read_only=True),
    ),
    list_columns=("label", "kind", "side", "party", "day", "due", "amount", "open"),
    sections=(
        Section(
            _("Open item"),
            ("label", "kind", "side", "party", "day", "due", "amount", "settled", "open", "owner"),
        ),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("day",), descending=True),
        Sort("due", _("Oldest due first"), ("due",)),
    ),
    quick_filters=("side", "kind", "party", "due", "open"),
    editable=False,
    importable=True,
    import_fields=COLUMNS,
    bulk_create=bring_in_many,
    charges=(Charge("owner_id", along="party_id"), Charge("seller_id", along="document_id")),
    constraints={
        "ck_open_item_settled": (
            None,
            _("More than is open cannot be settled: somebody was quicker. Look at it again."),
        ),
    },
    help=_(
        "What parties owe us and what we owe them, of each invoice, return, receipt and payment, with what is still open."
    ),
)
