"""Tasks of projects that stand in the cartable: the plugin `tasks`, where it is there.

A project's tasks stand in its own table always; by that the progress is computed, and it stays whatever becomes of `tasks`.
While that runs, each of its tasks that is about a project has a copy here, kept by its rule `task_saved` in the
transaction of every change. What was entered here before stays here until somebody hands it over; while `tasks` is paused
or gone, copies rest as they were last, and can be taken over as the project's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.api import Context, Refused, _, command, editable, fields, load, squeeze
from plugins.projects import keeping
from plugins.projects.models import Task
from plugins.projects.preparing import settle
from plugins.projects.resources.project import PROJECT

if TYPE_CHECKING:
    from plugins.tasks.api import TaskFacts

PLUGIN = "tasks"
WHICH = fields.Link("project", _("Project"), to=PROJECT.name, required=True)


def runs(context: Context) -> bool:
    """Whether the cartable is there."""
    return PLUGIN in context.plugins


def follow(system: Context, task_id: int) -> None:
    """Keep the copy of a task of the cartable, and the progress of its project; called in the transaction of each change."""
    from plugins.tasks.api import task_facts

    facts = next(iter(task_facts(system, [task_id])), None)
    wanted = select(Task).where(Task.cartable_id == task_id)
    copy = system.session.execute(wanted, execution_options={"populate_existing": True}).scalar_one_or_none()
    project = facts.record_id if facts is not None and facts.resource == PROJECT.name else None
    if copy is None and (project is None or facts is None or _taken_over(system, task_id)):
        return
    changed = {number for number in (project, copy.project_id if copy is not None else None) if number}
    if project is None or facts is None:
        _take_out(system, copy)
    else:
        _write(system, copy or Task(cartable_id=task_id, project_id=project), project, facts)
    system.session.flush()
    keeping.refresh(system, changed)


def _taken_over(system: Context, task_id: int) -> bool:
    """Whether the project goes on with this task as its own: then the cartable's word no longer counts."""
    own = select(Task.id).where(Task.left_id == task_id)
    return system.session.execute(own).first() is not None


def _take_out(system: Context, copy: Any) -> None:
    """The task lies in the bin, or is about something else now: it leaves the sum."""
    if copy.binned_at is None:
        copy.binned_at, copy.binned_by = system.now, system.actor.user_id


def _write(system: Context, copy: Task, project: int, facts: TaskFacts) -> None:
    if copy.project_id != project:
        copy.project_id, copy.phase_id = project, None
    copy.binned_at = copy.binned_by = None
    copy.title, copy.assignee_id = facts.title, facts.assignee_id
    copy.state, copy.value, copy.percent, copy.due_on = facts.state, facts.value, facts.percent, facts.due
    if copy.starts_on is not None and facts.due is not None and copy.starts_on > facts.due:
        copy.starts_on = None
    if facts.done_at is not None and copy.done_on is None:
        copy.done_on = facts.done_at.astimezone(system.time_zone).date()
    settle(copy, system.today)
    copy.search_key = squeeze(copy.title)
    system.session.add(copy)


@command(
    "projects.hand_to_cartable",
    _("Put the open tasks of a project into the cartable"),
    resource="projects.project",
    action="edit",
    fields=(WHICH,),
)
def hand_to_cartable(context: Context, *, project: int) -> int:
    """Make tasks of the cartable out of the project's own open ones that somebody is in charge of; gives how many.

    Raises `Refused` where the cartable is not there.
    """
    editable(context, PROJECT, project)
    if not runs(context):
        raise Refused(_("The cartable is not in use here."))
    with context.system("the open tasks of a project") as system:
        wanted = select(Task.id).where(
            Task.project_id == project,
            Task.state == "open",
            Task.cartable_id.is_(None),
            Task.assignee_id.is_not(None),
            Task.binned_at.is_(None),
        )
        numbers = list(system.session.execute(wanted.order_by(Task.id)).scalars())
    for number in numbers:
        hand_over(context, number)
    return len(numbers)


