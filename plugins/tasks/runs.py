"""Runs of workflows: starting one, taking the next step when one is done, stopping.

The order of the steps is their place. Steps of one place are done side by side: what follows begins when all of them are
done, or, where one is enough (`side`), with the first that is; the others are cancelled then. A step whose condition does
not hold of the record is passed over, and so is one that nobody can do (a unit without a head, a user who has left): the
run goes on, and its page tells which steps had a task. Since places only rise, a run comes to an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from kernel.api import Context, NotFound, Problem, Refused, _, fields, head_of, is_active, squeeze, unit_head
from plugins.tasks.models import OPEN, Task, Workflow, WorkflowRun, WorkflowStep
from plugins.tasks.storing import about, store_task

DEEPEST = 5
"""So many workflows may start each other out of one start."""


def start(
    system: Context,
    template: str | int,
    resource: str | None,
    record_id: int | None,
    starter: int | None,
    key: str | None = None,
) -> int:
    """Start a workflow as the system; gives the run's id, with a `key` that of the first run of that key."""
    if key is not None:
        known = system.session.scalar(select(WorkflowRun.id).where(WorkflowRun.key == key))
        if known is not None:
            return known
    workflow = _workflow(system, template)
    if not workflow.active:
        raise Refused(_("This workflow is switched off."))
    if workflow.about_resource and workflow.about_resource != resource:
        raise Refused(_("This workflow is started from records of another kind."))
    _refuse_loop(system, workflow.id, resource, record_id)
    led = about(system, resource, record_id)
    run = WorkflowRun(
        workflow_id=workflow.id,
        title=workflow.title,
        starter_id=starter,
        started_at=system.now,
        about_resource=resource,
        about_id=record_id,
        party_id=led.get("party_id"),
        key=key,
    )
    system.session.add(run)
    system.session.flush()
    number = run.id
    with _starting(workflow.id, resource, record_id):
        begun = _take_steps(system, run, after=-1)
    if not begun:
        raise Refused(
            _("No step of this workflow can be taken: look at its conditions and who is to do them.")
        )
    return number


_STARTING: ContextVar[frozenset[tuple[int, str | None, int | None]]] = ContextVar(
    "workflows that are just being started", default=frozenset()
)


@contextmanager
def _starting(workflow_id: int, resource: str | None, record_id: int | None) -> Iterator[None]:
    """Note what is being started while its first tasks are made."""
    token = _STARTING.set(_STARTING.get() | {(workflow_id, resource, record_id)})
    try:
        yield
    finally:
        _STARTING.reset(token)


def _refuse_loop(system: Context, workflow_id: int, resource: str | None, record_id: int | None) -> None:
    """Refuse a start out of its own start: a plugin that starts a workflow for every task would never come to an end."""
    if (workflow_id, resource, record_id) in _STARTING.get() or len(_STARTING.get()) >= DEEPEST:
        raise Refused(_("This workflow would start itself without end."))


def advance(system: Context, task: Task) -> None:
    """Take the steps after those that are done; without further ones the run is done."""
    run = _locked(system, task)
    if run is None or task.step_place is None or _gone_on(system, run.id, task.step_place):
        return
    beside = _beside(system, task)
    waits = any(each.state in OPEN for each in beside)
    if waits and not _one_is_enough(system, run, task.step_place):
        return
    if not _take_steps(system, run, after=task.step_place):
        run.state, run.ended_at = "done", system.now
        system.session.flush()
    for each in beside:
        if each.state in OPEN:
            system.run("tasks.cancel", task=each.id, reason=system.text(_("Another has done this step.")))


def give_up(system: Context, task: Task) -> None:
    """A step is not done after all: the run stops with what stands beside it, unless others can still do it."""
    run = _locked(system, task)
    if run is None or task.step_place is None or _gone_on(system, run.id, task.step_place):
        return
    open_ones = [each.id for each in _beside(system, task) if each.state in OPEN]
    if open_ones and _one_is_enough(system, run, task.step_place):
        return
    stop(system, run.id)
    for number in open_ones:
        system.run("tasks.cancel", task=number, reason=system.text(_("The run was stopped.")))


def _locked(system: Context, task: Task) -> WorkflowRun | None:
    """Give the run of a step while it runs, locked: of two steps done at once the second sees the first."""
    run = system.session.get(WorkflowRun, task.run_id, with_for_update=True, populate_existing=True)
    return run if run is not None and run.state == "running" else None


