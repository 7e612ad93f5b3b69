"""Writing tasks as the system: new ones of programs, series and workflows; and what hangs on a task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from kernel.api import Context, Invalid, Party
from plugins.tasks.models import Referral, Task, TaskUser, WorkflowRun
from plugins.tasks.rules import prepare_task

TASK = "tasks.task"


def store_task(system: Context, **values: Any) -> int:
    """Write a task with what follows from it and give its id; `system` is a context of the system.

    Raises `Invalid` for values that contradict each other.
    """
    from plugins.tasks.consequences import draw

    task = Task(**values)
    problems = prepare_task(system, task, values)
    if problems:
        raise Invalid(problems)
    system.session.add(task)
    system.session.flush()
    number = task.id
    draw(system, number)
    if system.runtime.hooks.implementing("task_changed"):
        system.publish("task_changed", number, action="created")
    return number


def about(context: Context, resource: str | None, record_id: int | None) -> dict[str, Any]:
    """Give the columns that lead to what a task is about: the party, or a record of another kind.

    Raises `NotFound` for a kind of records that is not there.
    """
    if resource is None or record_id is None:
        return {}
    declared = context.runtime.resource(resource)
    if issubclass(declared.model, Party):
        return {"party_id": record_id}
    return {"about_resource": declared.name, "about_id": record_id}


def share(system: Context, task_id: int, user_ids: Sequence[int | None], part: str) -> None:
    """Let users see a task by their part in it; those who have the part already are passed over."""
    wanted = {number for number in user_ids if number}
    known = select(TaskUser.user_id).where(TaskUser.task_id == task_id, TaskUser.part == part)
    for number in sorted(wanted - set(system.session.scalars(known))):
        system.session.add(TaskUser(task_id=task_id, user_id=number, part=part))
    system.session.flush()


def sharing(system: Context, task_id: int, part: str) -> list[int]:
    """Give the users who have a part in a task."""
    statement = select(TaskUser.user_id).where(TaskUser.task_id == task_id, TaskUser.part == part)
    return list(system.session.scalars(statement.order_by(TaskUser.id)))


def note_referral(
    system: Context, task_id: int, former: int | None, owner: int | None, comment: str | None = None
) -> Referral:
    """Write that a task went from hand to hand; who gave it away goes on seeing it."""
    by = system.actor.user_id or None
    row = Referral(task_id=task_id, by_id=by, from_id=former, to_id=owner, at=system.now, comment=comment)
    system.session.add(row)
    share(system, task_id, [former, by], "held")
    return row


def handed(system: Context, ids: Sequence[int], former: int | None, owner: int | None) -> None:
    """Note that tasks went from one holder to another, by whatever way: the kernel tells of each."""
    for number in ids:
        note_referral(system, number, former, owner)


def follow_bin(context: Context, ids: Sequence[int], action: str) -> None:
    """Ask the rules of other plugins when tasks go to the bin or come back; of other changes they were asked already."""
    if action not in ("binned", "restored"):
        return
    with context.system("a task went to the bin or came back") as system:
        for number in ids:
            system.runtime.require("task_saved", session=system.session, ctx=system, task_id=number)


def mark(system: Context, task_id: int, **values: Any) -> None:
    """Write book-keeping of a task that is no edit of it: its version and history stay as they are."""
    statement = update(Task).where(Task.id == task_id).values(values)
    system.session.execute(statement.execution_options(synchronize_session=False))


def hold_run(context: Context, task_id: int) -> None:
    """Lock the run of a step before the step, as whoever goes on with the run does: so nobody waits in a circle."""
    with context.system("the run of a step is locked before it") as system:
        run = select(Task.run_id).where(Task.id == task_id).scalar_subquery()
        system.session.execute(select(WorkflowRun.id).where(WorkflowRun.id == run).with_for_update())
