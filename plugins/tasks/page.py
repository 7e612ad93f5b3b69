"""What a task's own page shows besides its fields: buttons, marks, checklist, the way it went, who follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from kernel.api import Action, Context, _, changeable, fragment, record_labels
from plugins.tasks.models import OPEN, ChecklistItem, Referral, Task, TaskUser, WorkflowRun
from plugins.tasks.resources import TASK
from plugins.tasks.words import STATE_COLOURS, STATES

RIGHT = TASK.permission


def may_do(context: Context, number: int, action: str) -> bool:
    """Say whether the actor may do something with this very task."""
    return number in changeable(context, TASK, [number], action)


def find(context: Context, number: int) -> Task | None:
    """Give a task that the actor sees."""
    return context.session.scalars(select(Task).where(Task.id == number)).one_or_none()


def actions(context: Context, number: int) -> Sequence[Action]:
    """Give the buttons of a task: what can be done with it in its state, and by this reader."""
    task = find(context, number)
    if task is None:
        return ()
    base = f"/tasks/{number}"
    found: list[Action] = []
    may_edit = may_do(context, number, "edit")
    if task.state in OPEN:
        if may_edit:
            found.append(Action(label=_("Finish"), url=f"{base}/finish", icon="check"))
        if may_do(context, number, "assign"):
            found.append(Action(label=_("Refer"), url=f"{base}/refer", icon="switch-horizontal"))
        if may_edit:
            found.append(Action(label=_("Cancel the task"), url=f"{base}/cancel", icon="circle-x"))
        if task.party_id is not None and context.may("tasks.progress_report", "create"):
            asked = f"/tasks/progress/new?resource={TASK.name}&record_id={number}"
            found.append(Action(label=_("Report progress"), url=asked, icon="send"))
    elif may_edit:
        found.append(Action(label=_("Open again"), url=f"{base}/reopen", icon="refresh", method="post"))
    if context.actor.user_id not in (task.assignee_id, task.maker_id):
        follows = _follows(context, number)
        url, label = ("unfollow", _("Follow no more")) if follows else ("follow", _("Follow"))
        found.append(
            Action(label=label, url=f"{base}/{url}", icon="eye-off" if follows else "eye", method="post")
        )
    return found


def _follows(context: Context, number: int) -> bool:
    mine = select(TaskUser.id).where(
        TaskUser.task_id == number, TaskUser.user_id == context.actor.user_id, TaskUser.part == "follows"
    )
    return context.session.scalar(mine) is not None


def head(context: Context, number: int) -> Markup | None:
    """Give the marks beside the name: the state, and that it is overdue."""
    task = find(context, number)
    if task is None:
        return None
    late = task.state in OPEN and task.due is not None and task.due < context.today
    return fragment("tasks/head.html", state=STATES[task.state], tone=STATE_COLOURS[task.state], late=late)


def checklist(context: Context, number: int) -> Markup | None:
    """Give the checklist, with what can be done with its lines."""
    task = find(context, number)
    if task is None:
        return None
    may_edit = task.state != "cancelled" and not context.read_only and may_do(context, number, "edit")
    lines = select(ChecklistItem).where(ChecklistItem.task_id == number)
    found = context.session.scalars(lines.order_by(ChecklistItem.place, ChecklistItem.id)).all()
    if not found and not may_edit:
        return None
    return fragment("tasks/checklist.html", number=number, lines=found, may_edit=may_edit)


def work(context: Context, number: int) -> Markup | None:
    """Give what stands beside the facts: how far it is, the checklist, the way it went, what it is about."""
    task = find(context, number)
    if task is None:
        return None
    statement = select(Referral).where(Referral.task_id == number).order_by(Referral.id)
    referrals = context.session.scalars(statement).all()
    ids = {user for row in referrals for user in (row.by_id, row.from_id, row.to_id) if user}
    run_title = ""
    if task.run_id is not None:
        with context.system("of which workflow a visible task is a step") as system:
            run_title = (
                system.session.scalar(select(WorkflowRun.title).where(WorkflowRun.id == task.run_id)) or ""
            )
    return fragment(
        "tasks/work.html",
        task=task,
        checklist=checklist(context, number),
        referrals=referrals,
        names=user_names(context, ids),
        about=about_of(context, task),
        run_title=run_title,
        run_url=f"/tasks/runs/{task.run_id}" if run_title and context.may("tasks.run", "view") else "",
    )


def followers(context: Context, number: int) -> Markup | None:
    """Give who follows a task, with what can be done about it."""
    if find(context, number) is None:
        return None
    with context.system("who follows a visible task") as system:
        wanted = select(TaskUser.user_id).where(TaskUser.task_id == number, TaskUser.part == "follows")
        found = list(system.session.scalars(wanted.order_by(TaskUser.id)))
    may_edit = not context.read_only and may_do(context, number, "edit")
    if not found and not may_edit:
        return None
    return fragment(
        "tasks/followers.html",
        number=number,
        names=user_names(context, set(found)),
        followers=found,
        may_edit=may_edit,
        options=f"/{TASK.path}/options/assignee",
    )


def user_names(context: Context, ids: set[int]) -> dict[int, str]:
    """Give the names of users."""
    holder: Any = TASK.by_name["assignee"]
    found: dict[int, str] = holder.labels(sorted(ids), context) if ids else {}
    return found


def about_of(context: Context, task: Task) -> tuple[str, str] | None:
    """Give name and address of the record that a task is about, where the reader sees it."""
    if task.about_resource is None or task.about_id is None:
        return None
    key = (task.about_resource, task.about_id)
    label = record_labels(context, [key]).get(key)
    if label is None:
        return None
    resource = context.runtime.resource(task.about_resource)
    return f"{context.text(resource.title)}: {label}", f"/{resource.path}/{task.about_id}"
