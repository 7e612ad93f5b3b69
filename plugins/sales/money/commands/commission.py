"""Paying commission out, and correcting it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, _, command, load
from plugins.sales.money import commissions
from plugins.sales.money import fields as f
from plugins.sales.money.commands.payments import new_payment, read
from plugins.sales.money.models import Marketer
from plugins.sales.money.resources import MARKETER

PAY_FIELDS = (f.MARKETER, f.DAY, f.AMOUNT, f.METHOD, f.PLACE, f.TRACKING, f.NOTE)
CORRECT_FIELDS = (f.MARKETER, f.DAY, f.CORRECTION, f.REASON)


@command(
    "sales.pay_commission",
    _("Pay commission"),
    resource="sales.commission",
    action="pay",
    fields=PAY_FIELDS,
)
def pay_commission(context: Context, **entered: Any) -> int:
    """Pay a marketer out of what he earned, and give the payment's id; more than is owed is refused."""
    values = read(context, PAY_FIELDS, {"day": context.today, **entered})
    if values["method"] in ("cheque", "discount"):
        raise Invalid([Problem("method", _("Commission is paid in cash, by card or by transfer."))])
    if values["day"] > context.today:
        raise Invalid([Problem("day", _("This day has not come yet."))])
    marketer: Marketer = load(context, MARKETER, values["marketer"])
    party = marketer.party_id
    with context.system("pay commission") as system:
        _hold(system, values["marketer"])
        owed = commissions.balance_of(system, values["marketer"])
        if values["amount"] > owed:
            raise Invalid([Problem("amount", _("More than is owed to the marketer cannot be paid."))])
        payment = new_payment(system, "out", {**values, "party": party}, purpose="commission")
        commissions.enter(
            system,
            values["marketer"],
            "paid",
            -values["amount"],
            values["day"],
            payment.number,
            payment_id=payment.id,
            note=values["note"],
        )
        return payment.id


@command(
    "sales.correct_commission",
    _("Correct commission"),
    resource="sales.commission",
    action="correct",
    fields=CORRECT_FIELDS,
)
def correct_commission(context: Context, **entered: Any) -> int:
    """Enter a correction of either sign, with its reason; gives the entry's id."""
    values = read(context, CORRECT_FIELDS, {"day": context.today, **entered})
    if values["amount"] == 0:
        raise Invalid([Problem("amount", _("An amount is missing."))])
    load(context, MARKETER, values["marketer"])
    label = context.text(_("Correction"))
    with context.system("correct commission") as system:
        entry = commissions.enter(
            system,
            values["marketer"],
            "correction",
            values["amount"],
            values["day"],
            label,
            note=values["reason"],
        )
        return entry.id


def _hold(system: Context, marketer_id: int) -> None:
    """Make others who pay the same marketer wait, but nobody who only enters what he earned."""
    row = select(Marketer.id).where(Marketer.id == marketer_id)
    system.session.execute(row.with_for_update(key_share=True))
