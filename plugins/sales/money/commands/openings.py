"""Balances brought in: what a party owed, or was owed, before the books here began."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, NotFound, Problem, Refused, _, command, editable, load
from plugins.sales.holding import hold
from plugins.sales.money import fields as f
from plugins.sales.money import ledger
from plugins.sales.money.bringing import KIND, opening, wrong_days
from plugins.sales.money.commands.payments import read
from plugins.sales.money.models import OpenItem
from plugins.sales.money.resources import OPEN_ITEM

FIELDS = (f.PARTY, f.SIDE, f.AMOUNT, f.DAY, f.OPENING_DUE, f.LABEL)


@command(
    "sales.bring_in",
    _("Bring in a balance"),
    resource="sales.account",
    action="bring_in",
    fields=FIELDS,
)
def bring_in(context: Context, **entered: Any) -> int:
    """Enter what a party owes us, or we owe it, from before; it is settled like an invoice. Gives the open item's id."""
    values = read(context, FIELDS, {"day": context.today, **entered})
    problems = [Problem(*each) for each in wrong_days(context, values["day"], values["due"])]
    if problems:
        raise Invalid(problems)
    with context.system("bring in a balance") as system:
        hold(system, [values["party"]])
        item = opening(system, values, ledger.owner_of(system, values["party"]))
        system.session.add(item)
        system.session.flush()
        return item.id


@command(
    "sales.take_out",
    _("Take out a balance that was brought in"),
    resource="sales.account",
    action="bring_in",
    fields=(f.OPENING, f.REASON),
)
def take_out(context: Context, *, item: int, reason: Any) -> int:
    """Take a balance that was brought in by mistake out of the account; what settled it is open again. Gives its id."""
    editable(context, OPEN_ITEM, item, "bring_in")
    told = f.REASON.read(reason, context)
    record: OpenItem = load(context, OPEN_ITEM, item)
    if record.kind != KIND:
        raise NotFound()
    with context.system("take out a balance") as system:
        hold(system, [record.party_id])
        held = ledger.locked(system, [item])[item]
        if held.void:
            raise Refused(_("It was taken out already."))
        ledger.close(system, held, max(system.today, held.day), told)
    return item
