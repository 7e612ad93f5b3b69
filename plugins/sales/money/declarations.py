"""What money declares: rights, grants of the suggested patterns, settings, series of numbers, the menu."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.api import MenuItem, Permission, Series, Setting, _
from plugins.sales.money.rules.ageing import checked_bounds

STAFF = ("view", "create", "edit")
RECORDS = ("sales.payment", "sales.cheque")

PERMISSIONS = (
    Permission(
        resource="sales.payment", action="reverse", title=_("Reverse receipts and payments"), order=110
    ),
    Permission(
        resource="sales.account",
        action="exceed_credit",
        title=_("Issue invoices beyond the credit ceiling"),
        order=120,
    ),
    Permission(resource="sales.account", action="bring_in", title=_("Bring in balances"), order=125),
    Permission(resource="sales.commission", action="pay", title=_("Pay commission"), order=130),
    Permission(resource="sales.commission", action="correct", title=_("Correct commission"), order=131),
)

_ALL = {
    **{(kind, action): "all" for kind in RECORDS for action in (*STAFF, "print", "report", "export")},
    ("sales.payment", "reverse"): "all",
    **{("import", action): "own" for action in STAFF},
    **{
        ("sales.account", action): "all"
        for action in ("view", "create", "import", "report", "export", "exceed_credit", "bring_in")
    },
    **{("sales.commission", action): "all" for action in ("view", "report", "export", "pay", "correct")},
    **{
        (kind, action): "all"
        for kind in ("sales.marketer", "sales.commission_rule")
        for action in (*STAFF, "delete")
    },
}
_OWN = {
    **{(kind, action): "own" for kind in RECORDS for action in ("view", "create", "print")},
    ("sales.account", "view"): "own",
    ("sales.account", "report"): "own",
    ("sales.marketer", "view"): "own",
    ("sales.commission", "view"): "all",
}
GRANTS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "seller": _OWN,
    "own_seller": _OWN,
    "sales_head": _ALL,
    "accountant": _ALL,
}
"""Further grants by the name of a suggested pattern."""

SETTINGS = (
    Setting(
        key="due_days",
        title=_("Days that customers have for paying"),
        kind="whole",
        default=0,
        bounds=(0, 730),
        help=_(
            "From the day of the invoice, where neither the invoice nor what is agreed with the customer says more."
        ),
        order=110,
    ),
    Setting(
        key="credit",
        title=_("Beyond the credit ceiling of a customer"),
        kind="choice",
        choices={
            "off": _("invoices are issued without a word"),
            "warn": _("the seller is warned"),
            "refuse": _("only those with the right may issue"),
        },
        default="warn",
        order=120,
    ),
    Setting(
        key="credit_cheques",
        title=_("Cheques that are not cleared count against the ceiling"),
        kind="yes_no",
        default=True,
        order=121,
    ),
    Setting(
        key="advances",
        title=_("Money that a party has with us, at its next invoice"),
        kind="choice",
        choices={"offer": _("is offered on the page of the invoice"), "settle": _("settles it at once")},
        default="offer",
        order=130,
    ),
    Setting(
        key="ageing",
        title=_("Bounds of the age of debts, in days"),
        default="30, 60, 90",
        check=checked_bounds,
        help=_("Rising numbers with commas between."),
        order=140,
    ),
    Setting(
        key="commission_earned",
        title=_("Commission is earned"),
        kind="choice",
        choices={"issue": _("when the invoice is issued"), "settlement": _("when the invoice is settled")},
        default="issue",
        order=150,
    ),
    Setting(
        key="commission_basis",
        title=_("Commission is reckoned on"),
        kind="choice",
        choices={
            "net": _("the amount after every discount, without tax"),
            "gross": _("the price before discounts"),
        },
        default="net",
        order=151,
    ),
)

SERIES = (
    Series(name="receipt", title=_("Numbers of receipts"), pattern="{year}/{number}"),
    Series(name="payment", title=_("Numbers of payments"), pattern="{year}/{number}"),
)

MENU = (
    MenuItem(
        label=_("Receipts and payments"),
        target="/sales/payments",
        icon="cash",
        permission=("sales.payment", "view"),
        group="sales",
        order=350,
        help=_("What was received and paid, and which invoices it settled."),
    ),
    MenuItem(
        label=_("Cheques"),
        target="/sales/cheques",
        icon="building-bank",
        permission=("sales.cheque", "view"),
        group="sales",
        order=352,
        help=_(
            "Whose cheque is this? Search by number, Sayad id or amount. The board shows them by state, the calendar by "
            "due day."
        ),
    ),
    MenuItem(
        label=_("Open items"),
        target="/sales/open-items?f.open.from=1",
        icon="scale",
        permission=("sales.account", "view"),
        group="sales",
        order=354,
        help=_("What is not settled yet."),
    ),
    MenuItem(
        label=_("Age of debts"),
        target="sales.ageing",
        icon="report-money",
        permission=("sales.account", "report"),
        group="sales",
        order=356,
        help=_("How long what is open has been due, by party."),
    ),
    MenuItem(
        label=_("Money of the coming months"),
        target="sales.cash_flow",
        icon="report-analytics",
        permission=("sales.account", "report"),
        group="sales",
        order=358,
        help=_("What is to come in and to go out, month by month."),
    ),
    MenuItem(
        label=_("Commission"),
        target="/sales/marketers",
        icon="coins",
        permission=("sales.commission", "view"),
        group="sales",
        order=360,
        help=_("Marketers with what they earned, what was taken back and paid. Each sees the own."),
    ),
    MenuItem(
        label=_("Commission rules"),
        target="/sales/commission-rules",
        icon="percentage",
        permission=("sales.commission_rule", "view"),
        group="sales",
        order=362,
        help=_("What is paid for selling which goods, and to whom."),
    ),
)
