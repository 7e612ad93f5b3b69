"""Purchases: what they earn, for the introducer too, and how returns take it back in exact proportion.

The session acts for the system. Accounts are locked in the order of their ids, so that two purchases never wait for each
other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.api import CommandError, Context, calendar, introducer_of, segment_ids
from plugins.club.accounts import Account, open_account
from plugins.club.earning import points_of, rate_for, share, together
from plugins.club.models import (
    Campaign,
    Entry,
    Member,
    ProductGroup,
    Purchase,
    PurchaseLine,
    Rank,
    RankChange,
    Rate,
)
from plugins.club.ranks import judge_member
from plugins.club.terms import Terms, terms_of


@dataclass(frozen=True)
class Bought:
    """A line of a purchase that is to be entered; `groups` are ids of the club's product groups, the nearest first."""

    amount: int
    groups: tuple[int, ...] = ()
    title: str | None = None
    invoice_line_id: int | None = None


@dataclass(frozen=True)
class Entered:
    """A purchase that was entered, and the change of rank that it brought."""

    purchase: Purchase
    rank_change: RankChange | None


def enter_purchase(
    system: Context,
    member_id: int,
    day: date,
    lines: Sequence[Bought],
    *,
    number: str | None = None,
    invoice_id: int | None = None,
    note: str | None = None,
) -> Entered:
    """Enter a purchase with what it earns. The same invoice is refused by the database the second time."""
    terms, session = terms_of(system.runtime), system.session
    referrer = _referrer(system, member_id, day, terms)
    accounts = opened(session, [member_id, *([referrer] if referrer else [])], system.today)
    member = accounts[member_id].member
    campaigns = fitting_campaigns(system, member, day)
    purchase = Purchase(
        member_id=member_id,
        day=day,
        number=number,
        source="hand" if invoice_id is None else "sales",
        invoice_id=invoice_id,
        amount=sum(line.amount for line in lines),
        referrer_id=referrer,
        referral_percent=terms.referral_percent if referrer else 0,
        note=note,
    )
    session.add(purchase)
    session.flush()
    rates = list(session.execute(select(Rate).where(Rate.binned_at.is_(None))).scalars())
    multiplier = _rank_multiplier(session, member)
    for line in lines:
        session.add(_line(purchase, line, rates, campaigns, multiplier, day))
    member.last_purchase_on = max(day, member.last_purchase_on or day)
    session.flush()
    restate(system, purchase, accounts)
    _bonuses(accounts[member_id], purchase, campaigns, terms)
    return Entered(purchase, judge_member(session, member, terms, system.today))


def fitting_campaigns(system: Context, member: Member, day: date) -> list[Campaign]:
    """Give the campaigns of a day that are for this member; one whose segment cannot be read is for nobody."""
    statement = select(Campaign).where(
        Campaign.binned_at.is_(None), Campaign.begins <= day, Campaign.ends >= day
    )
    found = []
    for campaign in system.session.execute(statement.order_by(Campaign.id)).scalars():
        if campaign.rank_id is not None and campaign.rank_id != member.rank_id:
            continue
        if campaign.segment_id is not None and not is_in(system, campaign.segment_id, member.party_id):
            continue
        found.append(campaign)
    return found


def is_in(system: Context, segment_id: int, party_id: int) -> bool:
    """Say whether a segment finds a party now; one that is broken or rests finds nobody."""
    try:
        found = segment_ids(system, segment_id).subquery()
    except CommandError:
        return False
    column = found.c[next(iter(found.c.keys()))]
    return system.session.execute(select(column).where(column == party_id)).first() is not None


def restate(system: Context, purchase: Purchase, accounts: Mapping[int, Account], occasion: str = "") -> None:
    """Bring the points of a purchase to what was kept of it: earn what is missing, take back what is too much."""
    terms = terms_of(system.runtime)
    lines = lines_of(system.session, [purchase.id])[purchase.id]
    purchase.returned = sum(line.returned for line in lines)
    due = points_of(lines)
    referred = share(due, purchase.referral_percent)
    _to(accounts[purchase.member_id], purchase, "earn", due - purchase.earned, terms, occasion)
    purchase.earned = due
    if purchase.referrer_id is not None:
        difference = referred - purchase.referred
        _to(accounts[purchase.referrer_id], purchase, "referral", difference, terms, occasion)
        purchase.referred = referred
    system.session.flush()


