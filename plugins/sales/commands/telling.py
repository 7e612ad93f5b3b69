"""Telling customers by hand, and the reminders of a day."""

from __future__ import annotations

from kernel.api import Context, Refused, _, command, load
from plugins.sales.commands.common import WHICH, resource_of
from plugins.sales.models import Document
from plugins.sales.telling import due_invoices, remind, tell_of_order
from plugins.sales.words import RIGHT, TELLABLE


@command(
    "sales.tell_customer",
    _("Tell the customer by SMS"),
    resource=RIGHT,
    action="send",
    fields=(WHICH,),
)
def tell_customer(context: Context, *, document: int) -> bool:
    """Tell a customer how far his order is, or what of an invoice is to be paid; says whether he can be reached.

    Once a minute at most.
    """
    found: Document = load(context, resource_of(context, document), document)
    if found.direction != "sale" or found.state not in TELLABLE.get(found.kind, ()):
        raise Refused(_("There is nothing to tell the customer of this document."))
    occasion = f"{context.now:%Y%m%d%H%M}"
    if found.kind == "order":
        return tell_of_order(context, found, occasion)
    if found.settlement not in ("unpaid", "partly"):
        raise Refused(_("This invoice is settled."))
    return remind(context, found, occasion)


@command("sales.remind_customers", _("Remind customers of payments"), resource=RIGHT, action="send")
def remind_customers(context: Context) -> int:
    """Remind those whose invoices are due soon, or overdue, as the settings say; gives how many. Nobody hears twice."""
    with context.system("invoices that customers are reminded of") as system:
        wanted = due_invoices(system)
        found = [(system.session.get_one(Document, number), occasion) for number, occasion in wanted]
        return sum(remind(system, document, occasion) for document, occasion in found)
