"""What the club shows on pages of the kernel: the membership of a party, figures, badges, the timeline, the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select

from kernel.api import (
    Badge,
    Context,
    Cursor,
    DashboardBlock,
    Figure,
    FirstStep,
    Panel,
    Party,
    TimelineEntry,
    _,
    fragment,
)
from plugins.club.models import Draw, Lot, Member, Purchase, Rank, RankChange, Rate, Wish
from plugins.club.resources.words import CHANGE_KINDS

RIGHT = "club.member"
TONES = {"green": "good", "amber": "notice", "red": "alarm"}
SOON = 30
SHOWN = 6


def membership_panel(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the membership of a party, or the way to it."""
    if not context.may(RIGHT, "view"):
        return None
    statement = (
        select(Member, Rank.title, Rank.colour)
        .outerjoin(Rank, Rank.id == Member.rank_id)
        .where(Member.party_id == party_id)
    )
    found = context.session.execute(statement).one_or_none()
    may_join = context.may(RIGHT, "create") and not context.read_only
    if found is None and not may_join:
        return None
    member, rank, colour = found if found is not None else (None, "", "")
    body = fragment("club/panel.html", member=member, rank=rank, colour=colour, party_id=party_id)
    printed = fragment("club/printed.html", member=member, rank=rank) if member is not None else None
    return [
        Panel(
            title=_("Customers' club"),
            body=body,
            printed=printed,
            key="membership",
            icon="heart-handshake",
            order=300,
        )
    ]


def figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give points and rank of members among these parties."""
    if not context.may(RIGHT, "view"):
        return None
    statement = (
        select(Member.party_id, Member.id, Member.balance, Member.debt, Rank.title)
        .outerjoin(Rank, Rank.id == Member.rank_id)
        .where(Member.party_id.in_(list(party_ids)))
    )
    found: dict[int, list[Figure]] = {}
    for party_id, number, balance, debt, rank in context.session.execute(statement):
        url = f"/club/account/{number}"
        found[party_id] = [Figure(key="points", label=_("Points"), value=balance, url=url, order=300)]
        if rank:
            found[party_id].append(
                Figure(key="rank", label=_("Rank"), value=rank, kind="text", url=url, order=310)
            )
        if debt:
            found[party_id].append(
                Figure(key="debt", label=_("Owed points"), value=debt, tone="alarm", url=url, order=320)
            )
    return found


def badges(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Badge]] | None:
    """Give the rank of active members beside their names."""
    if not context.may(RIGHT, "view"):
        return None
    statement = (
        select(Member.party_id, Rank.title, Rank.colour)
        .join(Rank, Rank.id == Member.rank_id)
        .where(Member.party_id.in_(list(party_ids)), Member.state == "active", Rank.threshold > 0)
    )
    return {
        party_id: (Badge(text=title, tone=TONES.get(colour, "neutral"), order=300),)
        for party_id, title, colour in context.session.execute(statement)
    }


def timeline(
    context: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """Give purchases and changes of rank of a member, newest first."""
    if not context.may(RIGHT, "view"):
        return None
    entries = [*_purchases(context, party_id), *_changes(context, party_id)]
    if before is not None:
        entries = [one for one in entries if (one.at, one.key) < (before.at, before.key)]
    return sorted(entries, key=lambda one: (one.at, one.key), reverse=True)[:limit]


def _noon(context: Context, day: object) -> datetime:
    return datetime.combine(day, time(12), context.time_zone).astimezone(UTC)  # type: ignore[arg-type]


def _purchases(context: Context, party_id: int) -> Iterable[TimelineEntry]:
    if not context.may("club.purchase", "view"):
        return
    statement = (
        select(Purchase)
        .join(Member, Member.id == Purchase.member_id)
        .where(Member.party_id == party_id)
        .order_by(Purchase.day.desc(), Purchase.id.desc())
        .limit(200)
    )
    for row in context.session.execute(statement).scalars():
        yield TimelineEntry(
            at=_noon(context, row.day),
            key=f"purchase-{row.id:012d}",
            title=_("Purchase of a member"),
            body=_("%(points)d points earned", points=row.earned),
            icon="receipt",
            url=f"/club/purchase/{row.id}",
        )


def _changes(context: Context, party_id: int) -> Iterable[TimelineEntry]:
    if not context.may("club.rank_change", "view"):
        return
    statement = (
        select(RankChange, Rank.title)
        .join(Member, Member.id == RankChange.member_id)
        .outerjoin(Rank, Rank.id == RankChange.after_id)
        .where(Member.party_id == party_id)
        .order_by(RankChange.id.desc())
        .limit(100)
    )
    for row, rank in context.session.execute(statement):
        yield TimelineEntry(
            at=_noon(context, row.day),
            key=f"rank-{row.id:012d}",
            title=_("Rank: %(rank)s", rank=rank or "—"),
            body=CHANGE_KINDS[row.kind],
            icon="award",
        )


def desk(context: Context) -> Iterable[DashboardBlock] | None:
    """Give what the club has in numbers, and what is to be done."""
    if not context.may(RIGHT, "view"):
        return None
    sums = select(func.count(), func.coalesce(func.sum(Member.balance), 0)).where(Member.state == "active")
    members, points = context.session.execute(sums).one()
    body = fragment(
        "club/desk_block.html",
        members=members,
        points=int(points),
        expiring=_expiring(context),
        wishes=_wishes(context),
        draws=_draws(context),
    )
    return [DashboardBlock(title=_("Customers' club"), body=body, order=300, key="club")]


def _expiring(context: Context) -> int | None:
    if not context.may("club.entry", "view"):
        return None
    until = context.today + timedelta(days=SOON)
    statement = select(func.coalesce(func.sum(Lot.remaining), 0)).where(
        Lot.state == "open", Lot.expires_on.between(context.today, until)
    )
    return int(context.session.execute(statement).scalar_one())


def _wishes(context: Context) -> int | None:
    if not context.may("club.wish", "view"):
        return None
    statement = select(func.count()).select_from(Wish).where(Wish.state == "open")
    return context.session.execute(statement).scalar_one()


def _draws(context: Context) -> Sequence[Draw]:
    if not context.may("club.draw", "view"):
        return ()
    statement = select(Draw).where(Draw.state.in_(("planned", "frozen"))).order_by(Draw.ends, Draw.id)
    return context.session.execute(statement.limit(SHOWN)).scalars().all()


def first_steps(context: Context) -> Iterable[FirstStep]:
    """Give what a new club does first, each ticked where it was done."""
    for key, model, title, url, right, order in (
        ("ranks", Rank, _("Enter the ranks of the club"), "/club/ranks/new", "club.rank", 300),
        ("rates", Rate, _("Enter what purchases earn"), "/club/rates/new", "club.rate", 310),
        ("member", Member, _("Register the first member"), "/club/register", "club.member", 320),
    ):
        yield FirstStep(
            key=key,
            title=title,
            url=url,
            done=context.session.execute(select(model.id).limit(1)).first() is not None,
            permission=(right, "create"),
            order=order,
        )


def party_name(context: Context, party_id: int) -> str:
    """Give the name of a party that the actor sees; empty for others."""
    statement = select(Party.display_name).where(Party.id == party_id)
    return context.session.execute(statement).scalar_one_or_none() or ""


def party_page(context: Context, party_id: int) -> str:
    """Give the address of a party's page; empty for one that the actor does not see."""
    known = context.session.execute(select(Party.id).where(Party.id == party_id)).scalar_one_or_none()
    return "" if known is None else f"/phone-book/{party_id}"
