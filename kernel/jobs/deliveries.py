"""Deliveries of events to plugins: claimed by one worker at a time, tried again later each time, in the end failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, select, tuple_, update
from sqlalchemy.orm import Session

from kernel.extension.contributions import Event
from kernel.jobs.models import EventDelivery, EventRow
from kernel.jobs.store import LOOK_AGAIN, held

DELIVERIES = 8
"""Attempts at one event for one plugin before it is given up, visibly."""


def due_deliveries(session: Session, now: datetime, limit: int = 500) -> list[tuple[int, str]]:
    """Take event ids and plugins whose turn it is; they are looked at again in a minute."""
    key = (EventDelivery.event_id, EventDelivery.plugin)
    statement = (
        select(*key)
        .where(EventDelivery.state.in_(("due", "running")), EventDelivery.due_at <= now)
        .order_by(EventDelivery.due_at, *key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [(row[0], row[1]) for row in session.execute(statement)]
    if found:
        session.execute(update(EventDelivery).where(tuple_(*key).in_(found)).values(due_at=now + LOOK_AGAIN))
    return found


def claim_delivery(session: Session, event_id: int, plugin: str) -> Event | None:
    """Lock one delivery for this transaction and give its event; None when it is done, held, or another has it."""
    if held(session) is not None:
        return None
    statement = (
        select(EventDelivery.event_id)
        .where(
            EventDelivery.event_id == event_id,
            EventDelivery.plugin == plugin,
            EventDelivery.state.in_(("due", "running")),
        )
        .with_for_update(skip_locked=True)
    )
    if session.execute(statement).scalar_one_or_none() is None:
        return None
    row = session.execute(select(EventRow).where(EventRow.id == event_id)).scalar_one()
    return Event(id=row.id, name=row.name, at=row.at, subject_id=row.subject_id, data=row.data)


def end_delivery(session: Session, event_id: int, plugin: str, state: str) -> None:
    """End a delivery in the transaction of its effect."""
    session.execute(
        update(EventDelivery)
        .where(EventDelivery.event_id == event_id, EventDelivery.plugin == plugin)
        .values(state=state, error=None, traceback=None)
    )


def postpone_delivery(
    session: Session, event_id: int, plugin: str, now: datetime, error: str, traceback: str | None = None
) -> None:
    """Note a failure: later again, each time later; in the end *failed*, where somebody can see it."""
    mine = and_(EventDelivery.event_id == event_id, EventDelivery.plugin == plugin)
    statement = select(EventDelivery.attempts).where(mine).with_for_update()
    attempts = session.execute(statement).scalar_one() + 1
    failed = attempts >= DELIVERIES
    session.execute(
        update(EventDelivery)
        .where(mine)
        .values(
            attempts=attempts,
            error=error[:1000],
            traceback=traceback,
            state="failed" if failed else "due",
            due_at=now + breath(attempts),
            ended_at=now if failed else None,
        )
    )


def breath(attempts: int) -> timedelta:
    """Give the time before the next attempt at an event: longer each time."""
    return timedelta(seconds=10 * 2**attempts)
