"""Workflows as record kinds: definitions with their steps, and the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, Invalid, Part, Problem, Resource, Search, Section, Sort, _, fields
from plugins.tasks.kinds import UnitLink
from plugins.tasks.models import Workflow, WorkflowRun, WorkflowStep
from plugins.tasks.runs import prepare_workflow
from plugins.tasks.words import PRIORITIES

WHO = {
    "starter": _("Who starts the workflow"),
    "starter_head": _("The head of who starts it"),
    "user": _("This user"),
    "unit_head": _("The head of this unit"),
}
SIDES = {"all": _("All of them are to be done"), "any": _("One of them is enough")}
OPERATORS = {
    "is": _("is"),
    "is_not": _("is not"),
    "from": _("from"),
    "to": _("to"),
    "empty": _("is empty"),
    "filled": _("is filled"),
}
RUN_STATES = {"running": _("Under way"), "done": _("Done"), "stopped": _("Stopped")}
RUN_COLOURS = {"running": "blue", "done": "green", "stopped": "grey"}


class KindOfRecord(fields.Choice):
    """A kind of records of this site, by the name of its resource."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options={}, **options)

    def _kinds(self, context: Context) -> dict[str, str]:
        found = {
            name: context.text(each.title)
            for name, each in context.runtime.resources.items()
            if not each.overview and not name.startswith("tasks.") and context.may(each.permission, "view")
        }
        return dict(sorted(found.items(), key=lambda pair: pair[1]))

    def parse(self, raw: Any, context: Context) -> str:
        """Take the name of the kind, or its title."""
        text = str(raw).strip()
        for name, title in self._kinds(context).items():
            if text in (name, title):
                return name
        raise fields.FieldError(
            _("%(field)s has no choice called “%(text)s”.", field=self.title, text=text[:60])
        )

    def show(self, value: Any, context: Context) -> str:
        """The title of the kind; of one whose plugin rests, its name."""
        known = context.runtime.resources.get(value) if value else None
        return str(value or "") if known is None else context.text(known.title)

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """The kinds that the actor may see."""
        return list(self._kinds(context).items())

    def schema(self) -> dict[str, Any]:
        """The name of a resource."""
        return {"type": "string"}


def prepare_step(context: Context, step: WorkflowStep, values: Mapping[str, Any]) -> list[Problem]:
    """A condition is whole; what the choice of who needs is filled by `when` of the fields."""
    step.side = step.side or "all"
    if step.condition_field and not step.condition_operator:
        return [Problem("condition_operator", _("Say how the field is compared."))]
    if step.condition_operator in ("is", "is_not", "from", "to") and step.condition_field:
        if not step.condition_value:
            return [Problem("condition_value", _("Say what the field is compared with."))]
    elif step.condition_field is None and (step.condition_operator or step.condition_value):
        return [Problem("condition_field", _("Say which field is compared."))]
    return []


def written_workflow(context: Context, workflow: Workflow) -> None:
    """See that steps of one number say the same of each other and that each condition can be asked. Raises `Invalid`."""
    counted = select(WorkflowStep.place).where(WorkflowStep.workflow_id == workflow.id)
    differing = counted.group_by(WorkflowStep.place).having(func.count(func.distinct(WorkflowStep.side)) > 1)
    place = context.session.scalar(differing.limit(1))
    if place is not None:
        message = _(
            "Steps of the number %(number)d are done side by side: say of all of them the same, whether one is enough.",
            number=place,
        )
        raise Invalid([Problem(None, message)])
    steps = select(WorkflowStep).where(
        WorkflowStep.workflow_id == workflow.id, WorkflowStep.condition_field.is_not(None)
    )
    for step in context.session.scalars(steps).all():
        _check_condition(context, workflow, step)


def _check_condition(context: Context, workflow: Workflow, step: WorkflowStep) -> None:
    if not workflow.about_resource:
        message = _(
            "“%(step)s” has a condition, but the workflow is not started from a record.", step=step.title
        )
        raise Invalid([Problem("about", message)])
    resource = context.runtime.resource(workflow.about_resource)
    item = resource.by_name.get(step.condition_field or "")
    by_title = (each for each in resource.fields if context.text(each.title) == step.condition_field)
    item = item or next(by_title, None)
    if item is None or not item.filterable or not item.stored_in(resource.model):
        message = _(
            "“%(step)s”: there is no field “%(field)s”.", step=step.title, field=step.condition_field or ""
        )
        raise Invalid([Problem(None, message)])
    step.condition_field = item.name
    try:
        item.condition(resource.model, step.condition_operator or "is", step.condition_value or "", context)
    except fields.FieldError as error:
        raise Invalid([Problem(None, error.message)]) from error


