"""Days of projects that users may be reminded of: planned ends, ends of contracts, tasks and phases that come due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from kernel.api import Context, DatedRecord, RecordDate, _
from plugins.projects.models import Phase, Project, Task

Find = Callable[[Context, Sequence[date]], Iterator[DatedRecord]]
OPEN = ("not_begun", "under_way")


def of_projects(column: Any) -> Find:
    """Find open projects by a day of theirs."""

    def find(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
        wanted = select(Project.id, column, Project.employer_id).where(
            column.in_(list(days)), Project.stage.in_(OPEN)
        )
        for number, day, employer in context.session.execute(wanted):
            yield DatedRecord(record_id=number, day=day, party_id=employer)

    return find


def of_parts(model: Any, column: Any, standing: Callable[[], Any]) -> Find:
    """Find what belongs to open projects by a day of its own; it concerns the project's employer."""

    def find(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
        wanted = (
            select(model.id, column, Project.employer_id)
            .join(Project, Project.id == model.project_id)
            .where(column.in_(list(days)), Project.stage.in_(OPEN), standing())
        )
        for number, day, employer in context.session.execute(wanted):
            yield DatedRecord(record_id=number, day=day, party_id=employer)

    return find


PROJECT_RIGHT = ("projects.project", "view")

RECORD_DATES = (
    RecordDate(
        key="end",
        title=_("Planned end of a project"),
        find=of_projects(Project.ends_on),
        permission=PROJECT_RIGHT,
        order=400,
    ),
    RecordDate(
        key="delivery",
        title=_("Delivery of a project"),
        find=of_projects(Project.delivery_on),
        permission=PROJECT_RIGHT,
        order=410,
    ),
    RecordDate(
        key="contract",
        title=_("End of a project’s contract"),
        find=of_projects(Project.contract_until),
        permission=PROJECT_RIGHT,
        order=420,
    ),
    RecordDate(
        key="phase",
        title=_("Planned end of a phase, or milestone"),
        find=of_parts(Phase, Phase.planned_until, lambda: Phase.actual_until.is_(None)),
        permission=("projects.phase", "view"),
        order=430,
    ),
    RecordDate(
        key="task",
        title=_("Task of a project is due"),
        find=of_parts(Task, Task.due_on, lambda: Task.state == "open"),
        permission=("projects.task", "view"),
        order=440,
    ),
)
