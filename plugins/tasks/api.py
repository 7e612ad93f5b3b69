"""What other plugins may use of tasks, and the hooks by which they hear of them.

A plugin that works with tasks says so by `works_with=("tasks",)`, imports this module inside its functions only, and asks
`"tasks" in context.plugins` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.api import Context, LazyText, first, gather, publish, require

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kernel.api import Event


@dataclass(frozen=True)
class TaskFacts:
    """A task as other plugins see it. `state` is `open`, `done` or `cancelled`; `value` its weight, 0 or more."""

    id: int
    title: str
    assignee_id: int | None
    assignee: str
    percent: int
    value: int
    state: str
    due: date | None
    done_at: datetime | None = None
    resource: str | None = None
    """The kind of the record that it is about, and its number; a party is told of elsewhere."""
    record_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class StepTemplate:
    """A step of a workflow that ships: which task, for whom (`starter`, `starter_head`), due after how many days.

    Steps of a shipped workflow name no single users or units, since those are the site's; its copy may be changed there.
    `condition` is a filter on the record that it is started from: field, operator, value.
    """

    title: LazyText
    who: str = "starter"
    days: int | None = None
    priority: str = "normal"
    needs_result: bool = False
    condition: tuple[str, str, str] | None = None
    place: int | None = None
    """Its number; none: the one after the step before. Steps of one number are done side by side."""
    side: str = "all"
    """Whether `all` of the steps of its number must be done, or `any` one is enough."""


@dataclass(frozen=True, kw_only=True)
class WorkflowTemplate:
    """A workflow that a plugin ships; others know it as `<plugin>.<key>`. `resource` is the kind that it is started from."""

    key: str
    title: LazyText
    steps: tuple[StepTemplate, ...]
    resource: str | None = None
    description: LazyText | None = None


@dataclass(frozen=True, kw_only=True)
class WorkProgress:
    """How far a piece of work is, as its customer may hear it: no name of staff, no amount, no word of the house's own.

    `percent` is that of the whole, None where none can be told; `lines` are ready words in the site's language; `done` ends
    the reports, after one that says so.
    """

    title: str
    party_id: int | None
    percent: int | None = None
    lines: tuple[str, ...] = ()
    done: bool = False


# --- Hooks


@publish
def task_changed(ctx: Context, event: Event) -> None:
    """A task was created, changed, binned, restored or purged (`event.data["action"]`); `event.subject_id` is its id."""


@require
def task_saved(session: Session, ctx: Context, task_id: int) -> None:
    """A task was created, changed, put into the bin or brought back, in the same transaction.

    `session` and `ctx` act for the system: percent, value and state are those of now, and what lies in the bin is not to
    be found by `task_facts`. A failure refuses what was done with the task.
    """


@gather
def workflow_templates(ctx: Context) -> Iterable[WorkflowTemplate] | None:
    """Workflows that the plugin ships; the site takes them over when one is first started or looked at."""


@first
def work_progress(ctx: Context, resource: str, record_id: int) -> WorkProgress | None:
    """How far the work on a record is, for the reports that its customer gets from period to period; `None` for records of
    others, and for what is given up: reports of that end. `ctx` acts for the system, in the site's language.
    """


# --- Functions


def create_task(
    context: Context,
    *,
    title: str,
    assignee_id: int | None,
    due: date | None = None,
    category: int | None = None,
    description: str = "",
    resource: str | None = None,
    record_id: int | None = None,
    party_id: int | None = None,
    value: int | None = None,
    priority: str = "normal",
    key: str | None = None,
    needs_result: bool = False,
    customer_sees: bool = False,
) -> int:
    """Make a task inside the present command, as the system, and give its id; whoever calls has decided that it may be.

    It is about the record (`resource`, `record_id`): a party is whom it is for; `party_id` says so besides another record.
    With a `key` (begin it with the plugin's name) a second call makes none and gives the id of the first, cancelled or in
    the bin though it may be. `customer_sees`: reports of progress tell the party of it. The user on whose behalf
    the command runs has asked for it.
    """
    from plugins.tasks.models import Task
    from plugins.tasks.storing import about, store_task

    maker = context.actor.user_id or None
    with context.system("a task of another plugin") as system:
        if key is not None:
            known = system.session.scalar(select(Task.id).where(Task.key == key))
            if known is not None:
                return known
        values: dict[str, Any] = {"party_id": party_id, **about(system, resource, record_id)}
        return store_task(
            system,
            **values,
            title=title[:200],
            maker_id=maker,
            assignee_id=assignee_id,
            due=due,
            category_id=category,
            description=description or None,
            value=value,
            priority=priority,
            key=key,
            needs_result=needs_result,
            customer_sees=customer_sees,
        )


def set_percent(context: Context, task_id: int, percent: int) -> None:
    """Say how far a task is, under the rights of the context; at 100 it is done. Raises what a form would say."""
    context.run("tasks.set_percent", task=task_id, percent=percent)


def cancel_task(context: Context, task_id: int, reason: str | None = None) -> None:
    """Cancel a task, under the rights of the context; nothing happens to one that is closed already."""
    from plugins.tasks.models import OPEN, Task

    state = context.session.scalar(select(Task.state).where(Task.id == task_id))
    if state in OPEN:
        context.run("tasks.cancel", task=task_id, reason=reason)


def tasks_of(context: Context, resource: str, record_id: int) -> Sequence[TaskFacts]:
    """Give the tasks about a record that the context sees, in the order of their making; those in the bin are left out."""
    from plugins.tasks.models import Task
    from plugins.tasks.storing import about

    led = about(context, resource, record_id)
    statement = select(Task).where(
        *(getattr(Task, name) == value for name, value in led.items()), Task.binned_at.is_(None)
    )
    return facts(context, list(context.session.scalars(statement.order_by(Task.id))))


def task_facts(context: Context, ids: Sequence[int]) -> Sequence[TaskFacts]:
    """Give tasks by id, those that the context sees."""
    from plugins.tasks.models import Task

    statement = select(Task).where(Task.id.in_(list(ids)), Task.binned_at.is_(None)).order_by(Task.id)
    return facts(context, list(context.session.scalars(statement)))


def facts(context: Context, tasks: Sequence[Any]) -> list[TaskFacts]:
    """Turn tasks into what other plugins see of them."""
    from plugins.tasks.models import OPEN
    from plugins.tasks.resources import TASK

    holder: Any = TASK.by_name["assignee"]
    ids = sorted({task.assignee_id for task in tasks if task.assignee_id is not None})
    names = holder.labels(ids, context) if ids else {}
    return [
        TaskFacts(
            id=task.id,
            title=task.title,
            assignee_id=task.assignee_id,
            assignee=names.get(task.assignee_id, ""),
            percent=task.percent,
            value=task.value,
            state="open" if task.state in OPEN else task.state,
            due=task.due,
            done_at=task.done_at,
            resource=task.about_resource,
            record_id=task.about_id,
        )
        for task in tasks
    ]


def start_workflow(
    context: Context,
    template: str | int,
    resource: str | None = None,
    record_id: int | None = None,
    *,
    key: str | None = None,
) -> int:
    """Start a workflow by the id of its definition, or by the key of a shipped one (`sales.delivery`), about a record.

    Runs as the system: whoever calls has decided that it may be. Gives the id of the run; with a `key` (begin it with the
    plugin's name) a second call starts none and gives the first. A start out of its own start is refused. Raises
    `NotFound` for a workflow
    that is not there, `Refused` for one that rests or whose steps nobody can do.
    """
    from plugins.tasks.runs import start

    starter = context.actor.user_id or None
    with context.system("a workflow that another plugin starts") as system:
        return start(system, template, resource, record_id, starter, key)
