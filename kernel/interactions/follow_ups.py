"""Telling users in the morning which follow-ups are due that day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from kernel.extension.contributions import Job, NoticeKind
from kernel.i18n import _
from kernel.interactions.models import Interaction
from kernel.resources.context import Context
from kernel.resources.notices.telling import notify

DUE = NoticeKind(key="kernel.follow_up", title=_("A follow-up of yours is due"), icon="phone-call", order=15)
MADE_UP_FOR = timedelta(days=7)
"""Days of a standstill that are made up for."""


def tell_due(context: Context) -> int:
    """Tell whoever is in charge of each open follow-up of today, once; gives how many were told. Acts for the system."""
    whose = func.coalesce(Interaction.owner_id, Interaction.done_by_id, Interaction.created_by)
    statement = (
        select(Interaction.id, Interaction.follow_up_on, whose.label("user_id"))
        .where(
            Interaction.follow_up_on > context.today - MADE_UP_FOR,
            Interaction.follow_up_on <= context.today,
            Interaction.followed_up_at.is_(None),
            Interaction.binned_at.is_(None),
        )
        .order_by(Interaction.follow_up_on, Interaction.id)
    )
    told = 0
    for number, day, user_id in context.session.execute(statement).all():
        told += notify(
            context,
            [user_id],
            kind=DUE.key,
            text=_("To be followed up today"),
            record=("interaction", number),
            occasion=f"{number} {day}",
        )
    return told


TELLING = Job(name="follow-ups", title=_("Tell which follow-ups are due"), function=tell_due, at="07:00")
