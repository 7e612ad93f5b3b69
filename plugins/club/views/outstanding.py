"""What the club owes its members: points outstanding by the month in which they expire, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from kernel.api import Context, calendar, current, language_of, render, to_persian_digits
from plugins.club.models import Lot, Member, Rank
from plugins.club.terms import terms_of


@dataclass(frozen=True)
class Month:
    """The points that expire in one Jalali month; without a first day those that never do."""

    first: date | None
    open: int
    pending: int

    @property
    def points(self) -> int:
        """All of them."""
        return self.open + self.pending


def page() -> ResponseReturnValue:
    """Show the points outstanding, as far as the reader sees their members."""
    context = current()
    found = months(context)
    by_rank = (
        select(Rank.title, func.count(Member.id), func.sum(Member.balance), func.sum(Member.pending))
        .select_from(Member)
        .outerjoin(Rank, Rank.id == Member.rank_id)
        .group_by(Rank.title, Rank.threshold)
        .order_by(Rank.threshold)
    )
    debt = context.session.execute(select(func.coalesce(func.sum(Member.debt), 0))).scalar_one()
    return render(
        "club/outstanding.html",
        months=found,
        open=sum(month.open for month in found),
        pending=sum(month.pending for month in found),
        debt=int(debt),
        worth=terms_of(context.runtime).point_value,
        ranks=context.session.execute(by_rank).all(),
        names=_names(context, found),
    )


def months(context: Context) -> list[Month]:
    """Give the points outstanding by month, those that never expire last."""
    statement = (
        select(Lot.expires_on, Lot.state, func.sum(Lot.remaining))
        .where(Lot.remaining > 0)
        .group_by(Lot.expires_on, Lot.state)
    )
    sums: dict[date | None, dict[str, int]] = {}
    for expires_on, state, total in context.session.execute(statement):
        first = calendar.start_of_month(expires_on) if expires_on else None
        held = sums.setdefault(first, {"open": 0, "pending": 0})
        held[state] = held.get(state, 0) + int(total)
    ordered = sorted(sums, key=lambda first: first or date.max)
    return [Month(first, sums[first]["open"], sums[first]["pending"]) for first in ordered]


def _names(context: Context, found: list[Month]) -> dict[date | None, str]:
    digits = language_of(context.locale)
    names: dict[date | None, str] = {}
    for month in found:
        if month.first is not None:
            day = calendar.to_jalali(month.first)
            title = calendar.month_name(day.month, digits)  # type: ignore[arg-type]
            year = str(day.year)
            names[month.first] = f"{title} {to_persian_digits(year) if digits == 'fa' else year}"
    return names
