"""Events that a plugin could not take, however often it was told: by plugin, with the error; try again, or give up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, tuple_, update
from sqlalchemy.orm import Session

from kernel.i18n import _
from kernel.jobs.models import EventDelivery, EventRow
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Refused

PAGE = 50
"""Lines of a page."""


@dataclass(frozen=True)
class DeliveryLine:
    """One event that a plugin has not been told of yet, or could not be."""

    event_id: int
    plugin: str
    name: str
    subject_id: int
    at: datetime
    state: str
    attempts: int
    due_at: datetime
    error: str | None
    traceback: str | None


@dataclass(frozen=True)
class Undelivered:
    """A page of events: the failed ones, or those that still wait or were given up."""

    lines: Sequence[DeliveryLine]
    counts: dict[str, int]
    """Failed ones by plugin."""
    older: int | None
    """Where the next page begins; None at the end."""


STATES = {"failed": ("failed",), "waiting": ("due", "running"), "given_up": ("given_up",)}
"""What the page can be asked for."""


def failed_by_plugin(session: Session) -> dict[str, int]:
    """Count the events that plugins failed with for good."""
    statement = (
        select(EventDelivery.plugin, func.count())
        .where(EventDelivery.state == "failed")
        .group_by(EventDelivery.plugin)
        .order_by(EventDelivery.plugin)
    )
    return {row.plugin: row[1] for row in session.execute(statement)}


def undelivered(
    context: Context, *, state: str = "failed", plugin: str = "", before: int | None = None
) -> Undelivered:
    """Give a page of events, newest first; for administrators."""
    administrators_only(context)
    conditions: list[ColumnElement[bool]] = [EventDelivery.state.in_(STATES.get(state, STATES["failed"]))]
    if plugin:
        conditions.append(EventDelivery.plugin == plugin)
    if before is not None:
        conditions.append(EventDelivery.event_id < before)
    statement = (
        select(EventDelivery, EventRow)
        .join(EventRow, EventRow.id == EventDelivery.event_id)
        .where(*conditions)
        .order_by(EventDelivery.event_id.desc(), EventDelivery.plugin)
        .limit(PAGE + 1)
    )
    with context.system("events that were not delivered") as system:
        lines = [_line(row, event) for row, event in system.session.execute(statement)]
        counts = failed_by_plugin(system.session)
    return Undelivered(lines[:PAGE], counts, lines[PAGE - 1].event_id if len(lines) > PAGE else None)


@command("jobs.retry_delivery", _("Tell a plugin again"), resource="job", action="edit")
def retry_delivery(context: Context, *, event_id: int, plugin: str) -> None:
    """Make an event that a plugin failed with, or that was given up, due again for it."""
    states = ("failed", "due", "given_up")
    _change(context, _one(event_id, plugin), states, "due")
    note(context, "jobs.retry_delivery", record_id=event_id, detail={"plugin": plugin})


@command("jobs.give_up_delivery", _("Give up telling a plugin"), resource="job", action="edit")
def give_up_delivery(context: Context, *, event_id: int, plugin: str) -> None:
    """Let an event rest that a plugin cannot take."""
    _change(context, _one(event_id, plugin), ("failed", "due"), "given_up")
    note(context, "jobs.give_up_delivery", record_id=event_id, detail={"plugin": plugin})


@command("jobs.retry_deliveries", _("Tell a plugin all again"), resource="job", action="edit")
def retry_deliveries(context: Context, *, plugin: str) -> int:
    """Make all events that a plugin failed with due again; give how many."""
    count = _change(context, EventDelivery.plugin == plugin, ("failed",), "due")
    note(context, "jobs.retry_deliveries", detail={"plugin": plugin, "count": count})
    return count


@command("jobs.give_up_deliveries", _("Give up telling a plugin all of it"), resource="job", action="edit")
def give_up_deliveries(context: Context, *, plugin: str) -> int:
    """Let all events rest that a plugin failed with; give how many."""
    count = _change(context, EventDelivery.plugin == plugin, ("failed",), "given_up")
    note(context, "jobs.give_up_deliveries", detail={"plugin": plugin, "count": count})
    return count


def _one(event_id: int, plugin: str) -> ColumnElement[bool]:
    return tuple_(EventDelivery.event_id, EventDelivery.plugin).in_([(event_id, plugin)])


def _change(context: Context, which: ColumnElement[bool], states: tuple[str, ...], new: str) -> int:
    administrators_only(context)
    values: dict[str, object] = {"state": new, "due_at": context.now}
    values |= {"attempts": 0, "ended_at": None} if new == "due" else {"ended_at": context.now}
    with context.system("events that were not delivered") as system:
        changed = system.session.execute(
            update(EventDelivery)
            .where(and_(which, EventDelivery.state.in_(states)))
            .values(values)
            .returning(EventDelivery.event_id)
        ).all()
    if not changed:
        raise Refused(_("This has changed meanwhile; look at the page again."))
    return len(changed)


def _line(row: EventDelivery, event: EventRow) -> DeliveryLine:
    return DeliveryLine(
        event.id,
        row.plugin,
        event.name,
        event.subject_id,
        event.at,
        row.state,
        row.attempts,
        row.due_at,
        row.error,
        row.traceback,
    )
