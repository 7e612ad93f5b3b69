"""Reminders: the moment that a task names, the day on which it is due, and the date by which ladders go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from kernel.api import Context, DatedRecord, Job, _
from plugins.tasks.models import OPEN, Task
from plugins.tasks.progress.sending import send_all
from plugins.tasks.telling import DUE, REMINDER, tell_of

MADE_UP_FOR = timedelta(days=7)
"""Days of a standstill that are made up for."""


def due_on(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give the open tasks for a party that are due on one of the days."""
    statement = select(Task.id, Task.due, Task.party_id, Task.assignee_id).where(
        Task.due.in_(list(days)), Task.state.in_(OPEN), Task.party_id.is_not(None), Task.binned_at.is_(None)
    )
    for number, day, party_id, holder in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party_id, owner_id=holder)


def remind(context: Context) -> int:
    """Tell the holders of the tasks whose moment has come, once for each moment; gives how many tasks."""
    statement = select(Task).where(
        Task.remind_at <= context.now,
        Task.remind_at > context.now - MADE_UP_FOR,
        Task.state.in_(OPEN),
        Task.binned_at.is_(None),
    )
    found = context.session.scalars(statement.order_by(Task.remind_at, Task.id)).all()
    for task in found:
        words = _("You wanted to be reminded of it")
        tell_of(context, task, REMINDER, words, [task.assignee_id], f"at {task.remind_at:%Y-%m-%d %H:%M}")
    return len(found)


def tell_due(context: Context) -> int:
    """Tell the holders in the morning what is due that day, and the day after a due day, that it is overdue."""
    yesterday = context.today - timedelta(days=1)
    statement = select(Task).where(
        Task.due > context.today - MADE_UP_FOR,
        Task.due <= context.today,
        Task.state.in_(OPEN),
        Task.binned_at.is_(None),
    )
    found = context.session.scalars(statement.order_by(Task.due, Task.id)).all()
    for task in found:
        late = task.due is not None and task.due <= yesterday
        words = _("Is overdue") if late else _("Is due today")
        tell_of(context, task, DUE, words, [task.assignee_id], f"{'late' if late else 'due'} {task.due}")
    return len(found)


JOBS = (
    Job(
        name="reminders",
        title=_("Remind of tasks at the moment that they name"),
        function=remind,
        every=timedelta(minutes=5),
    ),
    Job(name="progress", title=_("Send reports of progress to customers"), function=send_all, at="09:00"),
    Job(name="due", title=_("Tell which tasks are due"), function=tell_due, at="07:15"),
)
