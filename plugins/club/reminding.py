"""Dates of the club that users may be reminded of: points that expire, cards, anniversaries of joining, wishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select

from kernel.api import Context, DatedRecord, Party, RecordDate, _
from plugins.club.models import Card, Lot, Member, Wish


def expiring(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give members whose points expire on one of the days: one record for each member and day."""
    statement = (
        select(Member.id, Lot.expires_on, Member.party_id, Party.owner_id)
        .join(Lot, Lot.member_id == Member.id)
        .join(Party, Party.id == Member.party_id)
        .where(Lot.expires_on.in_(list(days)), Lot.state == "open", Lot.remaining > 0)
        .where(Member.state == "active", Party.binned_at.is_(None))
        .group_by(Member.id, Lot.expires_on, Member.party_id, Party.owner_id)
    )
    for number, day, party_id, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party_id, owner_id=owner)


def cards(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give cards in use whose last day is one of the days."""
    statement = (
        select(Card.id, Card.valid_until, Member.party_id, Party.owner_id)
        .join(Member, Member.id == Card.member_id)
        .join(Party, Party.id == Member.party_id)
        .where(Card.valid_until.in_(list(days)), Card.state == "active", Party.binned_at.is_(None))
    )
    for number, day, party_id, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party_id, owner_id=owner)


def joined(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give members who joined on one of the days."""
    statement = (
        select(Member.id, Member.joined_on, Member.party_id, Party.owner_id)
        .join(Party, Party.id == Member.party_id)
        .where(Member.joined_on.in_(list(days)), Member.state == "active", Party.binned_at.is_(None))
    )
    for number, day, party_id, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party_id, owner_id=owner)


def idle(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give members by the day of their last purchase: a later day than that reminds of idle ones."""
    statement = (
        select(
            Member.id,
            func.coalesce(Member.last_purchase_on, Member.joined_on),
            Member.party_id,
            Party.owner_id,
        )
        .join(Party, Party.id == Member.party_id)
        .where(func.coalesce(Member.last_purchase_on, Member.joined_on).in_(list(days)))
        .where(Member.state == "active", Party.binned_at.is_(None))
    )
    for number, day, party_id, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party_id, owner_id=owner)


def wishes(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give open wishes that are wanted by one of the days."""
    statement = (
        select(Wish.id, Wish.wanted_on, Member.party_id, Party.owner_id)
        .join(Member, Member.id == Wish.member_id)
        .join(Party, Party.id == Member.party_id)
        .where(Wish.wanted_on.in_(list(days)), Wish.state == "open")
        .where(Wish.binned_at.is_(None), Party.binned_at.is_(None))
    )
    for number, day, party_id, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party_id, owner_id=owner)


SEEN = ("club.member", "view")
DATES = (
    RecordDate(key="expiring", title=_("Points expire"), find=expiring, permission=SEEN, order=300),
    RecordDate(
        key="card", title=_("Card of the club ends"), find=cards, permission=("club.card", "view"), order=310
    ),
    RecordDate(
        key="joined", title=_("Anniversary in the club"), find=joined, yearly=True, permission=SEEN, order=320
    ),
    RecordDate(key="last_purchase", title=_("Last purchase"), find=idle, permission=SEEN, order=330),
    RecordDate(
        key="wish", title=_("Wish of a member"), find=wishes, permission=("club.wish", "view"), order=340
    ),
)
