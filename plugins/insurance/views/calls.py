"""The call list of the expert."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.api import _, current, render
from plugins.insurance import calling
from plugins.insurance.lines import titles
from plugins.insurance.trades import LINE_COLOURS
from plugins.insurance.words import RENEWAL_COLOURS, RENEWALS

ORDERS = {
    "stake": _("Premium at stake"),
    "premium": _("Largest premium"),
    "risk": _("Most likely to be lost"),
    "end": _("End"),
}


def calls() -> ResponseReturnValue:
    """Show whom to call today, of all policies or of one's own."""
    context = current()
    mine = request.args.get("mine") == "1"
    line = request.args.get("line", "")
    order = request.args.get("order", "stake")
    lines = titles(context)
    chosen = line if line in lines else ""
    found = calling.call_list(context, mine=mine, line=chosen or None, order=order)
    may_edit = context.may("insurance.policy", "edit") and not context.read_only
    return render(
        "insurance/calls.html",
        calls=found,
        sum=sum(call.policy.premium_total for call in found),
        late=sum(call.days < 0 for call in found),
        mine=mine,
        line=chosen,
        order=order if order in ORDERS else "stake",
        orders=ORDERS,
        lines=lines,
        line_tones=LINE_COLOURS,
        renewals=RENEWALS,
        renewal_tones=RENEWAL_COLOURS,
        may_edit=may_edit,
        may_renew=may_edit and context.may("insurance.policy", "create"),
    )
