"""Tasks with their values, phases and milestones, and risks: what a project is made of."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import Action, Board, Charge, Context, Resource, Search, Section, Sort, Timeline, _, fields
from plugins.projects import keeping, preparing
from plugins.projects.kinds import Hundredths, Level
from plugins.projects.models import Phase, Risk, Task
from plugins.projects.resources.lists import (
    DELAY_CAUSES,
    PHASE_COLOURS,
    PHASE_KINDS,
    RISK_COLOURS,
    RISK_STATES,
    TASK_COLOURS,
    TASK_STATES,
)

MOST_VALUE = 10**12
"""The largest value of a task: the sum of a project's tasks stays a number that the database holds."""

OF_PROJECT = fields.Link(
    "project", _("Project"), to="projects.project", attribute="project_id", required=True
)


def task_actions(context: Context, task_id: int) -> Sequence[Action]:
    """The ways from a task to the plan of its project, and to the cartable where it stands there."""
    task = context.session.get(Task, task_id)
    if task is None:
        return ()
    found = [
        Action(
            label=_("Plan and progress"),
            url=f"/projects/{task.project_id}/plan",
            icon="list-check",
            permission=("projects.project", "view"),
        )
    ]
    if task.cartable_id is not None and "tasks" in context.plugins:
        path = context.runtime.resource("tasks.task").path
        found.append(
            Action(
                label=_("In the cartable"),
                url=f"/{path}/{task.cartable_id}",
                icon="checkbox",
                permission=("tasks.task", "view"),
            )
        )
    return found


TASK_FIELDS = (
    fields.Text("title", _("Title"), required=True, limit=200),
    OF_PROJECT,
    fields.Link("phase", _("Phase"), to="projects.phase", attribute="phase_id"),
    fields.UserLink("assignee", _("In charge"), attribute="assignee_id"),
    fields.Choice("state", _("State"), options=TASK_STATES, colours=TASK_COLOURS, default="open"),
    fields.Whole(
        "value",
        _("Value (weight)"),
        least=0,
        most=MOST_VALUE,
        default=1,
        help=_("The weight with which it counts in the progress of the project, in units of your own."),
    ),
    Hundredths("percent", _("Done"), default=0),
    fields.Day("starts_on", _("Begin")),
    fields.Day("due_on", _("Due")),
    fields.Day("done_on", _("Done on"), read_only=True),
    fields.Whole("delay", _("Delay (days)"), read_only=True),
    fields.YesNo("late", _("Late"), read_only=True),
    fields.BaseChoice(
        "delay_cause", _("Cause of the delay"), source=DELAY_CAUSES, attribute="delay_cause_id", in_list=True
    ),
    fields.Text("delay_note", _("About the delay"), limit=300, in_list=False),
    fields.LongText("description", _("Description"), limit=10_000),
)

TASK = Resource(
    name="projects.task",
    model=Task,
    title=_("Task of a project"),
    plural=_("Tasks of projects"),
    path="projects/tasks",
    icon="checkbox",
    label="title",
    unruled=("title", "state", "value", "percent", "project"),
    fields=TASK_FIELDS,
    list_columns=("title", "project", "assignee", "state", "value", "percent", "due_on", "delay"),
    sections=(
        Section(
            _("Task"),
            ("title", "project", "phase", "assignee", "state", "value", "percent", "description"),
        ),
        Section(_("Times"), ("starts_on", "due_on", "done_on", "delay", "late", "delay_cause", "delay_note")),
    ),
    sorts=(
        Sort("newest", _("Newest first"), ("id",), descending=True),
        Sort("due", _("Due"), ("due_on",), nulls=True),
    ),
    search=Search(),
    quick_filters=("project", "phase", "assignee", "state", "late", "due_on"),
    quick=("title", "project", "assignee", "value"),
    prepare=preparing.prepare_task,
    actions=task_actions,
    follow=keeping.follow_task,
    charges=(Charge("assignee_id", along="project_id", when=lambda context, model: model.state == "open"),),
    constraints={"ck_task_planned": ("due_on", _("It is due before it begins."))},
    views=(
        Board(lane="state", fields=("project", "assignee", "value", "percent", "due_on"), sum="value"),
        Timeline(start="starts_on", end="due_on", by="phase", tone="state", fields=("assignee", "percent")),
        Timeline(
            title=_("Timeline by person"),
            key="people",
            start="starts_on",
            end="due_on",
            by="assignee",
            tone="state",
            fields=("project", "percent"),
        ),
    ),
)

