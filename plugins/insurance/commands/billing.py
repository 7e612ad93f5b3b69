"""Invoices of premiums, where `sales` runs, and what was received for them."""

from __future__ import annotations

from kernel.api import Context, Refused, _, command
from plugins.insurance import billing
from plugins.insurance.reading import WHICH, open_policy


@command(
    "insurance.bill",
    _("Write the invoice of a premium"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH,),
)
def bill(context: Context, *, policy: int) -> int:
    """Write and issue the invoice of a policy's premium, once; gives its id."""
    record = open_policy(context, policy)
    if not billing.runs(context):
        raise Refused(_("Invoices are written by the plugin “sales”, which is not in use here."))
    if not record.number or record.state == "cancelled":
        raise Refused(_("Only a policy that was issued and stands is billed."))
    made = billing.bill_premium(context, record)
    with context.system("what was received before") as system:
        billing.follow_payments(system, [policy])
    return made


@command(
    "insurance.follow_money",
    _("Let instalments follow what was received"),
    resource="insurance.policy",
    action="edit",
)
def follow_money(context: Context, *, party: int) -> int:
    """Bring the instalments of a party's policies to what was received for their invoices; gives how many changed."""
    return billing.follow_party(context, party)
