"""What is done for all members by itself, day by day: points that count or expire, decay, birthdays, ranks, new members.

Each step may be repeated: what was done for an occasion is not done again.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select

from kernel.api import CommandError, Context, Party, calendar, segment_ids
from plugins.club.accounts import open_account
from plugins.club.joining import join
from plugins.club.models import Entry, JoinRule, Lot, Member, Rank, RankChange
from plugins.club.ranks import all_ranks, bought_in_window, judge
from plugins.club.terms import Terms, terms_of

AT_ONCE = 500


def settle_all(system: Context) -> int:
    """Bring the accounts to today that have something to count or to expire; gives how many."""
    today = system.today
    statement = (
        select(Lot.member_id)
        .where(
            or_(
                and_(Lot.state == "pending", Lot.counts_from <= today),
                and_(Lot.state != "expired", Lot.expires_on < today),
            )
        )
        .distinct()
        .order_by(Lot.member_id)
    )
    ids = list(system.session.execute(statement).scalars())
    for number in ids:
        open_account(system.session, number, today)
    return len(ids)


def decay_all(system: Context) -> int:
    """Let the points of idle members decay, once for each month that has passed since the first one; gives how many lost."""
    terms, lost = terms_of(system.runtime), 0
    if not terms.decay_after:
        return 0
    limit = calendar.add_months(system.today, -terms.decay_after)
    since = func.coalesce(Member.last_purchase_on, Member.joined_on)
    idle = select(Member.id).where(Member.state == "active", Member.balance > 0, since <= limit)
    places = {rank.id: place for place, rank in enumerate(all_ranks(system.session))}
    for number in system.session.execute(idle.order_by(Member.id)).scalars().all():
        lost += _decay(system, number, terms, places)
    return lost


def _decay(system: Context, member_id: int, terms: Terms, places: dict[int, int]) -> int:
    account = open_account(system.session, member_id, system.today)
    member = account.member
    since = member.last_purchase_on or member.joined_on
    months = idle_months(since, system.today)
    occasion = f"decay {member_id} {since.isoformat()} {months}"
    if months < terms.decay_after or account.done(occasion):
        return 0
    earned = _earned_lately(system, member_id)
    points = terms.decayed(member.balance, months, places.get(member.rank_id or 0, 0), earned)
    return 1 if account.decay(points, occasion) is not None else 0


def idle_months(since: date, today: date) -> int:
    """Give the full months that have passed since a day."""
    months = max(0, (today - since).days // 31 - 1)
    while calendar.add_months(since, months + 1) <= today:
        months += 1
    return months


def _earned_lately(system: Context, member_id: int) -> int:
    statement = select(func.coalesce(func.sum(Entry.points), 0)).where(
        Entry.member_id == member_id,
        Entry.kind.in_(("earn", "referral", "bonus")),
        Entry.day > calendar.add_years(system.today, -1),
    )
    return int(system.session.execute(statement).scalar_one())


def congratulate(system: Context) -> int:
    """Give points on birthdays, once in each Jalali year; gives how many got some."""
    terms, given = terms_of(system.runtime), 0
    if not terms.birthday_points:
        return 0
    today = calendar.to_jalali(system.today)
    statement = (
        select(Member.id, Party.birth_date)
        .join(Party, Party.id == Member.party_id)
        .where(Member.state == "active", Party.birth_date.is_not(None), Party.binned_at.is_(None))
        .order_by(Member.id)
    )
    for number, born in system.session.execute(statement).all():
        if not _has_birthday(born, system.today):
            continue
        account = open_account(system.session, number, system.today)
        occasion = f"birthday {number} {today.year}"
        if not account.done(occasion):
            expires = terms.expires_on(system.today)
            points = terms.birthday_points
            account.earn("bonus", points, occasion, counts_from=system.today, expires_on=expires)
            given += 1
    return given


def _has_birthday(born: date, today: date) -> bool:
    """Say whether a Jalali birthday is today; 30 Esfand is 29 Esfand in common years."""
    own, now = calendar.to_jalali(born), calendar.to_jalali(today)
    if (own.month, own.day) == (now.month, now.day):
        return True
    return (
        (own.month, own.day) == (12, 30)
        and (now.month, now.day) == (12, 29)
        and not calendar.is_leap(now.year)
    )


def judge_all(system: Context) -> list[RankChange]:
    """Judge the ranks of all members by the window that ends today; gives what changed."""
    terms, session = terms_of(system.runtime), system.session
    ranks = all_ranks(session)
    ids = list(
        session.execute(select(Member.id).where(Member.state == "active").order_by(Member.id)).scalars()
    )
    found = []
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        bought = bought_in_window(session, some, terms, system.today)
        statement = select(Member).where(Member.id.in_(some)).order_by(Member.id).with_for_update()
        for member in session.execute(statement.execution_options(populate_existing=True)).scalars().all():
            changed = judge(session, member, ranks, bought.get(member.id, 0), terms, system.today)
            if changed is not None:
                found.append(changed)
    return found


def join_by_rules(system: Context) -> int:
    """Make members of all whom the segments of active rules find; gives how many joined."""
    joined = 0
    rules = select(JoinRule).where(
        JoinRule.active, JoinRule.segment_id.is_not(None), JoinRule.binned_at.is_(None)
    )
    for rule in system.session.execute(rules.order_by(JoinRule.id)).scalars().all():
        for party_id in _found(system, rule.segment_id):
            join(system, party_id, "rule", welcome=rule.welcome or None, occasion=rule.title)
            joined += 1
    return joined


def _found(system: Context, segment_id: int | None) -> list[int]:
    if segment_id is None:
        return []
    try:
        wanted = segment_ids(system, segment_id).subquery()
    except CommandError:
        return []
    column = wanted.c[next(iter(wanted.c.keys()))]
    present = select(Member.party_id)
    statement = select(column).where(column.not_in(present)).order_by(column)
    return list(system.session.execute(statement).scalars())


def expires_within(system: Context, member_id: int, days: int) -> int:
    """Give the points of a member that expire within so many days."""
    statement = select(func.coalesce(func.sum(Lot.remaining), 0)).where(
        Lot.member_id == member_id,
        Lot.state == "open",
        Lot.expires_on.between(system.today, system.today + timedelta(days=days)),
    )
    return int(system.session.execute(statement).scalar_one())


def rank_title(system: Context, rank_id: int | None) -> str:
    """Give the name of a rank."""
    wanted = select(Rank.title).where(Rank.id == rank_id)
    return system.session.execute(wanted).scalar_one_or_none() or ""
