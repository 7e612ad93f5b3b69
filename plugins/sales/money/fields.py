"""The fields of the commands of money: what pages ask for, and what other programs send."""

from __future__ import annotations

from kernel.api import _, fields
from plugins.sales.money.resources import words
from plugins.sales.money.resources.cheques import SayadId

LARGEST = 10**15
"""Rials of one amount at most: a thousand times a thousand milliards."""

PARTY = fields.Link("party", _("Party"), to="party", required=True)
DAY = fields.Day("day", _("Day"), required=True)
AMOUNT = fields.Money("amount", _("Amount (Rials)"), least=1, most=LARGEST, required=True)
METHOD = fields.Choice("method", _("How it was paid"), options=words.METHODS, required=True)
PLACE = fields.BaseChoice(
    "place",
    _("Cash desk or account"),
    source=words.PLACES,
    when=fields.When("method", ("cash", "card", "transfer", "cheque")),
)
TERMINAL = fields.Code("terminal", _("Terminal"), limit=20, when=fields.When("method", ("card",)))
TRACKING = fields.Code(
    "tracking", _("Tracking number"), limit=40, when=fields.When("method", ("card", "transfer"))
)
NOTE = fields.LongText("note", _("Note"), limit=2000)
BY_CHEQUE = fields.When("method", ("cheque",))
NUMBER = fields.Code("number", _("Cheque number"), limit=30, required=True, when=BY_CHEQUE)
SAYAD = SayadId(
    "sayad",
    _("Sayad id"),
    limit=24,
    when=BY_CHEQUE,
    help=_("Sixteen digits; spaces and hyphens may stay."),
)
DUE = fields.Day("due", _("Due day"), required=True, when=BY_CHEQUE)
BANK = fields.BaseChoice("bank", _("Bank"), source=words.BANKS, when=BY_CHEQUE)
BRANCH = fields.Text("branch", _("Branch"), limit=100, when=BY_CHEQUE)
ACCOUNT = fields.Code("account", _("Account number"), limit=34, when=BY_CHEQUE)
DRAWER = fields.Text(
    "drawer",
    _("Owner of the account"),
    limit=150,
    when=BY_CHEQUE,
    help=_("Where it is somebody else than the party."),
)
DRAWER_CODE = fields.NationalCode("drawer_code", _("National code of the owner"), when=BY_CHEQUE)
CHEQUE_FIELDS = (NUMBER, SAYAD, DUE, BANK, BRANCH, ACCOUNT, DRAWER, DRAWER_CODE)
PAYMENT_FIELDS = (PARTY, DAY, AMOUNT, METHOD, PLACE, TERMINAL, TRACKING, *CHEQUE_FIELDS, NOTE)
WRITES = {
    **dict.fromkeys(("place", "terminal", "tracking", "note"), "sales.payment"),
    **dict.fromkeys((item.name for item in CHEQUE_FIELDS), "sales.cheque"),
}
"""Whose fields the arguments of a receipt or payment write."""

SIDE = fields.Choice("side", _("Whose debt it is"), options=words.SIDES, required=True)
OPENING_DUE = fields.Day("due", _("Due day"), help=_("Empty: on its day."))
LABEL = fields.Text("label", _("Number or description"), limit=30)

INVOICE = fields.Link("invoice", _("Invoice"), to="sales.invoice")
WHICH = fields.Link("payment", _("Receipt or payment"), to="sales.payment", required=True)
REASON = fields.Text("reason", _("Reason"), limit=300, required=True)
REVERSED_ON = fields.Day("day", _("Reversed on"))

CHEQUE = fields.Link("cheque", _("Cheque"), to="sales.cheque", required=True)
STATE = fields.Choice("state", _("State"), options=words.CHEQUE_STATES, required=True)
MOVED_ON = fields.Day("day", _("Day"))
HOLDER = fields.Link(
    "holder", _("Passed on to"), to="party", required=True, when=fields.When("state", ("passed_on",))
)
MOVE_PLACE = fields.BaseChoice(
    "place", _("Our account"), source=words.PLACES, when=fields.When("state", ("deposited", "cleared"))
)
MOVE_NOTE = fields.Text("note", _("Note"), limit=300)

OPENING = fields.Link("item", _("Balance brought in"), to="sales.account", required=True)
MARKETER = fields.Link("marketer", _("Marketer"), to="sales.marketer", required=True)
CORRECTION = fields.Money(
    "amount",
    _("Amount (Rials)"),
    least=-LARGEST,
    most=LARGEST,
    required=True,
    help=_("With a minus, what the marketer owes back."),
)
