"""Rows of events and work: written with their reason, claimed by one worker at a time, ended in a state that shows.

All times are the context's, never the server's. While a row is running, its `due_at` is the end of its lease.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from kernel.jobs.models import EventDelivery, EventRow, Held, Worker, WorkRow
from kernel.resources.events import Pending
from kernel.resources.queue import Work, kind_of_work, kinds_inside
from kernel.resources.runtime import Runtime

LEASE = timedelta(minutes=5)
"""How long a worker may be silent before its work is given to another."""
LOOK_AGAIN = timedelta(minutes=1)
"""When a row whose message was sent is looked at again: the broker may have lost the message."""
IN_FLIGHT = {"messages": 8, "default": 8, "long": 2}
"""Pieces of a site's work that wait in a queue or run at a time."""
LONGEST_BREATH = timedelta(hours=1)
"""More than the longest time between two attempts at an event."""
TOLERANCE = timedelta(minutes=1)
"""By how much clocks of several machines may differ."""
ATTEMPTS = 20
"""Attempts at one piece of work: killed workers count."""
SILENT_WORKER = timedelta(minutes=1)
"""How long workers may be silent before they count as gone."""
FORGOTTEN_WORKER = timedelta(days=1)
"""When workers that were silent ever since are no longer listed."""


def store_events(session: Session, runtime: Runtime, events: Sequence[Pending]) -> None:
    """Write events, and a delivery for each plugin that listens; an event that nobody hears is not kept."""
    now = runtime.clock()
    heard = [(event, runtime.hooks.implementing(event.name)) for event in events]
    heard = [(event, listeners) for event, listeners in heard if listeners]
    if not heard:
        return
    rows = [
        {"name": event.name, "subject_id": event.subject_id, "data": dict(event.data), "at": now}
        for event, _listeners in heard
    ]
    numbers = session.execute(
        insert(EventRow).returning(EventRow.id, sort_by_parameter_order=True), rows
    ).scalars()
    deliveries = [
        {"event_id": number, "plugin": plugin, "due_at": now}
        for number, (_event, listeners) in zip(numbers, heard, strict=True)
        for plugin in listeners
    ]
    session.execute(insert(EventDelivery), deliveries)


def store_work(session: Session, work: Sequence[Work], user_id: int, now: datetime) -> None:
    """Write what a command asked for."""
    rows = [
        {
            "kind": item.kind,
            "queue": kind_of_work(item.kind).queue,
            "arguments": dict(item.arguments),
            "subject": item.subject[0] if item.subject else None,
            "subject_id": item.subject[1] if item.subject else None,
            "created_by": user_id,
            "created_at": now,
            "due_at": now,
        }
        for item in work
    ]
    session.execute(insert(WorkRow), rows)


def held(session: Session) -> Held | None:
    """Give the note that holds the site; None for a site that does all its work."""
    return session.execute(select(Held)).scalar_one_or_none()


def allowed(note: Held | None) -> ColumnElement[bool]:
    """Give the condition for work that may be done: on a held site what came later and touches nothing beyond it."""
    if note is None:
        return true()
    return and_(WorkRow.kind.in_(sorted(kinds_inside())), WorkRow.id > note.last_work)


def due_work(
    session: Session,
    now: datetime,
    *,
    note: Held | None = None,
    kinds: Collection[str] | None = None,
) -> list[tuple[int, str]]:
    """Take ids and queues of work that is due or was left by a dead worker; they are looked at again in a minute.

    No more than `IN_FLIGHT` of a site are in the broker's queues at a time: so the slow work of one holds up no other for
    long. Whoever has done a piece looks for the next.

    `note` is what holds the site, if anything does; `kinds` leaves all others waiting.
    """
    open_to_all = and_(WorkRow.state.in_(("due", "running")), allowed(note), _among(kinds))
    under_way = select(WorkRow.queue, func.count()).where(open_to_all, WorkRow.due_at > now)
    busy = {row.queue: row[1] for row in session.execute(under_way.group_by(WorkRow.queue))}
    found: list[tuple[int, str]] = []
    for queue, most in IN_FLIGHT.items():
        statement = (
            select(WorkRow.id)
            .where(open_to_all, WorkRow.due_at <= now, WorkRow.queue == queue)
            .order_by(WorkRow.due_at, WorkRow.id)
            .limit(max(0, most - busy.get(queue, 0)))
            .with_for_update(skip_locked=True)
        )
        found += [(number, queue) for number in session.execute(statement).scalars()]
    ids = [number for number, _queue in found]
    if ids:
        session.execute(
            update(WorkRow).where(WorkRow.id.in_(ids), WorkRow.state == "due").values(due_at=now + LOOK_AGAIN)
        )
    return sorted(found)


