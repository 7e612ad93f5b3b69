"""What the employer of a project may hear of it from period to period; the plugin `tasks` sends it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from kernel.api import Context, _, calendar, is_persian, to_persian_digits
from plugins.projects.keeping import phases_of
from plugins.projects.models import Phase, Project
from plugins.projects.resources.project import PROJECT

if TYPE_CHECKING:
    from plugins.tasks.api import WorkProgress

SHOWN = 12
"""Phases that one report tells of."""


def work_progress(system: Context, resource: str, number: int) -> WorkProgress | None:
    """Tell of a project: its percent and its phases and milestones, as the report for the employer has them.

    Tasks, risks, amounts and names of staff are the house's own. None for what is given up or lies in the bin.
    """
    if resource != PROJECT.name:
        return None
    from plugins.tasks.api import WorkProgress

    wanted = select(Project).where(Project.id == number, Project.binned_at.is_(None))
    project = system.session.execute(wanted).scalar_one_or_none()
    if project is None or project.stage == "cancelled":
        return None
    lines = [_line(system, phase) for phase in phases_of(system, number)]
    if project.ends_on is not None and project.stage != "finished":
        lines.append(system.text(_("Planned end: %(day)s", day=_written(system, project.ends_on))))
    return WorkProgress(
        title=project.title,
        party_id=project.employer_id,
        percent=project.progress,
        lines=tuple(lines[:SHOWN]),
        done=project.stage == "finished",
    )


def _line(system: Context, phase: Phase) -> str:
    if phase.actual_until is not None:
        day = _written(system, phase.actual_until)
        return system.text(_("%(title)s: done on %(day)s", title=phase.title, day=day))
    if phase.actual_from is not None and phase.actual_from <= system.today:
        return system.text(_("%(title)s: under way", title=phase.title))
    if phase.planned_until is not None:
        day = _written(system, phase.planned_until)
        return system.text(_("%(title)s: planned until %(day)s", title=phase.title, day=day))
    return system.text(_("%(title)s: not begun", title=phase.title))


def _written(system: Context, day: date) -> str:
    if not is_persian(system.site.locale):
        return day.isoformat()
    return to_persian_digits(calendar.format_date(day, "short"))
