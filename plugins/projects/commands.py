"""Named changes: the percent of a task, the table of experts, and the daily counting of delays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, _, command, editable, fields, load
from plugins.projects import cartable, keeping, lateness
from plugins.projects.kinds import Hundredths
from plugins.projects.models import Phase, Project, ServiceExpert, Task
from plugins.projects.preparing import COPIED_TEXT, settle
from plugins.projects.resources import TASK
from plugins.projects.resources.plan import MOST_VALUE

WHICH = fields.Link("task", _("Task of a project"), to="projects.task", required=True)
PERCENT = Hundredths("percent", _("Done"), required=True)
EXPERT = fields.UserLink("expert", _("Expert"))
VALUE = fields.Whole("value", _("Value (weight)"), least=0, most=MOST_VALUE)
DAYS = fields.Whole("days", _("Days until due"), least=0, most=3650)


@command(
    "projects.set_percent",
    _("Say how far a task is"),
    resource="projects.task",
    action="edit",
    fields=(WHICH, PERCENT),
)
def set_percent(context: Context, *, task: int, percent: Any) -> int:
    """Set the percent of an own task; 100 closes it, less opens it again. Gives the progress of its project.

    A task that stands in the cartable is changed there, by the rights that hold there. Raises `Invalid` for what is no
    percent, and for such a task while the cartable is not in use.
    """
    try:
        typed = PERCENT.read(percent, context)
    except fields.FieldError as error:
        raise Invalid([Problem("percent", error.message)]) from error
    if typed is None:
        raise Invalid([Problem("percent", _("Say how many per cent are done."))])
    record: Task = load(context, TASK, task)
    if record.cartable_id is not None:
        return _in_cartable(context, record, typed)
    editable(context, TASK, task)
    record = load(context, TASK, task, lock=True)
    if record.state == "cancelled":
        raise Invalid([Problem("percent", _("This task is cancelled; open it again first."))])
    record.percent = typed
    record.state = "done" if typed == 100 else "open"
    settle(record, context.today)
    project = record.project_id
    context.session.flush()
    keeping.refresh(context, [project])
    return _progress(context, project)


def _in_cartable(context: Context, record: Task, percent: int) -> int:
    number, project = record.cartable_id, record.project_id
    if number is None or not cartable.runs(context):
        raise Invalid([Problem("percent", COPIED_TEXT)])
    cartable.set_percent(context, number, percent)
    return _progress(context, project)


def _progress(context: Context, project: int) -> int:
    with context.system("the progress after the change") as system:
        progress = select(Project.progress).where(Project.id == project)
        return system.session.execute(progress).scalar_one()


@command(
    "projects.set_service_expert",
    _("Say whom the tasks of a service go to"),
    resource="projects.service_expert",
    action="edit",
)
def set_service_expert(
    context: Context, *, item: int, expert: Any = None, value: Any = None, days: Any = None
) -> int:
    """Keep the expert, the value and the days of a sold service; gives the row's id. `Invalid` names the field."""
    problems: list[Problem] = []
    typed: dict[str, Any] = {}
    for field, entered in ((EXPERT, expert), (VALUE, value), (DAYS, days)):
        try:
            typed[field.name] = field.read(entered, context)
        except fields.FieldError as error:
            problems.append(Problem(field.name, error.message))
    if problems:
        raise Invalid(problems)
    # The row of a service comes with its first entry: whoever may keep the table needs no right to make rows besides.
    with context.system("whom the tasks of a service go to") as system:
        wanted = select(ServiceExpert).where(ServiceExpert.item_id == item)
        row = system.session.execute(wanted).scalar_one_or_none() or ServiceExpert(item_id=item)
        row.expert_id, row.days = typed["expert"], typed["days"]
        row.value = 1 if typed["value"] is None else typed["value"]
        system.session.add(row)
        system.session.flush()
        number = row.id
    context.session.expire_all()
    return number


@command("projects.count_delays", _("Count delays anew"), resource="projects.project", action="edit")
def count_delays(context: Context) -> int:
    """Count the days of delay of all that is open, as of today; gives how many records changed."""
    changed = 0
    waiting: tuple[tuple[Any, Any, Any], ...] = (
        (Project, lateness.of_project, Project.ends_on < context.today),
        (Phase, lateness.of_phase, (Phase.planned_until < context.today) & Phase.actual_until.is_(None)),
        (Task, lateness.of_task, (Task.due_on < context.today) & (Task.state == "open")),
    )
    for model, rule, late in waiting:
        for record in context.session.execute(select(model).where(late)).scalars():
            found = rule(record, context.today)
            if (record.delay, record.late) != tuple(found):
                record.delay, record.late = found
                changed += 1
    context.session.flush()
    return changed