@dataclass(frozen=True)
class Claim:
    """A piece of work that this worker has taken; `attempt` tells it from an earlier try that was given up."""

    number: int
    kind: str
    arguments: Mapping[str, Any]
    attempt: int
    given_up: bool = False
    """It is not to be done any more: somebody stopped it while it waited, or it killed too many workers."""


def claim_work(
    session: Session, number: int, now: datetime, *, kinds: Collection[str] | None = None
) -> Claim | None:
    """Take one piece of work for this worker; None when another has it, it is done, or held.

    `kinds` leaves all others waiting.
    """
    free = or_(WorkRow.state == "due", and_(WorkRow.state == "running", WorkRow.due_at <= now))
    free = and_(free, allowed(held(session)), _among(kinds))
    statement = select(WorkRow.id).where(WorkRow.id == number, free).with_for_update(skip_locked=True)
    if session.execute(statement).scalar_one_or_none() is None:
        return None
    given_up = or_(WorkRow.stop, WorkRow.attempts >= ATTEMPTS)
    ended = (
        update(WorkRow)
        .where(WorkRow.id == number, given_up)
        .values(state=case((WorkRow.stop, "stopped"), else_="failed"), finished_at=now)
        .returning(WorkRow.kind, WorkRow.arguments, WorkRow.attempts)
    )
    last = session.execute(ended).one_or_none()
    if last is not None:
        return Claim(number, last.kind, last.arguments, last.attempts, given_up=True)
    taken = (
        update(WorkRow)
        .where(WorkRow.id == number)
        .values(
            state="running",
            attempts=WorkRow.attempts + 1,
            due_at=now + LEASE,
            started_at=now,
            measured_at=None,
        )
        .returning(WorkRow.kind, WorkRow.arguments, WorkRow.attempts)
    )
    row = session.execute(taken).one()
    return Claim(number, row.kind, row.arguments, row.attempts)


def absorb(session: Session, kind: str, arguments: Mapping[str, Any], now: datetime) -> int:
    """End the waiting work of a kind with these arguments, which the caller is about to do; gives how much that was.

    What was asked for before this transaction is seen by what the caller does after it, so nothing is forgotten.
    """
    same = select(WorkRow.id).where(
        WorkRow.kind == kind, WorkRow.state == "due", WorkRow.arguments == dict(arguments)
    )
    ended = (
        update(WorkRow)
        .where(WorkRow.id.in_(same.with_for_update(skip_locked=True)))
        .values(state="done", finished_at=now)
        .returning(WorkRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(ended).all())


def renew_work(session: Session, claim: Claim, now: datetime, done: int, total: int) -> bool:
    """Note progress and renew the lease; give whether the work should stop: asked to, or taken by another worker."""
    statement = (
        update(WorkRow)
        .where(_held(claim))
        .values(
            done=done,
            total=total,
            due_at=now + LEASE,
            seen_at=now,
            measured_at=func.coalesce(WorkRow.measured_at, now),
            measured_done=case((WorkRow.measured_at.is_(None), done), else_=WorkRow.measured_done),
        )
        .returning(WorkRow.stop)
    )
    stop = session.execute(statement).scalar_one_or_none()
    return stop is None or stop


def note_work(session: Session, claim: Claim, **values: Any) -> None:
    """Note what came of a piece of work, unless another worker has it by now."""
    session.execute(update(WorkRow).where(_held(claim)).values(**values))


def end_work(
    session: Session,
    claim: Claim,
    now: datetime,
    state: str,
    error: str | None = None,
    traceback: str | None = None,
) -> bool:
    """End a piece of work, unless another worker has it by now; give whether it was still ours."""
    values = {"state": state, "error": error, "traceback": traceback, "finished_at": now}
    ended = update(WorkRow).where(_held(claim)).values(values).returning(WorkRow.id)
    return session.execute(ended).scalar_one_or_none() is not None


def _among(kinds: Collection[str] | None) -> ColumnElement[bool]:
    return true() if kinds is None else WorkRow.kind.in_(kinds)


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(WorkRow.id == claim.number, WorkRow.state == "running", WorkRow.attempts == claim.attempt)


def pull_back(session: Session, now: datetime) -> None:
    """Make due at once what is due later than it ever can be: the clock stood wrong when that was written."""
    for model, farthest in ((WorkRow, LEASE), (EventDelivery, LONGEST_BREATH)):
        session.execute(
            update(model)
            .where(model.state.in_(("due", "running")), model.due_at > now + farthest + TOLERANCE)
            .values(due_at=now)
        )


def beat(session: Session, name: str, now: datetime) -> None:
    """Note that workers live, and forget those that have been silent for long."""
    statement = upsert(Worker).values(name=name, seen_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))
    session.execute(delete(Worker).where(Worker.seen_at < now - FORGOTTEN_WORKER))
