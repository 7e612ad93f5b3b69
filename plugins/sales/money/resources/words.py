"""The words of money: methods, states, directions, with the colours in which they are shown."""

from __future__ import annotations

from kernel.api import BaseList, _

PLACES = "sales.money_place"
BANKS = "sales.bank"

DIRECTIONS = {"in": _("Receipt"), "out": _("Payment")}
DIRECTION_COLOURS = {"in": "green", "out": "amber"}
METHODS = {
    "cash": _("Cash"),
    "card": _("Card"),
    "transfer": _("Bank transfer"),
    "cheque": _("Cheque"),
    "discount": _("Settlement discount"),
}
PURPOSES = {"trade": _("Account of the party"), "commission": _("Commission")}
STATES = {"standing": _("Stands"), "reversed": _("Reversed")}
STATE_COLOURS = {"standing": "green", "reversed": "grey"}

CHEQUE_DIRECTIONS = {"received": _("Received"), "given": _("Given")}
CHEQUE_STATES = {
    "held": _("In hand"),
    "deposited": _("Deposited"),
    "passed_on": _("Passed to another"),
    "issued": _("With the payee"),
    "cleared": _("Cleared"),
    "bounced": _("Bounced"),
    "returned": _("Given back"),
}
CHEQUE_COLOURS = {
    "held": "blue",
    "deposited": "cyan",
    "passed_on": "violet",
    "issued": "amber",
    "cleared": "green",
    "bounced": "red",
    "returned": "grey",
}

SIDES = {"debit": _("Owed to us"), "credit": _("Owed by us")}
SIDE_COLOURS = {"debit": "amber", "credit": "blue"}
ITEM_KINDS = {
    "sale": _("Sales invoice"),
    "purchase": _("Purchase invoice"),
    "sale_return": _("Return from the customer"),
    "purchase_return": _("Return to the supplier"),
    "receipt": _("Receipt"),
    "payment": _("Payment"),
    "opening": _("Balance brought in"),
}

SETTLEMENT = {
    "unpaid": _("Unsettled"),
    "partly": _("Partly settled"),
    "settled": _("Fully settled"),
    "overpaid": _("Overpaid"),
}
SETTLEMENT_COLOURS = {"unpaid": "red", "partly": "amber", "settled": "green", "overpaid": "violet"}

RULE_KINDS = {"percent": _("Percent of the amount"), "per_unit": _("Rials for each unit")}
ENTRY_KINDS = {
    "earned": _("Earned"),
    "reversed": _("Taken back"),
    "correction": _("Correction"),
    "paid": _("Paid out"),
}
ENTRY_COLOURS = {"earned": "green", "reversed": "red", "correction": "violet", "paid": "blue"}

BASE_LISTS = (
    BaseList(
        PLACES,
        _("Cash desks and bank accounts"),
        {"cash_desk": _("Cash desk"), "bank": _("Main bank account"), "petty_cash": _("Petty cash")},
    ),
    BaseList(
        BANKS,
        _("Banks"),
        {
            "melli": _("Bank Melli"),
            "mellat": _("Bank Mellat"),
            "saderat": _("Bank Saderat"),
            "tejarat": _("Bank Tejarat"),
            "sepah": _("Bank Sepah"),
            "keshavarzi": _("Bank Keshavarzi"),
            "maskan": _("Bank Maskan"),
            "refah": _("Bank Refah"),
            "parsian": _("Parsian Bank"),
            "pasargad": _("Bank Pasargad"),
            "saman": _("Saman Bank"),
            "eghtesad_novin": _("Eghtesad Novin Bank"),
            "karafarin": _("Karafarin Bank"),
            "sina": _("Sina Bank"),
            "shahr": _("Shahr Bank"),
            "ayandeh": _("Ayandeh Bank"),
            "post": _("Post Bank"),
            "resalat": _("Resalat Bank"),
            "mehr_iran": _("Mehr Iran Bank"),
            "other": _("Another bank"),
        },
    ),
)
