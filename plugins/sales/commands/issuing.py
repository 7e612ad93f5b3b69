"""Issuing: the document gets its gapless number, counts in reports, makes roles, and is told to other plugins."""

from __future__ import annotations

from sqlalchemy import select

from kernel.api import Context, Refused, _, command, give_role, take_numbered
from plugins.sales.commands.common import VERSION, WHICH, lines_of, opened
from plugins.sales.commands.following import follow_order
from plugins.sales.commands.revising import replace_earlier
from plugins.sales.models import Document, DocumentLine, Item, SaleEntry
from plugins.sales.money import issuing as money
from plugins.sales.offers import ask_to_redeem, redemptions_of
from plugins.sales.telling import order_moved
from plugins.sales.words import RIGHT

ROLES = {
    ("quote", "sale"): "opportunity",
    ("invoice", "sale"): "customer",
    ("invoice", "purchase"): "supplier",
}
"""What a party becomes by a document of a kind and direction, from its day on."""


@command("sales.issue", _("Issue a document"), resource=RIGHT, action="issue", fields=(WHICH, VERSION))
def issue(context: Context, *, document: int, version: int | None = None) -> int:
    """Issue a draft: from now on it has a number and is not changed any more; gives its id."""
    record = opened(context, document, "issue", version)
    if record.state != "draft":
        raise Refused(_("This document is issued already."))
    if not lines_of(context, document):
        raise Refused(_("Enter at least one line."))
    with context.system("a document is issued") as system:
        found = system.session.get_one(Document, document)
        number(system, found)
        if found.kind == "invoice":
            system.runtime.require(
                "invoice_issuing", session=system.session, ctx=context, invoice_id=document
            )
            for redemption in redemptions_of(system, document):
                ask_to_redeem(system, document, redemption, "redeem", redemption.amount)
            count(system, found)
        follow_order(system, document)
        replace_earlier(system, found)
        make_role(system, found)
    context.session.expire_all()
    if record.kind == "invoice":
        money.issued(context, document)
        context.publish("invoice_issued", document)
    order_moved(context, record)
    return document


def number(system: Context, document: Document) -> None:
    """Give a document its number, before anything else is locked: all who issue at once wait for one another here.

    Taken last, the series would be held by one who then waits for the party's account, which another holds who waits for
    the series. Whoever is refused afterwards gives the number back.
    """
    kind = document.kind if document.direction == "sale" else f"purchase_{document.kind}"
    system.session.flush()
    given = take_numbered(system, f"sales.{kind}", document.day)
    document.serial, document.fiscal_year = given.number, given.year
    document.state = "issued"
    document.issued_at = system.now
    draft = document.number
    document.number = given.text
    document.search_key = document.search_key.replace(draft, document.number, 1)
    system.session.flush()


def make_role(system: Context, document: Document) -> None:
    """A quote makes an opportunity of a party, an invoice a customer or supplier, each from the document's day."""
    role = ROLES.get((document.kind, document.direction))
    if role is not None:
        give_role(system, document.party_id, role, min(document.day, system.today))


def count(system: Context, document: Document) -> None:
    """Let each line count in the reports: plus for an invoice, minus for what is taken back."""
    sign = -1 if document.kind == "return" else 1
    statement = (
        select(DocumentLine, Item.group_id)
        .outerjoin(Item, Item.id == DocumentLine.item_id)
        .where(DocumentLine.document_id == document.id)
        .order_by(DocumentLine.position)
    )
    for line, group in system.session.execute(statement).all():
        system.session.add(
            SaleEntry(
                document_id=document.id,
                line_id=line.id,
                direction=document.direction,
                day=document.day,
                item_id=line.item_id,
                group_id=group,
                title=line.title,
                beside_id=line.beside_id,
                beside_kind=line.beside_kind,
                party_id=document.party_id,
                owner_id=document.owner_id,
                marketer_id=document.marketer_id,
                quantity=sign * line.quantity,
                discount=sign * (line.discount + line.shared),
                net=sign * line.net,
                tax=sign * line.tax,
            )
        )
    system.session.flush()