STEPS = Part(
    "steps",
    _("Steps"),
    WorkflowStep,
    "workflow_id",
    (
        fields.Whole("place", _("Number in order"), least=1, most=999, required=True),
        fields.Text("title", _("What is to be done"), required=True, limit=200),
        fields.Choice("who", _("By whom"), options=WHO, required=True, default="starter"),
        fields.UserLink(
            "user", _("User"), attribute="user_id", required=True, when=fields.When("who", ("user",))
        ),
        UnitLink(
            "unit", _("Unit"), attribute="unit_id", required=True, when=fields.When("who", ("unit_head",))
        ),
        fields.Choice(
            "side",
            _("Beside others of its number"),
            options=SIDES,
            default="all",
            help=_("Steps of the same number begin together and are done side by side."),
        ),
        fields.Whole("days", _("Due after so many days"), least=0, most=3650),
        fields.Choice("priority", _("Priority"), options=PRIORITIES, required=True, default="normal"),
        fields.YesNo("needs_result", _("Is not closed without a result")),
        fields.Text(
            "condition_field", _("Only where the field"), limit=80, help=_("Name of a field of the record.")
        ),
        fields.Choice("condition_operator", _("Comparison"), options=OPERATORS),
        fields.Text("condition_value", _("Value compared with"), limit=200),
    ),
    order="place",
    prepare=prepare_step,
    add_title=_("Add a step"),
    most=60,
    ruled=False,
)

WORKFLOW = Resource(
    name="tasks.workflow",
    model=Workflow,
    title=_("Workflow"),
    plural=_("Workflows"),
    path="tasks/workflows",
    icon="sitemap",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=120),
        KindOfRecord(
            "about",
            _("Started from"),
            attribute="about_resource",
            help=_("Empty: started by itself, from the list of workflows."),
        ),
        fields.YesNo("active", _("Can be started"), default=True),
        fields.LongText("description", _("Description"), limit=4000),
    ),
    list_columns=("title", "about", "active"),
    sections=(Section(_("Workflow"), ("title", "about", "active", "description")),),
    parts=(STEPS,),
    sorts=(Sort("title", _("Title"), ("search_key",)),),
    search=Search(),
    quick_filters=("active",),
    prepare=prepare_workflow,
    written=written_workflow,
    help=_(
        "A workflow is a row of steps; each becomes a task for somebody, the next one as soon as the one before is done. "
        "Steps of the same number begin together: what follows waits for all of them, or for the first where one is enough. "
        "A step whose condition does not hold of the record is passed over. It is started from the page of a record."
    ),
    constraints={
        "uq_workflow_key": (None, _("This workflow is there already, perhaps in the bin.")),
        "uq_workflow_run_key": (None, _("This workflow was started for that already.")),
        "ck_workflow_step_user": (None, _("Name the user who does the step.")),
        "ck_workflow_step_unit": (None, _("Name the unit whose head does the step.")),
    },
)

RUN = Resource(
    name="tasks.run",
    model=WorkflowRun,
    title=_("Run of a workflow"),
    plural=_("Runs of workflows"),
    path="tasks/runs",
    icon="sitemap",
    label="title",
    fields=(
        fields.Text("title", _("Workflow"), read_only=True),
        fields.Link(
            "workflow", _("Definition"), to="tasks.workflow", attribute="workflow_id", read_only=True
        ),
        fields.Link("party", _("For"), to="party", attribute="party_id", read_only=True, merge="keep"),
        fields.UserLink("starter", _("Started by"), attribute="starter_id", read_only=True),
        fields.Instant("started_at", _("Started at"), read_only=True),
        fields.Instant("ended_at", _("Ended at"), read_only=True),
        fields.Choice("state", _("State"), options=RUN_STATES, colours=RUN_COLOURS, read_only=True),
    ),
    list_columns=("title", "party", "starter", "started_at", "state"),
    sections=(
        Section(_("Run"), ("title", "workflow", "party", "starter", "started_at", "ended_at", "state")),
    ),
    sorts=(Sort("started", _("Newest first"), ("started_at",), descending=True),),
    quick_filters=("state", "workflow", "starter"),
    editable=False,
)
