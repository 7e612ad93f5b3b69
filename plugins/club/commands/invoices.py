"""What follows invoices of the plugin `sales`. Events come at least once and in any order; each is taken once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kernel.api import Context, _, command
from plugins.club.accounts import open_account
from plugins.club.buying import Bought, enter_purchase, groups_of
from plugins.club.joining import join, member_of
from plugins.club.models import Member, Purchase
from plugins.club.returning import return_all, return_invoice_lines, undo_return
from plugins.club.sold import invoice_of
from plugins.club.telling import tell_of_ranks
from plugins.club.terms import terms_of

if TYPE_CHECKING:
    from plugins.sales.api import IssuedInvoice

SALE, RETURN = "sale", "sale_return"


@command("club.take_invoice", _("Points of an invoice"), resource="club.purchase", action="create")
def take_invoice(context: Context, *, invoice: int) -> int | None:
    """Enter an invoice of a member as a purchase; gives its id, None where nothing is to be entered."""
    with context.system("points of an invoice") as system:
        facts = invoice_of(system, invoice)
        return _take(system, facts) if facts is not None else None


@command("club.take_return", _("Points of a returned invoice"), resource="club.purchase", action="return")
def take_return(context: Context, *, invoice: int) -> int | None:
    """Take back points of what a return document returns; gives the purchase's id, None where there is none."""
    with context.system("points of a return") as system:
        facts = invoice_of(system, invoice)
        if facts is None or facts.kind != RETURN or facts.original_id is None or facts.cancelled:
            return None
        purchase_id = _purchase(system, facts.original_id) or _enter_original(system, facts.original_id)
        if purchase_id is None:
            return None
        parts = [(line.original_line_id, line.net) for line in facts.lines]
        return return_invoice_lines(system, purchase_id, invoice, parts).id


@command(
    "club.take_cancellation", _("Points of a cancelled invoice"), resource="club.purchase", action="return"
)
def take_cancellation(context: Context, *, invoice: int) -> int | None:
    """Take back the points of an invoice that was cancelled; of a return that was, give them again."""
    with context.system("points of a cancelled invoice") as system:
        facts = invoice_of(system, invoice)
        if facts is None or not facts.cancelled:
            return None
        if facts.kind == RETURN and facts.original_id is not None:
            purchase_id = _purchase(system, facts.original_id)
            return undo_return(system, purchase_id, invoice).id if purchase_id is not None else None
        purchase_id = _purchase(system, invoice)
        return return_all(system, purchase_id, invoice).id if purchase_id is not None else None


def _enter_original(system: Context, invoice_id: int) -> int | None:
    facts = invoice_of(system, invoice_id)
    return _take(system, facts) if facts is not None else None


def _take(system: Context, facts: IssuedInvoice) -> int | None:
    if facts.kind != SALE or facts.cancelled:
        return None
    member = _member(system, facts)
    if member is None or member.state != "active" or facts.day < member.joined_on:
        return None
    open_account(system.session, member.id, system.today)
    known = _purchase(system, facts.invoice_id)
    if known is not None:
        return known
    lines = [
        Bought(line.net, groups_of(system.session, line.group_ids), line.title, line.line_id)
        for line in facts.lines
    ]
    entered = enter_purchase(
        system, member.id, facts.day, lines, number=facts.number, invoice_id=facts.invoice_id
    )
    tell_of_ranks(system, [entered.rank_change] if entered.rank_change else [])
    return entered.purchase.id


def _member(system: Context, facts: IssuedInvoice) -> Member | None:
    member = member_of(system.session, facts.party_id)
    if member is None and terms_of(system.runtime).join_on_purchase:
        return join(system, facts.party_id, "rule", joined_on=min(facts.day, system.today))
    return member


def _purchase(system: Context, invoice_id: int) -> int | None:
    wanted = select(Purchase.id).where(Purchase.invoice_id == invoice_id)
    return system.session.execute(wanted).scalar_one_or_none()
