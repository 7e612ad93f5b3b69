"""Workflows that plugins ship: each becomes a definition of the site once, which may be changed there."""

from __future__ import annotations

from sqlalchemy import select

from kernel.api import Context, squeeze
from plugins.tasks.api import WorkflowTemplate
from plugins.tasks.models import Workflow, WorkflowStep


def shipped(context: Context) -> dict[str, WorkflowTemplate]:
    """Give the workflows that running plugins ship, by their full key."""
    answers = context.runtime.items("workflow_templates", ctx=context)
    return {f"{answer.plugin}.{answer.value.key}": answer.value for answer in answers}


def take_over(system: Context, only: str | None = None) -> int:
    """Write the shipped workflows that the site does not have yet, the one of a key alone if asked; gives how many."""
    found = shipped(system)
    if only is not None:
        found = {key: each for key, each in found.items() if key == only}
    if not found:
        return 0
    known = set(system.session.scalars(select(Workflow.key).where(Workflow.key.in_(list(found)))))
    for key, template in found.items():
        if key not in known:
            _write(system, key, template)
    return len(set(found) - known)


def _write(system: Context, key: str, template: WorkflowTemplate) -> None:
    title = system.text(template.title)
    workflow = Workflow(
        key=key,
        title=title,
        description=system.text(template.description) if template.description else None,
        about_resource=template.resource,
        search_key=squeeze(title),
    )
    system.session.add(workflow)
    system.session.flush()
    place = 0
    for step in template.steps:
        place = place + 1 if step.place is None else step.place
        field, operator, value = step.condition or (None, None, None)
        system.session.add(
            WorkflowStep(
                workflow_id=workflow.id,
                place=place,
                title=system.text(step.title),
                who=step.who,
                days=step.days,
                priority=step.priority,
                needs_result=step.needs_result,
                condition_field=field,
                condition_operator=operator,
                condition_value=value,
                side=step.side,
            )
        )
    system.session.flush()
