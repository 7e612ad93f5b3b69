"""Runs of workflows: starting one, taking the next step when one is done, stopping.

The order of the steps is their place. A step whose condition does not hold of the record is passed over, and so is one that
nobody can do (a unit without a head): the run goes on, and the page of the run tells which steps had a task.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, NotFound, Problem, Refused, _, fields, head_of, squeeze, unit_head
from plugins.tasks.models import OPEN, Task, Workflow, WorkflowRun, WorkflowStep
from plugins.tasks.storing import about, store_task


def start(
    system: Context, template: str | int, resource: str | None, record_id: int | None, starter: int | None
) -> int:
    """Start a workflow as the system; gives the run's id."""
    workflow = _workflow(system, template)
    if not workflow.active:
        raise Refused(_("This workflow is switched off."))
    if workflow.about_resource and workflow.about_resource != resource:
        raise Refused(_("This workflow is started from records of another kind."))
    led = about(system, resource, record_id)
    run = WorkflowRun(
        workflow_id=workflow.id,
        title=workflow.title,
        starter_id=starter,
        started_at=system.now,
        about_resource=resource,
        about_id=record_id,
        party_id=led.get("party_id"),
    )
    system.session.add(run)
    system.session.flush()
    if not _take_step(system, run, after=-1):
        raise Refused(
            _("No step of this workflow can be taken: look at its conditions and who is to do them.")
        )
    return run.id


def advance(system: Context, task: Task) -> None:
    """Take the step after the one whose task is done; without a further one the run is done."""
    run = system.session.get(WorkflowRun, task.run_id, with_for_update=True)
    if run is None or run.state != "running" or task.step_place is None:
        return
    later = select(Task.id).where(Task.run_id == run.id, Task.step_place > task.step_place)
    if system.session.scalar(later.limit(1)) is not None:
        return
    if not _take_step(system, run, after=task.step_place):
        run.state, run.ended_at = "done", system.now
        system.session.flush()


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


def _take_step(system: Context, run: WorkflowRun, after: int) -> bool:
    steps = (
        select(WorkflowStep)
        .where(WorkflowStep.workflow_id == run.workflow_id, WorkflowStep.place > after)
        .order_by(WorkflowStep.place, WorkflowStep.id)
    )
    for step in system.session.scalars(steps).all():
        who = _who(system, step, run)
        if who is not None and _holds(system, step, run):
            _make(system, run, step, who)
            return True
    return False


def _who(system: Context, step: WorkflowStep, run: WorkflowRun) -> int | None:
    if step.who == "user":
        return step.user_id
    if step.who == "unit_head":
        return None if step.unit_id is None else unit_head(system, step.unit_id)
    if step.who == "starter_head" and run.starter_id is not None:
        return head_of(system, run.starter_id) or run.starter_id
    return run.starter_id


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


def _make(system: Context, run: WorkflowRun, step: WorkflowStep, who: int) -> None:
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
    )


def prepare_workflow(context: Context, workflow: Workflow, values: Any) -> list[Problem]:
    """Compute what workflows are found by, and see that the kind of records is there."""
    workflow.search_key = squeeze(workflow.title or "")
    return []
