"""Ranks: what a member's purchases of the window make of the member, with the history of it.

A rank that is reached is told at once and stays for some months at least; then it falls to what the purchases give. A rank
that was given by hand stays until its day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.api import calendar
from plugins.club.models import Member, Purchase, Rank, RankChange
from plugins.club.terms import Terms


def all_ranks(session: Session) -> list[Rank]:
    """Give the ranks from the lowest on."""
    statement = select(Rank).where(Rank.binned_at.is_(None)).order_by(Rank.threshold)
    return list(session.execute(statement).scalars())


def rank_of(ranks: Collection[Rank], bought: int) -> Rank | None:
    """Give the highest rank that these purchases reach."""
    return max((rank for rank in ranks if rank.threshold <= bought), key=lambda r: r.threshold, default=None)


def bought_in_window(
    session: Session, member_ids: Collection[int], terms: Terms, today: date
) -> Mapping[int, int]:
    """Give what each member bought in the window, returns taken off; members without purchases are left out."""
    statement = (
        select(Purchase.member_id, func.sum(Purchase.amount - Purchase.returned))
        .where(
            Purchase.member_id.in_(list(member_ids)),
            Purchase.day >= terms.window(today),
            Purchase.day <= today,
        )
        .group_by(Purchase.member_id)
    )
    return {number: int(total) for number, total in session.execute(statement)}


def stays_until(member: Member, terms: Terms) -> date | None:
    """Give the last day until which the rank stays whatever is bought; None where nothing holds it."""
    days = [member.rank_fixed_until] if member.rank_fixed_until else []
    if member.rank_since is not None and terms.rank_keep_months:
        days.append(calendar.add_months(member.rank_since, terms.rank_keep_months))
    return max(days, default=None)


def judge(
    session: Session, member: Member, ranks: Collection[Rank], bought: int, terms: Terms, today: date
) -> RankChange | None:
    """Give the member the rank of these purchases where it differs and nothing holds the present one."""
    wanted = rank_of(ranks, bought)
    present = next((rank for rank in ranks if rank.id == member.rank_id), None)
    if (wanted and wanted.id) == member.rank_id:
        return None
    if member.rank_fixed_until is not None and today <= member.rank_fixed_until:
        return None
    rises = wanted is not None and (present is None or wanted.threshold > present.threshold)
    held = stays_until(member, terms)
    if not rises and held is not None and today <= held:
        return None
    return change(session, member, wanted and wanted.id, "up" if rises else "down", bought, today)


def change(
    session: Session,
    member: Member,
    rank_id: int | None,
    kind: str,
    bought: int,
    today: date,
    note: str | None = None,
) -> RankChange:
    """Write a change of rank."""
    made = RankChange(
        member_id=member.id,
        day=today,
        kind=kind,
        before_id=member.rank_id,
        after_id=rank_id,
        bought=bought,
        note=note,
    )
    session.add(made)
    member.rank_id = rank_id
    member.rank_since = today
    if kind != "hand":
        member.rank_fixed_until = None
    session.flush()
    return made


def judge_member(session: Session, member: Member, terms: Terms, today: date) -> RankChange | None:
    """Judge one member by the purchases as they stand."""
    bought = bought_in_window(session, [member.id], terms, today).get(member.id, 0)
    return judge(session, member, all_ranks(session), bought, terms, today)