def hand_over(context: Context, number: int) -> None:
    """Make one task of the cartable out of an own one, which becomes its copy; percent and value go along.

    One that was taken over from the cartable goes back to its task there, and that one's word counts again.
    """
    from plugins.tasks.api import create_task, task_facts

    with context.system("a task goes into the cartable") as system:
        own: Task = system.session.get_one(Task, number)
        before = next(iter(task_facts(system, [own.left_id])), None) if own.left_id else None
        if before is not None:
            own.cartable_id, own.left_id = before.id, None
            system.session.flush()
            follow(system, before.id)
            return
        own.left_id = None
        percent, given = own.percent, {"title": own.title, "assignee_id": own.assignee_id, "due": own.due_on}
        given |= {"description": own.description or "", "value": own.value}
        created = create_task(system, **given, resource=PROJECT.name, record_id=own.project_id)
        _merge(system, number, created)
        if percent:
            system.run("tasks.set_percent", task=created, percent=percent)


def _merge(system: Context, number: int, created: int) -> None:
    """Let the own task be the copy: it keeps its number, phase, begin and history; the one just made goes."""
    fresh = system.session.execute(select(Task).where(Task.cartable_id == created)).scalar_one()
    system.session.delete(fresh)
    system.session.flush()
    own = system.session.get_one(Task, number)
    own.cartable_id = created
    system.session.flush()
    keeping.refresh(system, [own.project_id])


@command(
    "projects.take_over",
    _("Go on with the tasks of a project without the cartable"),
    resource="projects.project",
    action="edit",
    fields=(WHICH,),
)
def take_over(context: Context, *, project: int) -> int:
    """Make the copies of tasks of the cartable the project's own, as they were last; gives how many.

    Raises `Refused` while the cartable runs: there they are changed.
    """
    editable(context, PROJECT, project)
    if runs(context):
        raise Refused(_("The cartable is in use: its tasks are changed there."))
    with context.system("tasks that the cartable has left behind") as system:
        load(system, PROJECT, project)
        wanted = select(Task).where(Task.project_id == project, Task.cartable_id.is_not(None))
        found = list(system.session.execute(wanted).scalars())
        for task in found:
            task.cartable_id, task.left_id = None, task.cartable_id
            settle(task, system.today)
        system.session.flush()
    keeping.refresh(context, [project])
    return len(found)


def resting(context: Context, tasks: Sequence[Task]) -> int:
    """Count the copies that rest because the cartable is not there."""
    return 0 if runs(context) else sum(1 for task in tasks if task.cartable_id is not None)


def may_be_handed(context: Context, tasks: Sequence[Task]) -> int:
    """Count the own open tasks that could go into the cartable."""
    if not runs(context):
        return 0
    return sum(
        1
        for task in tasks
        if task.state == "open" and task.cartable_id is None and task.assignee_id is not None
    )


def follow_new(context: Context, ids: Sequence[int]) -> None:
    """Put new tasks of projects into the cartable, where it runs, the site wishes so, and somebody is in charge."""
    if not runs(context) or not context.runtime.setting("projects.use_cartable"):
        return
    with context.system("new tasks of projects") as system:
        wanted = select(Task.id).where(
            Task.id.in_(list(ids)),
            Task.state == "open",
            Task.assignee_id.is_not(None),
            Task.cartable_id.is_(None),
        )
        numbers = list(system.session.execute(wanted).scalars())
    for number in numbers:
        hand_over(context, number)


def set_percent(context: Context, task_id: int, percent: int) -> None:
    """Say in the cartable how far a task is, by the rights that hold there."""
    from plugins.tasks.api import set_percent as set_there

    set_there(context, task_id, percent)


def cancel(context: Context, task_id: int) -> None:
    """Cancel a task of the cartable as far as the context may."""
    from plugins.tasks.api import cancel_task

    cancel_task(context, task_id, context.text(_("The invoice was cancelled.")))


def may_report(context: Context, task: Task) -> bool:
    """Whether the actor may say how far a copy is: whoever has it in the cartable, or edits all tasks there."""
    if not runs(context) or task.cartable_id is None or not context.may("tasks.task", "edit"):
        return False
    if not context.may("projects.task", "edit"):
        return False
    return task.assignee_id == context.actor.user_id or "all" in context.actor.scopes("tasks.task", "edit")
