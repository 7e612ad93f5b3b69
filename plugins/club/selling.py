"""What the plugin `sales` asks the club: what a customer may spend, that it is spent or given back, and prices by rank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from kernel.api import Context, Price, Refused, _, fields
from plugins.club.accounts import open_account
from plugins.club.joining import member_of
from plugins.club.models import Card, Rank, Redemption
from plugins.club.sold import party_of
from plugins.club.spending import OFFER, offer, put_back, spend_on_invoice
from plugins.club.terms import terms_of

if TYPE_CHECKING:
    from plugins.sales.api import DiscountOffer

HUNDRED = Decimal(100)
PERCENT = fields.Percent("percent", _("Percent"))


def offers(context: Context, party_id: int, net: int) -> Iterable[DiscountOffer] | None:
    """Offer a member to spend points on an invoice."""
    from plugins.sales.api import DiscountOffer

    if not context.may("club.redemption", "create"):
        return None
    with context.system("points that may be spent") as system:
        member = member_of(system.session, party_id)
        if member is None:
            return None
        terms = terms_of(system.runtime)
        most = offer(terms, member, net)
        there = member.balance
    if most <= 0:
        return None
    explanation = _(
        "%(points)d points, each worth %(value)d Rials; points pay at most %(percent)d percent of an invoice.",
        points=there,
        value=terms.point_value,
        percent=terms.spend_percent,
    )
    return [DiscountOffer(OFFER, _("Points of the club"), most, explanation)]


def redeem(context: Context, invoice_id: int, key: str, amount: int) -> None:
    """Take the points that a customer chose to spend on an invoice; `Refused` where he cannot."""
    if key != OFFER:
        return
    with context.system("points are spent on an invoice") as system:
        party_id = party_of(system, invoice_id)
        member = member_of(system.session, party_id) if party_id is not None else None
        if member is None:
            raise Refused(_("Only members of the club have points to spend."))
        spend_on_invoice(system, member.id, amount, invoice_id)


def redeem_back(context: Context, invoice_id: int, key: str, amount: int) -> None:
    """Give back the points of a part of what was spent on an invoice."""
    if key != OFFER:
        return
    with context.system("points come back from an invoice") as system:
        wanted = select(Redemption.id, Redemption.member_id).where(Redemption.invoice_id == invoice_id)
        found = system.session.execute(wanted).one_or_none()
        if found is not None:
            open_account(system.session, found.member_id, system.today)
            put_back(system, found.id, amount)


def price(context: Context, party_id: int | None, day: date, base: Price | None) -> Price | None:
    """Give the price of a member: the seller's own, less the discount of rank or card, whichever takes off more."""
    if party_id is None or base is None:
        return None
    with context.system("discount of a member") as system:
        best = best_discount(system, party_id, day, context)
    if best is None:
        return None
    percent, words = best
    off = (Decimal(base.unit) * percent / HUNDRED).quantize(Decimal(1), ROUND_HALF_UP)
    return Price(base.unit - int(off), _("%(base)s; %(club)s", base=base.explanation, club=words))


def best_discount(
    system: Context, party_id: int, day: date, reader: Context
) -> tuple[Decimal, object] | None:
    """Give the percent that a member gets on a day, and why, as the reader writes it; None for nobody's and no discount."""
    member = member_of(system.session, party_id)
    if member is None or member.state != "active":
        return None

    def shown(percent: Decimal) -> str:
        return PERCENT.show(percent, reader)

    rank = system.session.get(Rank, member.rank_id) if member.rank_id else None
    wanted = select(Card).where(Card.member_id == member.id, Card.state == "active")
    card = system.session.execute(wanted).scalar_one_or_none()
    found: list[tuple[Decimal, object]] = []
    if rank is not None and rank.discount:
        found.append(
            (
                rank.discount,
                _("rank %(rank)s: %(percent)s off", rank=rank.title, percent=shown(rank.discount)),
            )
        )
    if card is not None and card.discount and (card.valid_until is None or day <= card.valid_until):
        found.append((card.discount, _("card of the club: %(percent)s off", percent=shown(card.discount))))
    return max(found, key=lambda each: each[0], default=None)
