"""How parties become members: by hand, by the form in the shop, by rule; and the cards that they get."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.api import (
    Context,
    Party,
    Refused,
    _,
    give_role,
    sort_key,
    squeeze,
    take_number,
    to_persian_digits,
)
from plugins.club.accounts import open_account
from plugins.club.models import Card, Member
from plugins.club.ranks import all_ranks, change, rank_of
from plugins.club.terms import terms_of

SERIES = "club.member"
ROLE = "club.member"
FIRST = 10_000
"""What the numbers of members begin after."""


def member_of(session: Session, party_id: int) -> Member | None:
    """Give the member that a party is."""
    return session.execute(select(Member).where(Member.party_id == party_id)).scalar_one_or_none()


def join(
    system: Context,
    party_id: int,
    source: str,
    *,
    joined_on: date | None = None,
    welcome: int | None = None,
    occasion: str = "",
) -> Member:
    """Make a party a member, with the lowest rank, the role, and the points for joining.

    `Refused` where it is one already. The context acts for the system.
    """
    session, terms = system.session, terms_of(system.runtime)
    if member_of(session, party_id) is not None:
        raise Refused(_("This is a member of the club already."))
    name = session.execute(select(Party.display_name).where(Party.id == party_id)).scalar_one()
    member = Member(
        party_id=party_id,
        number=str(FIRST + take_number(system, SERIES)),
        source=source,
        joined_on=joined_on or system.today,
    )
    name_member(member, name)
    session.add(member)
    session.flush()
    lowest = rank_of(all_ranks(session), 0)
    if lowest is not None:
        change(session, member, lowest.id, "joined", 0, member.joined_on)
    give_role(system, party_id, ROLE)
    points = terms.join_points if welcome is None else welcome
    if points:
        account = open_account(session, member.id, system.today)
        account.earn(
            "bonus",
            points,
            f"welcome {member.id}",
            counts_from=system.today,
            expires_on=terms.expires_on(system.today),
            note=occasion or None,
        )
    return member


def title_of(name: str, number: str) -> str:
    """Give how lists call a member."""
    return f"{name} · {to_persian_digits(number)}"


def name_member(member: Member, name: str) -> None:
    """Call a member by the party's name and the number, and compute what it is found by."""
    member.title = title_of(name, member.number)
    member.search_key = squeeze(f"{name} {member.number} {member.card_number or ''}")
    member.sort_key = sort_key(name)


def issue_card(
    system: Context,
    member: Member,
    number: str | None,
    *,
    discount: Decimal = Decimal(0),
    valid_until: date | None = None,
) -> Card:
    """Give a member a card; the number is made where none is given. The database refuses a second one in use."""
    session = system.session
    card = Card(
        member_id=member.id,
        number=number or new_card_number(session, member),
        issued_on=system.today,
        valid_until=valid_until,
        discount=discount,
    )
    card.search_key = squeeze(card.number)
    session.add(card)
    session.flush()
    _carry(session, member, card.number)
    return card


def end_card(system: Context, card: Card, state: str, reason: str | None) -> None:
    """Take a card out of use: lost, replaced or returned."""
    card.state, card.reason, card.ended_on = state, reason, system.today
    member = system.session.get_one(Member, card.member_id)
    system.session.flush()
    _carry(system.session, member, None)


def new_card_number(session: Session, member: Member) -> str:
    """Make a number that no card has had: the member's, a counter, and a check digit that readers know (Luhn)."""
    taken = set(session.execute(select(Card.number).where(Card.number.like(f"{member.number}%"))).scalars())
    for count in range(1, 10_000):
        stem = f"{member.number}{count:02d}"
        number = f"{stem}{luhn(stem)}"
        if number not in taken:
            return number
    raise Refused(_("Type the number of the card; no more are made for this member."))


def luhn(stem: str) -> int:
    """Give the check digit of a row of digits."""
    total = 0
    for place, digit in enumerate(reversed(stem)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def _carry(session: Session, member: Member, number: str | None) -> None:
    member.card_number = number
    name_member(member, member.title.rpartition(" · ")[0])
    session.flush()
