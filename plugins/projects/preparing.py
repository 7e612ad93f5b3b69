"""What is computed and judged before a record is written: codes, states, days, lateness, keys of search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import inspect, select

from kernel.api import Context, Problem, _, sort_key, squeeze, take_number
from plugins.projects import lateness
from plugins.projects.models import Phase, Project, Risk, State, Task

CODE = "P{:04d}"
ORDER = _("The end must not be before the beginning.")
COPIED_TEXT = _("This task stands in the cartable: change it there. Its phase and delay are kept here.")
STAYS = _("It stays in its project; make a new one in the other project.")


def prepare_state(context: Context, state: State, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key."""
    state.search_key = squeeze(state.title or "")
    state.place = state.place or 0
    return []


def prepare_project(context: Context, project: Project, values: Mapping[str, Any]) -> list[Problem]:
    """Give code and state where they are empty, let the real days follow the state, judge the order of days."""
    problems = _state(context, project, values)
    for first, last in (
        ("begins_on", "ends_on"),
        ("started_on", "finished_on"),
        ("contract_on", "contract_until"),
    ):
        if not _in_order(getattr(project, first), getattr(project, last)):
            problems.append(Problem(last, ORDER))
    _set_lateness(project, lateness.of_project(project, context.today))
    if not problems and not project.code:
        project.code = _next_code(context)
    project.sort_key = sort_key(project.title or "")
    held = (project.title, project.code, project.contract_number, project.invoice_number)
    project.search_key = "|".join(squeeze(text) for text in held if text)
    return problems


def _state(context: Context, project: Project, values: Mapping[str, Any]) -> list[Problem]:
    wanted = select(State.id, State.stage).order_by(State.place, State.id).limit(1)
    if project.state_id is not None:
        wanted = wanted.where(State.id == project.state_id)
    found = context.session.execute(wanted).first()
    if found is None:
        return [Problem("state", _("There is no state of projects yet; an administrator must enter one."))]
    before = project.stage
    project.state_id, project.stage = found
    if project.stage != before:
        _follow_stage(context, project, values)
    return []


def _follow_stage(context: Context, project: Project, values: Mapping[str, Any]) -> None:
    """Note when it really began and ended, where nobody says it himself; who opens it again takes the end away."""
    begun = project.stage in ("under_way", "finished")
    if begun and project.started_on is None and not values.get("started_on"):
        project.started_on = min(context.today, project.finished_on or context.today)
    if project.stage == "finished":
        if project.finished_on is None:
            project.finished_on = max(context.today, project.started_on or context.today)
    elif not values.get("finished_on"):
        project.finished_on = None


def _next_code(context: Context) -> str:
    """The next number that nobody has entered by hand."""
    while True:
        code = CODE.format(take_number(context, "projects.code"))
        with context.system("whether a code is taken") as system:
            taken = select(Project.id).where(Project.code == code)
            if system.session.execute(taken).first() is None:
                return code


def prepare_phase(context: Context, phase: Phase, values: Mapping[str, Any]) -> list[Problem]:
    """A milestone is one day; days stand in order."""
    problems = _stays(phase)
    phase.kind = phase.kind or "phase"
    phase.place = phase.place or 0
    if phase.kind == "milestone":
        phase.planned_from, phase.actual_from = phase.planned_until, phase.actual_until
        if phase.planned_until is None:
            problems.append(Problem("planned_until", _("A milestone needs its day.")))
    for first, last in (("planned_from", "planned_until"), ("actual_from", "actual_until")):
        if not _in_order(getattr(phase, first), getattr(phase, last)):
            problems.append(Problem(last, ORDER))
    _set_lateness(phase, lateness.of_phase(phase, context.today))
    phase.search_key = squeeze(phase.title or "")
    return problems


def prepare_task(context: Context, task: Task, values: Mapping[str, Any]) -> list[Problem]:
    """State and percent say the same; a phase is one of the same project; copies of the cartable are changed there."""
    problems = [*_stays(task), *_phase(context, task)]
    if task.cartable_id is not None and _copied_changes(task):
        problems.append(Problem(None, COPIED_TEXT))
    task.value = 1 if task.value is None else task.value
    settle(task, context.today)
    if not _in_order(task.starts_on, task.due_on):
        problems.append(Problem("due_on", _("It is due before it begins.")))
    task.search_key = squeeze(task.title or "")
    return problems


COPIED = ("title", "assignee_id", "state", "value", "percent", "due_on")
"""What the cartable has to say about a task that stands there."""


def _copied_changes(task: Task) -> bool:
    changed = inspect(task).attrs
    return any(changed[name].history.has_changes() for name in COPIED)


def settle(task: Task, today: date) -> None:
    """Let state and percent agree: whole is done, done is whole, and what is opened again begins anew unless it says more.

    Then the day on which it was done and its lateness follow. Copies of the cartable come with both as they are there.
    """
    task.state = task.state or "open"
    task.percent = task.percent or 0
    if task.cartable_id is None:
        _agree(task)
    if task.state == "done":
        task.percent = 100
        task.done_on = task.done_on or today
    else:
        task.done_on = None
    _set_lateness(task, lateness.of_task(task, today))


def _agree(task: Task) -> None:
    """What was changed last decides: the state where it was changed, else the percent."""
    changed = inspect(task).attrs
    by_state = changed.state.history.has_changes() and task.id is not None
    if task.state == "open" and task.percent == 100:
        if by_state and not changed.percent.history.has_changes():
            task.percent = 0
        else:
            task.state = "done"
    elif task.state == "done" and task.percent < 100 and not by_state and task.id is not None:
        task.state = "open"


def _phase(context: Context, task: Task) -> list[Problem]:
    if task.phase_id is None or task.project_id is None:
        return []
    of = context.session.execute(
        select(Phase.project_id).where(Phase.id == task.phase_id)
    ).scalar_one_or_none()
    if of == task.project_id:
        return []
    return [Problem("phase", _("This phase is of another project."))]


def prepare_risk(context: Context, risk: Risk, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key."""
    risk.state = risk.state or "open"
    risk.search_key = squeeze(risk.title or "")
    return _stays(risk)


def _stays(record: Any) -> list[Problem]:
    moved = record.id is not None and inspect(record).attrs.project_id.history.has_changes()
    return [Problem("project", STAYS)] if moved else []


def _in_order(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last


def _set_lateness(record: Any, found: lateness.Lateness) -> None:
    record.delay, record.late = found
