"""What follows from a task as it was written: the result becomes an interaction, a series goes on, a workflow takes its
next step, people are told.

Each change of state has its consequences once: `Task.acted_state` says for which state they were drawn, so that form, cell,
board, import and program come to the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import Context, _
from plugins.tasks.models import OPEN, RESULT_MISSING, ChecklistItem, Referral, Task
from plugins.tasks.recurrence import Repeat, next_due
from plugins.tasks.storing import TASK, mark, note_referral, share, sharing, store_task
from plugins.tasks.telling import ENDED, GIVEN, REOPENED, tell_of

SUBJECT = 120
COPIED = (
    *("title", "description", "category_id", "priority", "value", "maker_id", "assignee_id", "party_id"),
    *(
        "about_resource",
        "about_id",
        "needs_result",
        "customer_sees",
        "repeat",
        "repeat_interval",
        "repeat_weekdays",
    ),
    *("repeat_day", "repeat_until"),
)
"""What the next task of a series takes over."""


def written_task(context: Context, task: Task) -> None:
    """Draw the consequences of a task that was saved."""
    number = task.id
    with context.system("what follows from a task") as system:
        draw(system, number)
    context.session.expire(task)


def draw(system: Context, task_id: int) -> None:
    """Do what follows from a task as it stands now, as the system; what was done already is not done again."""
    task = system.session.get_one(Task, task_id, populate_existing=True)
    before, now = task.acted_state, task.state
    if before is None:
        _begun(system, task)
    if before != now:
        mark(system, task_id, acted_state=now)
        if before == RESULT_MISSING and now == "done":
            _write_interaction(system, task)
        elif now == "done":
            _done(system, task)
        elif now == "cancelled":
            _cancelled(system, task)
        elif before in ("done", RESULT_MISSING, "cancelled"):
            _reopened(system, task)
    system.session.flush()
    system.runtime.require("task_saved", session=system.session, ctx=system, task_id=task_id)


def _begun(system: Context, task: Task) -> None:
    known = system.session.scalar(select(Referral.id).where(Referral.task_id == task.id).limit(1))
    if known is None and task.assignee_id != task.maker_id:
        note_referral(system, task.id, task.maker_id, task.assignee_id)
    if task.state in OPEN and task.assignee_id != task.maker_id:
        tell_of(system, task, GIVEN, _("Given to you"), [task.assignee_id], "given")


def _done(system: Context, task: Task) -> None:
    _write_interaction(system, task)
    _go_on(system, task)
    if task.run_id is not None:
        from plugins.tasks.runs import advance

        advance(system, task)
    tell_of(system, task, ENDED, _("Is done"), _watching(system, task), f"done {task.version}")


def _cancelled(system: Context, task: Task) -> None:
    if task.run_id is not None:
        from plugins.tasks.runs import give_up

        give_up(system, task)
    tell_of(system, task, ENDED, _("Was cancelled"), _watching(system, task), f"cancelled {task.version}")


def _reopened(system: Context, task: Task) -> None:
    people = [*_watching(system, task), task.assignee_id]
    tell_of(system, task, REOPENED, _("Was opened again"), people, f"opened {task.version}")


def _watching(system: Context, task: Task) -> list[int | None]:
    return [task.maker_id, *sharing(system, task.id, "held"), *sharing(system, task.id, "follows")]


def _write_interaction(system: Context, task: Task) -> None:
    """Write the result as an interaction with the party, on behalf of who closed the task."""
    if task.party_id is None or not task.result or task.interaction_id is not None:
        return
    number = system.run(
        "interaction.record",
        values={
            "channel": "other",
            "direction": "out",
            "party": task.party_id,
            "subject": task.title[:SUBJECT],
            "text": task.result,
            "done_by": task.done_by_id or task.assignee_id,
        },
        about=(TASK, task.id),
    )
    mark(system, task.id, interaction_id=number)


def repeat_of(task: Task) -> Repeat | None:
    """Give how a task comes round; None for one that does not."""
    if task.repeat is None:
        return None
    days = frozenset(int(day) for day in task.repeat_weekdays or ())
    return Repeat(task.repeat, task.repeat_interval or 1, days, task.repeat_day, task.repeat_until)


def _go_on(system: Context, task: Task) -> None:
    """Make the next task of a series, once."""
    repeat = repeat_of(task)
    if repeat is None or task.due is None:
        return
    known = select(Task.id).where(Task.previous_id == task.id)
    with_bin = system.session.scalar(known.limit(1))
    due = next_due(repeat, task.due, system.today)
    if with_bin is not None or due is None:
        return
    values: dict[str, Any] = {name: getattr(task, name) for name in COPIED}
    if task.remind_at is not None:
        values["remind_at"] = task.remind_at + (due - task.due)
    followers = sharing(system, task.id, "follows")
    items = select(ChecklistItem).where(ChecklistItem.task_id == task.id)
    lines = [(item.place, item.title) for item in system.session.scalars(items)]
    number = store_task(system, **values, due=due, previous_id=task.id)
    share(system, number, followers, "follows")
    system.session.add_all(ChecklistItem(task_id=number, place=place, title=title) for place, title in lines)
