"""What is done with a task besides editing it: giving it to somebody, referring, cancelling, opening again, following."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from kernel.api import (
    Context,
    EditConflict,
    Invalid,
    Problem,
    Refused,
    _,
    command,
    editable,
    fields,
    load,
)
from plugins.tasks.models import Referral, Task, TaskUser
from plugins.tasks.resources import TASK
from plugins.tasks.storing import about, hold_run, share

RIGHT = TASK.permission

WHICH = fields.Link("task", _("Task"), to=TASK.name, required=True)
TO = fields.UserLink("to", _("Refer to"), required=True)
COMMENT = fields.LongText("comment", _("Comment"), limit=2000)
REASON = fields.Text("reason", _("Reason"), limit=300)
RESULT = fields.LongText("result", _("Result"), limit=20_000)
PERCENT = fields.Whole("percent", _("Percent done"), least=0, most=100, required=True)
FOLLOWER = fields.UserLink("user", _("Follower"), required=True)
VERSION = fields.Whole("version", _("Version"), least=1, most=2**31 - 1)
ABOUT_KIND = fields.Text("resource", _("Kind of record"), limit=80)
ABOUT_ID = fields.Whole("record_id", _("Record"), least=1)
ENTERED = tuple(
    TASK.by_name[name]
    for name in (
        "title",
        "assignee",
        "due",
        "priority",
        "category",
        "party",
        "description",
        "value",
        "remind_at",
        "customer_sees",
    )
)


@command(
    "tasks.create",
    _("Give a task"),
    resource=RIGHT,
    action="create",
    fields=(*ENTERED, ABOUT_KIND, ABOUT_ID),
)
def create(
    context: Context, *, resource: str | None = None, record_id: int | None = None, **entered: Any
) -> int:
    """Make a task, about a record if one is named, and give its id.

    A task for somebody else needs the right to assign, unless one may make tasks for all. Raises `NotFound` for a record
    that the actor does not see.
    """
    led = _led(context, resource, record_id)
    values = {name: value for name, value in entered.items() if value is not None}
    if "party_id" in led:
        values["party"] = led.pop("party_id")
    number: int = context.run("record.create", resource=TASK.name, values=values)
    if led:
        with context.system("what a new task is about") as system:
            record = system.session.get_one(Task, number)
            record.about_resource, record.about_id = led["about_resource"], led["about_id"]
            system.session.flush()
        context.session.expire_all()
    return number


def _led(context: Context, resource: str | None, record_id: int | None) -> dict[str, Any]:
    led = about(context, resource, record_id)
    if led and resource is not None and record_id is not None:
        declared = context.runtime.resource(resource)
        context.require(declared.permission, "view")
        load(context, declared, record_id)
    return led


@command(
    "tasks.refer", _("Refer a task"), resource=RIGHT, action="assign", fields=(WHICH, TO, COMMENT, VERSION)
)
def refer(context: Context, *, task: int, to: Any, comment: Any = None, version: int | None = None) -> int:
    """Hand a task on to another with a comment; whoever gives it away goes on seeing it."""
    receiver, words = TO.read(to, context), COMMENT.read(comment, context)
    record = _open(context, task, version, action="assign")
    if receiver == record.assignee_id:
        raise Invalid([Problem("to", _("This user has the task already."))])
    context.run("record.assign", resource=TASK.name, record_id=task, owner=receiver)
    if words:
        latest = select(Referral).where(Referral.task_id == task).order_by(Referral.id.desc()).limit(1)
        with context.system("the comment of a referral") as system:
            system.session.scalars(latest).one().comment = words
            system.session.flush()
    return task


@command(
    "tasks.set_percent",
    _("Set how far a task is"),
    resource=RIGHT,
    action="edit",
    fields=(WHICH, PERCENT, VERSION),
)
def set_percent(context: Context, *, task: int, percent: Any, version: int | None = None) -> int:
    """Say how far a task is; at 100 it is done."""
    _hold(context, task)
    return _edit(context, task, version, percent=percent)


@command("tasks.finish", _("Finish a task"), resource=RIGHT, action="edit", fields=(WHICH, RESULT, VERSION))
def finish(context: Context, *, task: int, result: Any = None, version: int | None = None) -> int:
    """Close a task at 100 percent, with what came of it."""
    _open(context, task, version)
    more = {"result": result} if result not in (None, "") else {}
    return _edit(context, task, None, percent=100, **more)


@command("tasks.cancel", _("Cancel a task"), resource=RIGHT, action="edit", fields=(WHICH, REASON, VERSION))
def cancel(context: Context, *, task: int, reason: Any = None, version: int | None = None) -> int:
    """Say that a task is not to be done after all; its reason stands as its result. Refused for one that is done."""
    _open(context, task, version)
    more = {"result": reason} if reason not in (None, "") else {}
    return _edit(context, task, None, state="cancelled", **more)


@command("tasks.reopen", _("Open a task again"), resource=RIGHT, action="edit", fields=(WHICH, VERSION))
def reopen(context: Context, *, task: int, version: int | None = None) -> int:
    """Open a task again that was done or cancelled, at the percent that it stood at before."""
    _hold(context, task)
    record: Task = load(context, TASK, task, lock=True)
    if record.state not in ("done", "cancelled"):
        raise Refused(_("This task is open."))
    before = record.percent_before or 0 if record.state == "done" else record.percent
    return _edit(context, task, version, state="doing" if before else "new")


@command("tasks.follow", _("Follow a task"), resource=RIGHT, action="view", fields=(WHICH,))
def follow(context: Context, *, task: int) -> None:
    """Let the actor hear of a task that he sees."""
    load(context, TASK, task)
    with context.system("a follower of a task") as system:
        share(system, task, [context.actor.user_id], "follows")


@command("tasks.unfollow", _("Follow a task no more"), resource=RIGHT, action="view", fields=(WHICH,))
def unfollow(context: Context, *, task: int) -> None:
    """Let the actor hear no more of a task."""
    load(context, TASK, task)
    _take_away(context, task, context.actor.user_id or 0)


@command(
    "tasks.add_follower",
    _("Let somebody follow a task"),
    resource=RIGHT,
    action="edit",
    fields=(WHICH, FOLLOWER),
)
def add_follower(context: Context, *, task: int, user: Any) -> None:
    """Let another user see a task and hear of it."""
    editable(context, TASK, task)
    number = FOLLOWER.read(user, context)
    with context.system("a follower of a task") as system:
        share(system, task, [number], "follows")


@command(
    "tasks.remove_follower",
    _("Let somebody follow a task no more"),
    resource=RIGHT,
    action="edit",
    fields=(WHICH, FOLLOWER),
)
def remove_follower(context: Context, *, task: int, user: Any) -> None:
    """Take a follower away again."""
    editable(context, TASK, task)
    _take_away(context, task, FOLLOWER.read(user, context))


def _take_away(context: Context, task: int, user_id: int) -> None:
    with context.system("a follower of a task") as system:
        gone = delete(TaskUser).where(
            TaskUser.task_id == task, TaskUser.user_id == user_id, TaskUser.part == "follows"
        )
        system.session.execute(gone.execution_options(synchronize_session=False))


def _hold(context: Context, number: int, action: str = "edit") -> None:
    """Ask for the right, then lock the run of the task: before the task, in whatever way that is changed."""
    editable(context, TASK, number, action)
    hold_run(context, number)


def _open(context: Context, number: int, version: int | None, action: str = "edit") -> Task:
    _hold(context, number, action)
    record: Task = load(context, TASK, number, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    if record.state in ("done", "cancelled"):
        raise Refused(_("This task is closed. Open it again first."))
    return record


def _edit(context: Context, number: int, version: int | None, **values: Any) -> int:
    context.run("record.edit", resource=TASK.name, record_id=number, values=values, version=version)
    return number
