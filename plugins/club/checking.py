"""Whether the sums that members carry are those of their lots and entries: a line on the page of the doctor."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, or_, select

from kernel.api import Check, Context, _
from plugins.club.models import Entry, Lot, Member


def checks(context: Context) -> Iterable[Check]:
    """Compare the sums of all accounts."""
    with context.system("sums of the club") as system:
        wrong = system.session.execute(select(func.count()).where(_differs())).scalar_one()
    yield Check(
        title=_("Accounts of members add up"),
        ok=not wrong,
        text=_("%(count)d accounts do not add up: tell whoever looks after the program.", count=wrong)
        if wrong
        else "",
    )


def _differs() -> object:
    """That a member's sums are not those of the lots, or not those of the entries."""

    def left(state: str) -> object:
        total = func.coalesce(func.sum(Lot.remaining), 0)
        return select(total).where(Lot.member_id == Member.id, Lot.state == state).scalar_subquery()

    entered = (
        select(func.coalesce(func.sum(Entry.points), 0)).where(Entry.member_id == Member.id).scalar_subquery()
    )
    return or_(
        Member.balance != left("open"),
        Member.pending != left("pending"),
        Member.balance + Member.pending - Member.debt != entered,
    )