PHASE = Resource(
    name="projects.phase",
    model=Phase,
    title=_("Phase or milestone"),
    plural=_("Phases and milestones"),
    path="projects/phases",
    icon="target",
    label="title",
    unruled=("title", "kind", "project"),
    fields=(
        fields.Text("title", _("Title"), required=True, limit=200),
        OF_PROJECT,
        fields.Choice("kind", _("Kind"), options=PHASE_KINDS, colours=PHASE_COLOURS, default="phase"),
        fields.Whole("place", _("Place in the list"), least=0, most=9999, default=0),
        fields.UserLink("responsible", _("In charge"), attribute="responsible_id"),
        fields.Day("planned_from", _("Planned from")),
        fields.Day("planned_until", _("Planned until")),
        fields.Day("actual_from", _("Really from")),
        fields.Day("actual_until", _("Really until")),
        fields.Whole("delay", _("Delay (days)"), read_only=True),
        fields.YesNo("late", _("Late"), read_only=True),
        fields.LongText("description", _("Description"), limit=10_000),
    ),
    list_columns=(
        "title",
        "project",
        "kind",
        "responsible",
        "planned_from",
        "planned_until",
        "actual_until",
        "delay",
    ),
    sections=(
        Section(_("Phase or milestone"), ("title", "project", "kind", "place", "responsible", "description")),
        Section(
            _("Planned and real"),
            ("planned_from", "planned_until", "actual_from", "actual_until", "delay", "late"),
        ),
    ),
    sorts=(Sort("end", _("Planned until"), ("planned_until",), nulls=True),),
    search=Search(),
    quick_filters=("project", "kind", "responsible", "late", "planned_until"),
    quick=("title", "project", "kind"),
    prepare=preparing.prepare_phase,
    charges=(Charge("responsible_id", along="project_id"),),
    views=(
        Timeline(
            start="planned_from",
            end="planned_until",
            by="project",
            tone="kind",
            fields=("responsible", "delay"),
        ),
        Timeline(
            title=_("Timeline of what was real"),
            key="real",
            start="actual_from",
            end="actual_until",
            by="project",
            tone="kind",
            fields=("responsible", "delay"),
        ),
    ),
)

RISK = Resource(
    name="projects.risk",
    model=Risk,
    title=_("Risk"),
    plural=_("Risks"),
    path="projects/risks",
    icon="alert-triangle",
    label="title",
    unruled=("title", "project"),
    fields=(
        fields.Text("title", _("Title"), required=True, limit=200),
        OF_PROJECT,
        Level("probability", _("Probability"), required=True, default="3"),
        Level("effect", _("Effect"), required=True, default="3"),
        fields.Whole("weight", _("Weight"), read_only=True, help=_("Probability × effect, from 1 to 25.")),
        fields.Choice("state", _("State"), options=RISK_STATES, colours=RISK_COLOURS, default="open"),
        fields.UserLink("responsible", _("In charge"), attribute="responsible_id"),
        fields.LongText("response", _("What is done about it"), limit=10_000),
        fields.LongText("description", _("Description"), limit=10_000),
    ),
    list_columns=("title", "project", "weight", "probability", "effect", "state", "responsible"),
    sections=(
        Section(
            _("Risk"),
            (
                "title",
                "project",
                "probability",
                "effect",
                "weight",
                "state",
                "responsible",
                "response",
                "description",
            ),
        ),
    ),
    sorts=(Sort("weight", _("Heaviest first"), ("weight",), descending=True),),
    search=Search(),
    quick_filters=("project", "state", "responsible"),
    quick=("title", "project"),
    prepare=preparing.prepare_risk,
    charges=(
        Charge("responsible_id", along="project_id", when=lambda context, model: model.state != "closed"),
    ),
    views=(Board(lane="state", fields=("project", "weight", "responsible")),),
)
