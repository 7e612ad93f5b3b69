"""Starting workflows, stopping their runs, taking over those that plugins ship."""

from __future__ import annotations

from kernel.api import Context, Refused, _, command, editable, fields, load
from plugins.tasks import runs, shipping
from plugins.tasks.models import WorkflowRun
from plugins.tasks.workflow_resources import RUN, WORKFLOW

WHICH = fields.Link("workflow", _("Workflow"), to=WORKFLOW.name, required=True)
KIND = fields.Text("resource", _("Kind of record"), limit=80)
RECORD = fields.Whole("record_id", _("Record"), least=1)
ONE = fields.Link("run", _("Run of a workflow"), to=RUN.name, required=True)


@command(
    "tasks.start_workflow",
    _("Start a workflow"),
    resource=RUN.name,
    action="create",
    fields=(WHICH, KIND, RECORD),
)
def start_workflow(
    context: Context, *, workflow: int, resource: str | None = None, record_id: int | None = None
) -> int:
    """Start a workflow about a record that the actor sees, and give the id of its run.

    The tasks are made for whom the definition names, whatever the right of who starts it to give tasks to others.
    """
    load(context, WORKFLOW, workflow)
    if resource is not None and record_id is not None:
        declared = context.runtime.resource(resource)
        context.require(declared.permission, "view")
        load(context, declared, record_id)
    starter = context.actor.user_id if context.actor.kind == "user" else None
    with context.system("a workflow that was started") as system:
        return runs.start(system, workflow, resource, record_id, starter)


@command("tasks.stop_run", _("Stop a run of a workflow"), resource=RUN.name, action="edit", fields=(ONE,))
def stop_run(context: Context, *, run: int) -> None:
    """Stop a run; its open tasks are cancelled."""
    editable(context, RUN, run)
    record: WorkflowRun = load(context, RUN, run, lock=True)
    if record.state != "running":
        raise Refused(_("This run has ended."))
    with context.system("a run of a workflow that was stopped") as system:
        runs.stop(system, run)
        for number in runs.open_tasks(system, run):
            system.run("tasks.cancel", task=number)
    context.session.expire_all()


@command("tasks.take_over", _("Take over the workflows that ship"), resource=WORKFLOW.name, action="create")
def take_over(context: Context) -> int:
    """Write the workflows that plugins ship and the site does not have; gives how many."""
    with context.system("workflows that ship") as system:
        return shipping.take_over(system)
