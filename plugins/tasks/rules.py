"""What must hold of a task before it is written: percent and state go together, a series has a day to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect

from kernel.api import Context, Problem, _, calendar, squeeze
from plugins.tasks.models import RESULT_MISSING, Task
from plugins.tasks.words import URGENCY

SEARCHED = 2_000
"""Characters of the description that are searched."""
NO_RESULT = _("Write the result first: this task is not closed without one.")


def prepare_task(context: Context, task: Task, values: Mapping[str, Any]) -> list[Problem]:
    """Complete what was left out, let percent and state agree, and compute what the task is found and sorted by."""
    user_id = context.actor.user_id if context.actor.kind == "user" else None
    if task.id is None and task.maker_id is None:
        task.maker_id = user_id
    if task.id is None and task.assignee_id is None:
        task.assignee_id = task.maker_id
    task.priority = task.priority or "normal"
    task.urgency = URGENCY[task.priority]
    task.value = 1 if task.value is None else task.value
    task.search_key = f"{squeeze(task.title or '')}|{squeeze((task.description or '')[:SEARCHED])}"
    return [*_settle_progress(context, task), *_settle_repeat(task)]


def _was(task: Task, name: str, otherwise: Any) -> Any:
    """What the record held before this change."""
    history = inspect(task).attrs[name].history
    if task.id is None:
        return otherwise
    return history.deleted[0] if history.deleted else getattr(task, name)


def _settle_progress(context: Context, task: Task) -> list[Problem]:
    task.percent, task.state = task.percent or 0, task.state or "new"
    old_state, old_percent = _was(task, "state", "new"), _was(task, "percent", 0)
    moved, turned = task.percent != old_percent, task.state != old_state
    if moved and not turned:
        problems = _follow_percent(task, old_state)
    elif turned:
        problems = _follow_state(task, old_state, moved)
    else:
        problems = []
    if not problems and task.state != old_state:
        problems = _closing(context, task, old_state, old_percent)
    elif not problems and task.state == "done" and task.id is not None:
        problems = _keeps_result(context, task)
    return problems


def _keeps_result(context: Context, task: Task) -> list[Problem]:
    """What was closed with a result is not left without it; a result that comes later is written as any other."""
    if not inspect(task).attrs.result.history.has_changes():
        return []
    if task.result:
        if task.interaction_id is None and task.acted_state == "done":
            task.acted_state = RESULT_MISSING
        return []
    return [Problem("result", NO_RESULT)] if _wants_result(context, task) else []


def _wants_result(context: Context, task: Task) -> bool:
    return task.needs_result or bool(context.runtime.setting("tasks.result_required"))


def _follow_percent(task: Task, old_state: str) -> list[Problem]:
    if old_state == "cancelled":
        return [Problem("percent", _("This task is cancelled. Open it again first."))]
    if task.percent == 100:
        task.state = "done"
    elif old_state == "done" or (old_state == "new" and task.percent):
        task.state = "doing"
    return []


def _follow_state(task: Task, old_state: str, moved: bool) -> list[Problem]:
    if task.state == "cancelled" and old_state == "done":
        return [Problem("state", _("This task is done. Open it again before you cancel it."))]
    if task.state == "done":
        if moved and task.percent != 100:
            return [Problem("percent", _("A task that is done stands at 100 percent."))]
        task.percent = 100
    elif old_state == "done" and not moved:
        task.percent = min(task.percent_before or 0, 99)
    elif task.percent == 100:
        return [Problem("state", _("A task at 100 percent is done."))]
    return []


def _closing(context: Context, task: Task, old_state: str, old_percent: int) -> list[Problem]:
    if task.state == "done":
        if not task.result and _wants_result(context, task):
            return [Problem("result", NO_RESULT)]
        task.percent_before = min(old_percent, 99)
        task.done_at = context.now
        task.done_by_id = context.actor.user_id if context.actor.kind == "user" else None
    elif old_state == "done":
        task.done_at = task.done_by_id = task.interaction_id = None
    return []


def _settle_repeat(task: Task) -> list[Problem]:
    if task.repeat is None:
        task.repeat_interval = task.repeat_day = task.repeat_weekdays = task.repeat_until = None
        return []
    task.repeat_interval = task.repeat_interval or 1
    if task.due is None:
        return [Problem("due", _("A task that comes round again needs a day on which it is due."))]
    if task.repeat_until is not None and task.repeat_until < task.due:
        return [Problem("repeat_until", _("The series would end before its first day."))]
    if task.repeat in ("months", "years"):
        if task.repeat_day is None or (task.id is not None and _moved_day(task)):
            task.repeat_day = calendar.to_jalali(task.due).day
    else:
        task.repeat_day = None
    if task.repeat != "weeks":
        task.repeat_weekdays = None
    return []


def _moved_day(task: Task) -> bool:
    """Say whether the due day was moved by hand while the day of the series was not."""
    state = inspect(task).attrs
    return state.due.history.has_changes() and not state.repeat_day.history.has_changes()
