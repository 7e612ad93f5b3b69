"""Ticking, adding, moving and taking away lines of a task's checklist, in place."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, NotFound, Refused, _, command, editable, fields, load
from plugins.tasks.models import ChecklistItem, Task
from plugins.tasks.resources import CHECKLIST, TASK
from plugins.tasks.storing import hold_run

RIGHT = TASK.permission
MOST = CHECKLIST.most

WHICH = fields.Link("task", _("Task"), to=TASK.name, required=True)
ITEM = fields.Whole("item", _("Line of the checklist"), least=1, required=True)
TEXT = fields.Text("title", _("To be done"), limit=200, required=True)
TICKED = fields.YesNo("done", _("Done"), required=True)
UP = fields.YesNo("up", _("Up"), required=True)


@command(
    "tasks.add_line", _("Add a line to a checklist"), resource=RIGHT, action="edit", fields=(WHICH, TEXT)
)
def add_line(context: Context, *, task: int, title: Any) -> int:
    """Add a line at the end; gives its id."""
    words = TEXT.read(title, context)
    _task(context, task)
    places = select(func.count(), func.max(ChecklistItem.place)).where(ChecklistItem.task_id == task)
    count, last = context.session.execute(places).one()
    if count >= MOST:
        raise Refused(_("A checklist has %(most)d lines at most.", most=MOST))
    line = ChecklistItem(task_id=task, title=words, place=(last or 0) + 1)
    context.session.add(line)
    context.session.flush()
    _follow(context, task)
    return line.id


@command(
    "tasks.tick", _("Tick a line of a checklist"), resource=RIGHT, action="edit", fields=(WHICH, ITEM, TICKED)
)
def tick(context: Context, *, task: int, item: int, done: bool = True) -> None:
    """Tick a line, or take the tick away."""
    _task(context, task)
    line = _line(context, task, item)
    line.done = done
    line.done_at = context.now if done else None
    line.done_by_id = context.actor.user_id if done and context.actor.kind == "user" else None
    context.session.flush()
    _follow(context, task)


@command(
    "tasks.move_line",
    _("Move a line of a checklist"),
    resource=RIGHT,
    action="edit",
    fields=(WHICH, ITEM, UP),
)
def move_line(context: Context, *, task: int, item: int, up: bool = True) -> None:
    """Change a line's place with the one before or after it."""
    _task(context, task)
    lines = list(context.session.scalars(_lines(task)))
    at = next((place for place, line in enumerate(lines) if line.id == item), None)
    if at is None:
        raise NotFound()
    other = at - 1 if up else at + 1
    if 0 <= other < len(lines):
        lines[at], lines[other] = lines[other], lines[at]
    for place, line in enumerate(lines, start=1):
        line.place = place
    context.session.flush()


@command(
    "tasks.remove_line",
    _("Remove a line of a checklist"),
    resource=RIGHT,
    action="edit",
    fields=(WHICH, ITEM),
)
def remove_line(context: Context, *, task: int, item: int) -> None:
    """Take a line away."""
    _task(context, task)
    context.session.delete(_line(context, task, item))
    context.session.flush()
    _follow(context, task)


def _task(context: Context, number: int) -> None:
    editable(context, TASK, number)
    record: Task = load(context, TASK, number, lock=True)
    if record.state == "cancelled":
        raise Refused(_("This task is closed. Open it again first."))


def _lines(task: int) -> Any:
    return (
        select(ChecklistItem)
        .where(ChecklistItem.task_id == task)
        .order_by(ChecklistItem.place, ChecklistItem.id)
    )


def _line(context: Context, task: int, item: int) -> ChecklistItem:
    found = context.session.scalars(_lines(task).where(ChecklistItem.id == item)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _follow(context: Context, task: int) -> None:
    """Let the percent follow the ticks where the site wants it so: rounded down, and never past 99 by itself where a
    result must be written first.
    """
    if not context.runtime.setting("tasks.percent_from_checklist"):
        return
    counted = select(func.count(), func.count().filter(ChecklistItem.done)).where(
        ChecklistItem.task_id == task
    )
    total, done = context.session.execute(counted).one()
    if not total:
        return
    record: Task = load(context, TASK, task)
    percent = 100 * done // total
    wanted = record.needs_result or context.runtime.setting("tasks.result_required")
    if percent == 100 and wanted and not record.result:
        percent = 99
    if percent != record.percent:
        hold_run(context, task)
        context.run("record.edit", resource=TASK.name, record_id=task, values={"percent": percent})
