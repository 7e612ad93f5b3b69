"""Rows of events and work: written with their reason, claimed by one worker at a time, ended in a state that shows.

All times are the context's, never the server's. While a row is running, its `due_at` is the end of its lease.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from kernel.jobs.models import EventDelivery, EventRow, Worker, WorkRow
from kernel.resources.events import Pending
from kernel.resources.queue import Work, kind_of_work
from kernel.resources.runtime import Runtime

LEASE = timedelta(minutes=5)
"""How long a worker may be silent before its work is given to another."""
LOOK_AGAIN = timedelta(minutes=1)
"""When a row whose message was sent is looked at again: the broker may have lost the message."""
DELIVERIES = 8
"""Attempts at one event for one plugin before it is given up, visibly."""
ATTEMPTS = 20
"""Attempts at one piece of work: killed workers count."""


def store_events(session: Session, runtime: Runtime, events: Sequence[Pending]) -> None:
    """Write events, and a delivery for each plugin that listens; an event that nobody hears is not kept."""
    for event in events:
        listeners = runtime.hooks.implementing(event.name)
        if not listeners:
            continue
        row = {
            "name": event.name,
            "subject_id": event.subject_id,
            "data": dict(event.data),
            "at": runtime.clock(),
        }
        number = session.execute(insert(EventRow).values(row).returning(EventRow.id)).scalar_one()
        session.execute(
            insert(EventDelivery),
            [{"event_id": number, "plugin": plugin, "due_at": runtime.clock()} for plugin in listeners],
        )


def store_work(session: Session, work: Sequence[Work], user_id: int) -> None:
    """Write what a command asked for."""
    rows = [
        {
            "kind": item.kind,
            "queue": kind_of_work(item.kind).queue,
            "arguments": dict(item.arguments),
            "subject": item.subject[0] if item.subject else None,
            "subject_id": item.subject[1] if item.subject else None,
            "created_by": user_id,
        }
        for item in work
    ]
    session.execute(insert(WorkRow), rows)


def due_work(session: Session, now: datetime, limit: int = 200) -> list[tuple[int, str]]:
    """Take ids and queues of work that is due or was left by a dead worker; they are looked at again in a minute."""
    statement = (
        select(WorkRow.id)
        .where(WorkRow.state.in_(("due", "running")), WorkRow.due_at <= now)
        .order_by(WorkRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.execute(statement).scalars())
    if not ids:
        return []
    session.execute(
        update(WorkRow).where(WorkRow.id.in_(ids), WorkRow.state == "due").values(due_at=now + LOOK_AGAIN)
    )
    rows = session.execute(select(WorkRow.id, WorkRow.queue).where(WorkRow.id.in_(ids)).order_by(WorkRow.id))
    return [(row[0], row[1]) for row in rows]


def claim_work(session: Session, number: int, now: datetime) -> WorkRow | None:
    """Take one piece of work for this worker; None when another has it or it is done."""
    statement = (
        select(WorkRow)
        .where(
            WorkRow.id == number,
            or_(WorkRow.state == "due", and_(WorkRow.state == "running", WorkRow.due_at <= now)),
        )
        .with_for_update(skip_locked=True)
    )
    row = session.execute(statement).scalar_one_or_none()
    if row is None:
        return None
    if row.stop or row.attempts >= ATTEMPTS:
        row.state = "stopped" if row.stop else "failed"
        row.finished_at = now
        return None
    row.state = "running"
    row.attempts += 1
    row.due_at = now + LEASE
    return row


def renew_work(session: Session, number: int, now: datetime, done: int, total: int) -> bool:
    """Note progress and renew the lease; give whether somebody asked to stop."""
    statement = (
        update(WorkRow)
        .where(WorkRow.id == number, WorkRow.state == "running")
        .values(done=done, total=total, due_at=now + LEASE)
        .returning(WorkRow.stop)
    )
    return bool(session.execute(statement).scalar_one_or_none())


def end_work(session: Session, number: int, now: datetime, state: str, error: str | None = None) -> None:
    """End a piece of work."""
    values = {"state": state, "error": error, "finished_at": now}
    session.execute(update(WorkRow).where(WorkRow.id == number).values(values))


def due_deliveries(session: Session, now: datetime, limit: int = 500) -> list[tuple[int, str]]:
    """Take event ids and plugins whose turn it is; they are looked at again in a minute."""
    statement = (
        select(EventDelivery)
        .where(EventDelivery.state.in_(("due", "running")), EventDelivery.due_at <= now)
        .order_by(EventDelivery.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.execute(statement).scalars())
    for row in rows:
        if row.state == "due":
            row.due_at = now + LOOK_AGAIN
    session.flush()
    return [(row.event_id, row.plugin) for row in rows]


def claim_delivery(session: Session, event_id: int, plugin: str, now: datetime) -> EventRow | None:
    """Lock one delivery for this transaction and give its event; None when it is done or another has it."""
    statement = (
        select(EventDelivery)
        .where(
            EventDelivery.event_id == event_id,
            EventDelivery.plugin == plugin,
            EventDelivery.state.in_(("due", "running")),
        )
        .with_for_update(skip_locked=True)
    )
    if session.execute(statement).scalar_one_or_none() is None:
        return None
    return session.get_one(EventRow, event_id)


def end_delivery(session: Session, event_id: int, plugin: str, state: str) -> None:
    """End a delivery in the transaction of its effect."""
    session.execute(
        update(EventDelivery)
        .where(EventDelivery.event_id == event_id, EventDelivery.plugin == plugin)
        .values(state=state, error=None)
    )


def postpone_delivery(session: Session, event_id: int, plugin: str, now: datetime, error: str) -> None:
    """Note a failure: later again, each time later; in the end *failed*, where somebody can see it."""
    row = session.get_one(EventDelivery, (event_id, plugin), with_for_update=True)
    row.attempts += 1
    row.error = error[:1000]
    row.state = "failed" if row.attempts >= DELIVERIES else "due"
    row.due_at = now + timedelta(seconds=10 * 2**row.attempts)


def beat(session: Session, name: str, now: datetime) -> None:
    """Note that a worker lives."""
    statement = upsert(Worker).values(name=name, seen_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))
