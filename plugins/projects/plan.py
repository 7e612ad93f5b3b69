"""What the page of a project's plan shows: how the progress is computed, phases, its course, delays, risks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, changeable, line_chart
from plugins.projects.cartable import may_report
from plugins.projects.keeping import TASKS_THAT_STAND, phases_of
from plugins.projects.models import Phase, ProgressPoint, Risk, Task
from plugins.projects.progress import Share, counts, exact_progress, progress_of, shares
from plugins.projects.resources import TASK

SAMPLES = 30
"""Days at most that the chart of the progress stands on."""
MOST_TASKS = 500
"""Tasks that the page lists; beyond, the list of tasks is the place to work."""


@dataclass(frozen=True)
class TaskLine:
    """A task in the table of the sum. `share` is None where it does not count, or where others are not shown."""

    task: Task
    assignee: str
    counted: bool
    share: Share | None
    may_edit: bool


@dataclass(frozen=True)
class Sum:
    """The table by which a reader can check the progress."""

    lines: Sequence[TaskLine]
    values: int
    exact: Fraction | None
    hidden: bool
    """Whether the progress counts tasks that the reader does not see; then no shares are told."""
    more: int
    """Tasks that are left out because there are too many."""


@dataclass(frozen=True)
class PhaseLine:
    """A phase or milestone with how far its tasks are; None where none counts."""

    phase: Phase
    responsible: str
    progress: int | None


@dataclass(frozen=True)
class PersonLine:
    """What somebody has to do with the delays of a project: tasks in all, late ones, days in all, of what cause."""

    person: str
    tasks: int
    late: int
    days: int
    causes: Sequence[str]


def tasks_of(context: Context, project_id: int) -> list[Task]:
    """Give the tasks of a project that the actor sees, in the order of their making."""
    wanted = select(Task).where(Task.project_id == project_id, *TASKS_THAT_STAND).order_by(Task.id)
    return list(context.session.execute(wanted).scalars())


def sum_of(context: Context, project_id: int, tasks: Sequence[Task]) -> Sum:
    """Make the table of the sum out of the tasks that the actor sees."""
    with context.system("whether the progress counts tasks that are not shown") as system:
        all_of_it = select(func.count()).where(
            Task.project_id == project_id, Task.state != "cancelled", *TASKS_THAT_STAND
        )
        counted = system.session.execute(all_of_it).scalar_one()
    hidden = counted > sum(1 for task in tasks if counts(task))
    may_edit = changeable(context, TASK, [task.id for task in tasks])
    people = names_of(context, [task.assignee_id for task in tasks])
    lines = [
        TaskLine(
            task,
            people.get(task.assignee_id or 0, ""),
            counts(task),
            None if hidden else share,
            task.state != "cancelled"
            and (task.id in may_edit if task.cartable_id is None else may_report(context, task)),
        )
        for task, share in zip(tasks, shares(tasks), strict=True)
    ]
    return Sum(
        lines[:MOST_TASKS],
        sum(task.value for task in tasks if counts(task)),
        None if hidden else exact_progress(tasks),
        hidden,
        max(0, len(lines) - MOST_TASKS),
    )


def names_of(context: Context, users: Sequence[int | None]) -> Mapping[int, str]:
    """Give the names of users, asked at once."""
    wanted = sorted({user for user in users if user is not None})
    field: Any = TASK.by_name["assignee"]
    return field.labels(wanted, context) if wanted else {}


def phase_lines(context: Context, project_id: int, tasks: Sequence[Task]) -> list[PhaseLine]:
    """Give the phases with how far the tasks of each are, as far as the actor sees them."""
    if not context.may("projects.phase", "view"):
        return []
    within: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.phase_id is not None:
            within[task.phase_id].append(task)
    phases = phases_of(context, project_id)
    people = names_of(context, [phase.responsible_id for phase in phases])
    return [
        PhaseLine(phase, people.get(phase.responsible_id or 0, ""), progress_of(within[phase.id]))
        for phase in phases
    ]


def people_lines(context: Context, tasks: Sequence[Task], causes: Mapping[int, str]) -> list[PersonLine]:
    """Add up delays by who was in charge, the most days first; cancelled tasks delay nothing."""
    held: dict[int | None, list[Task]] = defaultdict(list)
    for task in tasks:
        if counts(task):
            held[task.assignee_id].append(task)
    people = names_of(context, list(held))
    lines = []
    for user, theirs in held.items():
        told = {
            causes[task.delay_cause_id]
            for task in theirs
            if task.delay and task.delay_cause_id is not None and task.delay_cause_id in causes
        }
        days = sum(task.delay for task in theirs)
        late = sum(1 for task in theirs if task.delay)
        lines.append(PersonLine(people.get(user or 0, ""), len(theirs), late, days, sorted(told)))
    return sorted(lines, key=lambda line: (-line.days, -line.tasks, line.person))


def risks_of(context: Context, project_id: int) -> Sequence[Risk]:
    """Give the risks that are not closed, the heaviest first."""
    if not context.may("projects.risk", "view"):
        return ()
    wanted = (
        select(Risk)
        .where(Risk.project_id == project_id, Risk.state != "closed")
        .order_by(Risk.weight.desc(), Risk.id)
    )
    return context.session.execute(wanted).scalars().all()


def course(context: Context, project_id: int) -> list[tuple[date, int]]:
    """Give the progress at evenly spread days from the first point until today."""
    wanted = (
        select(ProgressPoint.day, ProgressPoint.progress)
        .where(ProgressPoint.project_id == project_id)
        .order_by(ProgressPoint.day)
    )
    points = [(day, progress) for day, progress in context.session.execute(wanted)]
    return sampled(points, context.today, SAMPLES)


def sampled(points: Sequence[tuple[date, int]], today: date, most: int) -> list[tuple[date, int]]:
    """Read a course that changes on some days at no more than `most` days, the first and today among them."""
    if not points:
        return []
    first = points[0][0]
    length = max(0, (today - first).days)
    steps = min(length, most - 1)
    days = (
        [first + timedelta(days=round(length * step / steps)) for step in range(steps + 1)]
        if steps
        else [first]
    )
    found, place, held = [], 0, points[0][1]
    for day in days:
        while place < len(points) and points[place][0] <= day:
            held = points[place][1]
            place += 1
        found.append((day, held))
    return found


def chart_of(context: Context, project_id: int, title: str, day_text: Any, percent_text: Any) -> Any:
    """Draw the course of the progress; None before there is one."""
    points = course(context, project_id)
    return line_chart(
        context, title, [(day_text(day), progress, percent_text(progress)) for day, progress in points]
    )