def _gone_on(system: Context, run_id: int, place: int) -> bool:
    later = select(Task.id).where(Task.run_id == run_id, Task.step_place > place).limit(1)
    return system.session.scalar(later) is not None


def _beside(system: Context, task: Task) -> list[Task]:
    """Give the other tasks of the same place, as they are now; those in the bin do not count."""
    wanted = select(Task).where(
        Task.run_id == task.run_id,
        Task.step_place == task.step_place,
        Task.id != task.id,
        Task.binned_at.is_(None),
    )
    return list(system.session.scalars(wanted.order_by(Task.id).execution_options(populate_existing=True)))


def _one_is_enough(system: Context, run: WorkflowRun, place: int) -> bool:
    wanted = select(WorkflowStep.side).where(
        WorkflowStep.workflow_id == run.workflow_id, WorkflowStep.place == place
    )
    return system.session.scalar(wanted.limit(1)) == "any"


def stop(system: Context, run_id: int) -> None:
    """Stop a run; its open tasks are cancelled by whoever stops it."""
    run = system.session.get(WorkflowRun, run_id, with_for_update=True)
    if run is not None and run.state == "running":
        run.state, run.ended_at = "stopped", system.now
        system.session.flush()


def open_tasks(system: Context, run_id: int) -> list[int]:
    """Give the open tasks of a run."""
    statement = select(Task.id).where(Task.run_id == run_id, Task.state.in_(OPEN), Task.binned_at.is_(None))
    return list(system.session.scalars(statement))


def _workflow(system: Context, template: str | int) -> Workflow:
    if isinstance(template, str):
        from plugins.tasks.shipping import take_over

        take_over(system, only=template)
        found = select(Workflow).where(Workflow.key == template)
    else:
        found = select(Workflow).where(Workflow.id == template)
    workflow = system.session.scalars(found.where(Workflow.binned_at.is_(None))).one_or_none()
    if workflow is None:
        raise NotFound()
    return workflow


def _take_steps(system: Context, run: WorkflowRun, after: int) -> bool:
    """Make the tasks of the next place that has any to be made; False where there is none."""
    steps = (
        select(WorkflowStep)
        .where(WorkflowStep.workflow_id == run.workflow_id, WorkflowStep.place > after)
        .order_by(WorkflowStep.place, WorkflowStep.id)
    )
    for _place, beside in groupby(system.session.scalars(steps).all(), key=lambda step: step.place):
        taken = [
            (step, who)
            for step in beside
            if (who := _who(system, step, run)) is not None and _holds(system, step, run)
        ]
        for branch, (step, who) in enumerate(taken, start=1):
            _make(system, run, step, who, branch)
        if taken:
            return True
    return False


def _who(system: Context, step: WorkflowStep, run: WorkflowRun) -> int | None:
    """Give who does a step; None where that is nobody who may sign in."""
    if step.who == "unit_head":
        return None if step.unit_id is None else unit_head(system, step.unit_id)
    if step.who == "user":
        return _still_here(system, step.user_id)
    if step.who == "starter_head" and run.starter_id is not None:
        return head_of(system, run.starter_id) or _still_here(system, run.starter_id)
    return _still_here(system, run.starter_id)


def _still_here(system: Context, user_id: int | None) -> int | None:
    return user_id if user_id is not None and is_active(system, user_id) else None


def _holds(system: Context, step: WorkflowStep, run: WorkflowRun) -> bool:
    if not step.condition_field or run.about_resource is None:
        return True
    resource = system.runtime.resources.get(run.about_resource)
    item = None if resource is None else resource.by_name.get(step.condition_field)
    if resource is None or item is None:
        return False
    model: Any = resource.model
    try:
        wanted = item.condition(model, step.condition_operator or "is", step.condition_value or "", system)
    except fields.FieldError:
        return False
    return system.session.scalar(select(model.id).where(model.id == run.about_id, wanted)) is not None


def _make(system: Context, run: WorkflowRun, step: WorkflowStep, who: int, branch: int) -> None:
    led = about(system, run.about_resource, run.about_id)
    store_task(
        system,
        **led,
        title=step.title,
        maker_id=run.starter_id,
        assignee_id=who,
        due=None if step.days is None else system.today + timedelta(days=step.days),
        priority=step.priority,
        needs_result=step.needs_result,
        run_id=run.id,
        step_place=step.place,
        step_branch=branch,
    )


def prepare_workflow(context: Context, workflow: Workflow, values: Any) -> list[Problem]:
    """Compute what workflows are found by, and see that the kind of records is there."""
    workflow.search_key = squeeze(workflow.title or "")
    return []