def lines_of(session: Session, purchase_ids: Collection[int]) -> dict[int, list[PurchaseLine]]:
    """Give the lines of purchases, by purchase."""
    statement = select(PurchaseLine).where(PurchaseLine.purchase_id.in_(list(purchase_ids)))
    found: dict[int, list[PurchaseLine]] = {number: [] for number in purchase_ids}
    for line in session.execute(statement.order_by(PurchaseLine.id)).scalars():
        found[line.purchase_id].append(line)
    return found


def groups_of(session: Session, sales_groups: Sequence[int]) -> tuple[int, ...]:
    """Give the club's groups that stand for these groups of the plugin `sales`, in the same order."""
    statement = select(ProductGroup.sales_group_id, ProductGroup.id).where(
        ProductGroup.sales_group_id.in_(list(sales_groups)), ProductGroup.binned_at.is_(None)
    )
    by_group = {row[0]: row[1] for row in session.execute(statement)}
    return tuple(by_group[number] for number in sales_groups if number in by_group)


def opened(session: Session, member_ids: Collection[int], today: date) -> dict[int, Account]:
    """Open several accounts, in the order of their ids."""
    return {number: open_account(session, number, today) for number in sorted(set(member_ids))}


def _line(
    purchase: Purchase,
    line: Bought,
    rates: Sequence[Rate],
    campaigns: Sequence[Campaign],
    rank_multiplier: int,
    day: date,
) -> PurchaseLine:
    rate = rate_for(rates, line.groups, day)
    fitting = [each for each in campaigns if each.group_id is None or each.group_id in line.groups]
    best = max(fitting, key=lambda each: each.multiplier, default=None)
    campaign = best.multiplier if best is not None else 100
    return PurchaseLine(
        purchase_id=purchase.id,
        group_id=line.groups[0] if line.groups else None,
        title=line.title,
        amount=line.amount,
        points=rate.points if rate else 0,
        per_amount=rate.per_amount if rate else 1,
        multiplier=together(rank_multiplier, campaign),
        campaign_id=best.id if best is not None and best.multiplier != 100 else None,
        invoice_line_id=line.invoice_line_id,
    )


def _to(
    account: Account, purchase: Purchase, kind: str, difference: int, terms: Terms, occasion: str
) -> None:
    name = f"{kind} {purchase.id}{' ' + occasion if occasion else ''}"
    if difference > 0:
        account.earn(
            kind,
            difference,
            name,
            counts_from=terms.counts_from(purchase.day),
            expires_on=terms.expires_on(purchase.day),
            purchase_id=purchase.id,
        )
    elif difference < 0:
        entries = _entries(account, purchase, (kind, "give_back"))
        account.take_back(-difference, name, entries, purchase_id=purchase.id)


def _entries(account: Account, purchase: Purchase, kinds: Sequence[str]) -> list[int]:
    statement = select(Entry.id).where(
        Entry.member_id == account.member.id, Entry.purchase_id == purchase.id, Entry.kind.in_(kinds)
    )
    return list(account.session.execute(statement).scalars())


def _bonuses(account: Account, purchase: Purchase, campaigns: Sequence[Campaign], terms: Terms) -> None:
    for campaign in campaigns:
        occasion = f"bonus {campaign.id} {account.member.id}"
        if campaign.bonus and purchase.amount >= campaign.least and not account.done(occasion):
            account.earn(
                "bonus",
                campaign.bonus,
                occasion,
                counts_from=terms.counts_from(purchase.day),
                expires_on=terms.expires_on(purchase.day),
                purchase_id=purchase.id,
                note=campaign.title,
            )


def _rank_multiplier(session: Session, member: Member) -> int:
    wanted = select(Rank.multiplier).where(Rank.id == member.rank_id, Rank.binned_at.is_(None))
    found = session.execute(wanted).scalar_one_or_none()
    return 100 if found is None else found


def _referrer(system: Context, member_id: int, day: date, terms: Terms) -> int | None:
    """Give the member who introduced this one, where points are due to him for a purchase of that day."""
    member = system.session.get_one(Member, member_id)
    if not terms.referral_percent:
        return None
    if terms.referral_months and day > calendar.add_months(member.joined_on, terms.referral_months):
        return None
    introducer = introducer_of(system, [member.party_id], day).get(member.party_id)
    wanted = select(Member.id).where(Member.party_id == introducer, Member.state == "active")
    return system.session.execute(wanted).scalar_one_or_none() if introducer else None
