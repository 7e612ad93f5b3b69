"""Pages of the plugin's own: the plan of a project with the sum of its progress, and the percent of a task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import (
    Context,
    NotFound,
    Problem,
    _,
    changeable,
    current,
    load,
    needs,
    render,
    run_command,
    tell,
)
from plugins.projects import cartable, invoices, plan
from plugins.projects.kinds import Hundredths, exact_text
from plugins.projects.models import Project, Task
from plugins.projects.resources import PROJECT, RISK, TASK
from plugins.projects.resources.lists import (
    PHASE_COLOURS,
    PHASE_KINDS,
    STAGE_COLOURS,
    TASK_COLOURS,
    TASK_STATES,
)

RIGHT = PROJECT.permission
MOST_USERS = 500
SHOWN = Hundredths("progress", _("Progress"))


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("projects", __name__)
    pages.add_url_rule("/<int:project_id>/plan", "plan", needs(RIGHT, "view")(plan_page))
    pages.add_url_rule(
        "/percent/<int:task_id>", "percent", needs(TASK.permission, "edit")(percent), methods=["POST"]
    )
    experts = needs("projects.service_expert", "edit")
    pages.add_url_rule("/services", "services", experts(services))
    pages.add_url_rule("/services/<int:item_id>", "set_service", experts(set_service), methods=["POST"])
    for name, view in (("hand_to_cartable", hand_to_cartable), ("take_over", take_over)):
        pages.add_url_rule(f"/<int:project_id>/{name}", name, needs(RIGHT, "edit")(view), methods=["POST"])
    return pages


def hand_to_cartable(project_id: int) -> ResponseReturnValue:
    """Put the open tasks of a project into the cartable."""
    outcome = run_command("projects.hand_to_cartable", project=project_id)
    if outcome.done:
        tell(_("%(n)d tasks stand in the cartable now.", n=outcome.value))
    return redirect(url_for("projects.plan", project_id=project_id), code=303)


def take_over(project_id: int) -> ResponseReturnValue:
    """Go on with tasks that the cartable has left behind."""
    outcome = run_command("projects.take_over", project=project_id)
    if outcome.done:
        tell(_("%(n)d tasks are the project’s own now.", n=outcome.value))
    return redirect(url_for("projects.plan", project_id=project_id), code=303)


def plan_page(project_id: int) -> ResponseReturnValue:
    """Show how far a project is and why: tasks with their shares, phases, course, delays, risks."""
    return _plan(current(), project_id)


def _plan(context: Context, project_id: int, problem: str = "", at: int = 0, status: int = 200) -> Any:
    """Show the plan; with a `problem`, at the task `at`, what was entered there stays to be mended."""
    project: Project = load(context, PROJECT, project_id)
    may_see = context.may(TASK.permission, "view")
    tasks = plan.tasks_of(context, project_id) if may_see else []
    causes: Any = TASK.by_name["delay_cause"]
    named = causes.labels(sorted({task.delay_cause_id for task in tasks if task.delay_cause_id}), context)
    risk_level: Any = RISK.by_name["probability"]
    return render(
        "projects/plan.html",
        status=status,
        project=project,
        facts=_facts(context, project),
        stage=PROJECT.by_name["state"].show(project.state_id, context),
        tone=STAGE_COLOURS[project.stage],
        may_see=may_see,
        sum=plan.sum_of(context, project_id, tasks) if may_see else None,
        phases=plan.phase_lines(context, project_id, tasks),
        people=plan.people_lines(context, tasks, named),
        risks=plan.risks_of(context, project_id),
        level=lambda value: risk_level.show(value, context),
        chart=_chart(context, project_id),
        percent=lambda value: SHOWN.show(value, context),
        exact=lambda value: exact_text(value, context),
        resting=cartable.resting(context, tasks),
        may_be_handed=cartable.may_be_handed(context, tasks),
        may_edit=bool(changeable(context, PROJECT, [project_id])),
        may_add={kind: context.may(f"projects.{kind}", "create") for kind in ("task", "phase", "risk")},
        may_print=context.may(RIGHT, "print"),
        states=TASK_STATES,
        state_tones=TASK_COLOURS,
        kinds=PHASE_KINDS,
        kind_tones=PHASE_COLOURS,
        problem=problem,
        problem_at=at,
        entered=request.form.get("percent", "")[:20] if problem else "",
    )


def _facts(context: Context, project: Project) -> list[tuple[str, str]]:
    """Employer, expert and planned end, as far as they are not kept from the reader."""
    shown = ("employer", "expert", "begins_on", "ends_on")
    return [
        (context.text(item.title), text)
        for item in PROJECT.visible_fields(context)
        if item.name in shown and (text := item.show(item.value_of(project), context))
    ]


def _chart(context: Context, project_id: int) -> Any:
    day: Any = PROJECT.by_name["ends_on"]
    return plan.chart_of(
        context,
        project_id,
        context.text(_("Course of the progress")),
        lambda value: day.show(value, context),
        lambda value: SHOWN.show(value, context),
    )


def percent(task_id: int) -> ResponseReturnValue:
    """Take how far a task is, from the table of the plan."""
    task: Task = load(current(), TASK, task_id)
    project_id = task.project_id
    said = Said()
    outcome = run_command(
        "projects.set_percent", form=said, task=task_id, percent=request.form.get("percent", "")
    )
    if outcome.done:
        tell(_("Noted. The project is at %(percent)s now.", percent=SHOWN.show(outcome.value, current())))
        return redirect(url_for("projects.plan", project_id=project_id, _anchor=f"task-{task_id}"), code=303)
    return _plan(current(), project_id, said.text(current()), task_id, outcome.status)


def services() -> ResponseReturnValue:
    """Show which expert gets the task of which service that is sold."""
    return _services(current())


def _services(context: Context, problem: str = "", status: int = 200) -> Any:
    user: Any = TASK.by_name["assignee"]
    return render(
        "projects/services.html",
        status=status,
        services=invoices.services_of(context),
        users=user.suggest("", context, MOST_USERS),
        wish=context.runtime.setting("projects.open_for_invoices"),
        problem=problem,
    )


def set_service(item_id: int) -> ResponseReturnValue:
    """Keep who is in charge of a service."""
    if all(row["item"].item_id != item_id for row in invoices.services_of(current())):
        raise NotFound()
    said = Said()
    entered = {name: request.form.get(name, "") for name in ("expert", "value", "days")}
    outcome = run_command("projects.set_service_expert", form=said, item=item_id, **entered)
    if not outcome.done:
        return _services(current(), said.text(current()), outcome.status)
    tell(_("Saved."))
    return redirect(url_for("projects.services", _anchor=f"service-{item_id}"), code=303)


class Said:
    """Collects what a command found wrong, for a form of one field that stands in a table."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def attach(self, problems: Iterable[Problem]) -> None:
        """Keep what was found."""
        self.problems.extend(problems)

    def text(self, context: Context) -> str:
        """Give it in one line."""
        return " ".join(context.text(problem.message) for problem in self.problems)
