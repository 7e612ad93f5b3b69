"""Which sessions stay when a calendar course is planned anew, and what becomes of them when the course itself changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, select

from kernel.api import Context
from plugins.education.models import Attendance, Offering, Session
from plugins.education.taken import judge_free


def replaceable() -> ColumnElement[bool]:
    """Sessions that planning anew may replace: made by the plan, where it had put them, and not held.

    One that was cancelled with its whole course is among them; one that was cancelled, moved or changed by hand is not.
    """
    return and_(
        Session.by_plan,
        Session.state != "held",
        Session.starts_at == Session.planned_at,
        Session.id.not_in(select(Attendance.session_id)),
    )


@dataclass(frozen=True)
class Staying:
    """The sessions that stay: the days they take and those for which they were meant, and how many take place."""

    days: Collection[date]
    live: int
    last: Collection[date]
    """The day of the last session of all, be it one that stays or not, and the last day for which one was meant."""


def staying(context: Context, offering_id: int) -> Staying:
    """Give what stays of a calendar course."""
    stays = not_(replaceable()).label("stays")
    wanted = select(Session.starts_at, Session.planned_at, Session.state, stays).where(
        Session.offering_id == offering_id
    )
    with context.system("which sessions stay") as system:
        rows = system.session.execute(wanted).all()

    def days_of(some: Iterable[datetime | None]) -> set[date]:
        return {at.astimezone(context.time_zone).date() for at in some if at is not None}

    kept = [row for row in rows if row.stays]
    begun, meant = (days_of(row[place] for row in rows) for place in (0, 1))
    return Staying(
        days_of(at for row in kept for at in (row.starts_at, row.planned_at)),
        sum(row.state != "cancelled" for row in kept),
        {max(days) for days in (begun, meant) if days},
    )


def hand_over(system: Context, offering: Offering) -> None:
    """Give the planned sessions to come another teacher and place, as the course has them; those changed by hand stay.

    `Invalid` where teacher or place are taken at one of the times. The calendar course is locked.
    """
    wanted = select(Session).where(
        Session.offering_id == offering.id,
        Session.by_plan,
        Session.state == "planned",
        Session.starts_at > system.now,
    )
    own: dict[str, Any] = {"teacher_id": offering.teacher_id, "room_id": offering.room_id}
    for name, value in own.items():
        others = [each for each in system.session.execute(wanted).scalars() if getattr(each, name) != value]
        if value is not None and others:
            tried = [
                Session(starts_at=each.starts_at, ends_at=each.ends_at, **{name: value}) for each in others
            ]
            judge_free(system, tried, besides=[each.id for each in others])
        for each in others:
            setattr(each, name, value)
    system.session.flush()


def call_off(system: Context, offering_id: int) -> None:
    """Cancel the sessions to come of a calendar course that does not take place: teachers and places are free then."""
    wanted = select(Session).where(
        Session.offering_id == offering_id, Session.state == "planned", Session.starts_at > system.now
    )
    for each in system.session.execute(wanted).scalars():
        each.state = "cancelled"
    system.session.flush()
