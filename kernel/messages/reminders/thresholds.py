"""Limits that users watch: a segment is counted as its owner sees it, and he is told once when it grows past the limit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from kernel.extension.contributions import DashboardBlock, Job
from kernel.i18n import _
from kernel.messages.reminders.models import Threshold
from kernel.messages.reminders.telling import tell_crossed
from kernel.parties.segments.reading import segment_ids
from kernel.resources.acting import acting_user
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, NotFound

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Crossed:
    """A limit that is exceeded and that its owner has not seen to."""

    id: int
    name: str
    segment_id: int
    counted: int
    most: int
    since: datetime


def watch(context: Context) -> int:
    """Count every watched segment; give how many limits were newly exceeded. The context acts for the system."""
    crossed = 0
    statement = select(Threshold).where(Threshold.active).order_by(Threshold.id)
    for limit in context.session.execute(statement.with_for_update(skip_locked=True)).scalars().all():
        try:
            counted = _count(context, limit)
        except (CommandError, LookupError) as refusal:
            log.warning("limit %s cannot be counted: %s", limit.id, type(refusal).__name__)
            continue
        newly = note_count(context, limit, counted)
        if newly:
            tell_crossed(context, limit.owner_id, limit.name, limit.most)
        crossed += newly
    return crossed


def note_count(context: Context, limit: Threshold, counted: int) -> bool:
    """Note what was counted; give whether the limit was exceeded just now. Falling to it or below arms it again."""
    above = counted > limit.most
    newly = above and limit.crossed_at is None
    values: dict[str, object] = {"counted": counted, "counted_at": context.now}
    if newly:
        values |= {"crossed_at": context.now, "seen_at": None}
    elif not above:
        values |= {"crossed_at": None, "seen_at": None}
    context.session.execute(update(Threshold).where(Threshold.id == limit.id).values(values))
    return newly


def _count(context: Context, limit: Threshold) -> int:
    actor = acting_user(context, limit.owner_id)
    with context.runtime.reading(actor, statement_limit=60) as theirs:
        some = segment_ids(theirs, limit.segment_id).limit(limit.most + 1).subquery()
        return int(theirs.session.execute(select(func.count()).select_from(some)).scalar_one())


def crossed(context: Context) -> Sequence[Crossed]:
    """Give the actor's own limits that are exceeded and that he has not seen to."""
    statement = (
        select(Threshold)
        .where(
            Threshold.owner_id == (context.actor.user_id or -1),
            Threshold.crossed_at.is_not(None),
            Threshold.seen_at.is_(None),
            Threshold.active,
        )
        .order_by(Threshold.crossed_at)
    )
    with context.system("a user's own limits") as system:
        rows = system.session.execute(statement).scalars().all()
        return [
            Crossed(row.id, row.name, row.segment_id, row.counted or 0, row.most, row.crossed_at)
            for row in rows
            if row.crossed_at is not None
        ]


@command("threshold.seen", _("Say that an exceeded limit is known"), checks_itself=True)
def seen(context: Context, *, number: int) -> None:
    """Note that the owner of a limit knows that it is exceeded."""
    with context.system("a user's own limit") as system:
        changed = system.session.execute(
            update(Threshold)
            .where(Threshold.id == number, Threshold.owner_id == (context.actor.user_id or -1))
            .values(seen_at=context.now)
            .returning(Threshold.id)
        ).scalar_one_or_none()
    if changed is None:
        raise NotFound()


def dashboard_blocks(ctx: Context) -> list[DashboardBlock]:
    """Tell the owner of an exceeded limit on his desk."""
    return [
        DashboardBlock(
            title=_("Limit exceeded: %(name)s", name=each.name),
            body=_("More than %(most)d; see the page of reminders.", most=each.most),
            order=12,
            key=f"reminders.limit.{each.id}",
            span=1,
        )
        for each in crossed(ctx)
    ]


WATCHING = Job(
    name="watch-limits", title=_("Count what is watched"), function=watch, every=timedelta(minutes=30)
)
