"""Points that are spent: for a coupon on paper, or on an invoice of the plugin `sales`; and their way back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.api import Context, Refused, _
from plugins.club import ledger
from plugins.club.accounts import open_account
from plugins.club.models import Member, Redemption
from plugins.club.terms import Terms, terms_of

OFFER = "points"
"""The key under which the plugin `sales` knows what members may spend."""
DIGITS = 10


def spend(
    system: Context, member_id: int, points: int, amount: int, *, invoice_id: int | None = None
) -> Redemption:
    """Take points of a member for an amount of Rials; raises `Refused` where there are too few, or he may not."""
    terms, session = terms_of(system.runtime), system.session
    account = open_account(session, member_id, system.today)
    if account.member.state != "active":
        raise Refused(_("This membership rests, so its points cannot be spent."))
    least = max(terms.spend_least, 1)
    if account.member.balance < least:
        raise Refused(
            _(
                "Points can be spent from a balance of %(least)d on; there are %(there)d.",
                least=least,
                there=account.member.balance,
            )
        )
    number = _new_number(session)
    try:
        entry = account.spend(points, f"spend {number}")
    except ledger.NotEnough as error:
        raise Refused(
            _("Only %(there)d points can be spent, not %(points)d.", there=error.spendable, points=points)
        ) from error
    redemption = Redemption(
        member_id=member_id,
        entry_id=entry.id,
        number=number,
        day=system.today,
        valid_until=None if invoice_id else system.today + timedelta(days=terms.coupon_days),
        points=points,
        amount=amount,
        state="used" if invoice_id else "open",
        invoice_id=invoice_id,
        used_on=system.today if invoice_id else None,
        search_key=number,
    )
    session.add(redemption)
    session.flush()
    return redemption


def spend_on_invoice(system: Context, member_id: int, amount: int, invoice_id: int) -> Redemption:
    """Take what a member chose to spend on an invoice; what came back of it before is taken again.

    That it is not too much of the invoice was seen by the offer; that the points are there is seen here.
    """
    terms, session = terms_of(system.runtime), system.session
    account = open_account(session, member_id, system.today)
    wanted = select(Redemption).where(Redemption.invoice_id == invoice_id)
    before = session.execute(wanted, execution_options={"populate_existing": True}).scalar_one_or_none()
    if before is None:
        return spend(system, member_id, terms.points_for(amount), amount, invoice_id=invoice_id)
    total = max(0, before.amount_back - amount)
    back = ledger.due(before.amount, before.points, total)
    again = before.points_back - back
    if again:
        try:
            account.spend(again, f"spend again {before.id} {before.version}")
        except ledger.NotEnough as error:
            raise Refused(
                _("Only %(there)d points can be spent, not %(points)d.", there=error.spendable, points=again)
            ) from error
    before.amount_back, before.points_back, before.state = total, back, "used"
    session.flush()
    return before


def put_back(system: Context, redemption_id: int, amount: int) -> Redemption:
    """Give back the points of a part of what was spent, exactly: all of them when all of the amount is back.

    More than is left of the amount is not given back, so that a repeated call changes nothing once all is back.
    """
    terms, session = terms_of(system.runtime), system.session
    member_id = session.execute(
        select(Redemption.member_id).where(Redemption.id == redemption_id)
    ).scalar_one()
    account = open_account(session, member_id, system.today)
    redemption = session.get_one(Redemption, redemption_id, populate_existing=True)
    total = min(redemption.amount, redemption.amount_back + amount)
    points = ledger.due(redemption.amount, redemption.points, total)
    if points > redemption.points_back:
        account.give_back(
            redemption.entry_id,
            redemption.points_back,
            points - redemption.points_back,
            f"give back {redemption.id} {redemption.version}",
            late_until=system.today + timedelta(days=terms.grace_days),
        )
    redemption.amount_back, redemption.points_back = total, points
    if total == redemption.amount:
        redemption.state = "cancelled"
    session.flush()
    return redemption


def offer(terms: Terms, member: Member, net: int) -> int:
    """Give what a member may spend on an invoice of `net` Rials; nothing where the membership rests."""
    return terms.most_of(net, member.balance) if member.state == "active" else 0


def _new_number(session: Session) -> str:
    """Draw the number of a coupon: nobody guesses one that another holds."""
    while True:
        number = "".join(secrets.choice("0123456789") for _place in range(DIGITS))
        taken = select(Redemption.id).where(Redemption.number == number)
        if session.execute(taken).first() is None:
            return number
