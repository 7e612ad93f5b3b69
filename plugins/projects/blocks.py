"""What the plugin shows on pages of the kernel: projects of a party, one's own on the home page, how far a project is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from markupsafe import Markup
from sqlalchemy import and_, func, or_, select

from kernel.api import Context, Cursor, DashboardBlock, Figure, Panel, TimelineEntry, _, fragment
from plugins.projects.kinds import Hundredths
from plugins.projects.models import Member, Project, Task
from plugins.projects.resources import PROJECT
from plugins.projects.resources.lists import STAGE_COLOURS, STAGES

RIGHT = PROJECT.permission
SHOWN = 10
OPEN = ("not_begun", "under_way")
PERCENT = Hundredths("progress", _("Progress"))


def party_panels(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the projects of an employer, the open ones first."""
    if not _employers_shown(context):
        return None
    wanted = (
        select(Project)
        .where(Project.employer_id == party_id)
        .order_by(Project.stage.in_(OPEN).desc(), Project.id.desc())
        .limit(SHOWN)
    )
    found = context.session.execute(wanted).scalars().all()
    may_add = context.may(RIGHT, "create")
    if not found and not may_add:
        return None
    body = fragment("projects/panel.html", rows=_rows(context, found), party_id=party_id, may_add=may_add)
    return [Panel(title=_("Projects"), body=body, key="projects", order=620)]


def _employers_shown(context: Context) -> bool:
    """Whether the actor may see projects, and whose they are: a hidden employer is not told on the party's page either."""
    return context.may(RIGHT, "view") and any(
        item.name == "employer" for item in PROJECT.visible_fields(context)
    )


def _rows(context: Context, projects: Iterable[Project]) -> list[dict[str, Any]]:
    return [
        {
            "project": project,
            "stage": STAGES[project.stage],
            "tone": STAGE_COLOURS[project.stage],
            "percent": PERCENT.show(project.progress, context),
        }
        for project in projects
    ]


def party_figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give how many projects of each party are open."""
    if not _employers_shown(context):
        return None
    counted = (
        select(Project.employer_id, func.count())
        .where(Project.employer_id.in_(list(party_ids)), Project.stage.in_(OPEN))
        .group_by(Project.employer_id)
    )
    return {
        party: (
            Figure(
                key="open",
                label=_("Open projects"),
                value=count,
                url=f"/projects/projects?f.employer.is={party}",
                order=400,
            ),
        )
        for party, count in context.session.execute(counted)
        if party is not None
    }


def timeline(
    context: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """Tell when projects of a party really began and ended, newest first."""
    if not _employers_shown(context):
        return None
    day: Any
    found: list[TimelineEntry] = []
    for key, day, title in (
        ("begun", Project.started_on, _("Project begun")),
        ("finished", Project.finished_on, _("Project finished")),
    ):
        wanted = select(Project.id, Project.title, day).where(
            Project.employer_id == party_id, day.is_not(None), day <= context.today
        )
        if before is not None:
            wanted = wanted.where(day <= before.at.astimezone(context.time_zone).date())
        for number, name, on in context.session.execute(wanted.order_by(day.desc(), Project.id).limit(limit)):
            found.append(
                TimelineEntry(
                    at=datetime.combine(on, time(8), context.time_zone),
                    key=f"project-{key}-{number}",
                    title=title,
                    body=name,
                    icon="briefcase",
                    url=f"/projects/projects/{number}",
                )
            )
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def dashboard_blocks(context: Context) -> Iterable[DashboardBlock] | None:
    """Give the open projects that the user is in charge of or works on."""
    user = context.actor.user_id
    if not context.may(RIGHT, "view") or user is None:
        return None
    mine = or_(
        Project.expert_id == user,
        select(Member.id).where(Member.project_id == Project.id, Member.user_id == user).exists(),
        select(Task.id)
        .where(and_(Task.project_id == Project.id, Task.assignee_id == user, Task.state == "open"))
        .exists(),
    )
    wanted = (
        select(Project)
        .where(mine, Project.stage.in_(OPEN))
        .order_by(Project.late.desc(), Project.ends_on.asc().nulls_last(), Project.id)
        .limit(SHOWN)
    )
    found = context.session.execute(wanted).scalars().all()
    body = fragment("projects/panel.html", rows=_rows(context, found), party_id=None, may_add=False)
    return [DashboardBlock(title=_("My projects"), body=body, order=220, key="mine", span=1)]


def slot(context: Context, name: str, subject: Any) -> Markup | None:
    """Show beside a project how far it is, with the way to its plan."""
    if name != "record.side" or subject[0] != PROJECT.name or not context.may(RIGHT, "view"):
        return None
    project = context.session.get(Project, subject[1])
    if project is None:
        return None
    tasks: dict[str, int] = {}
    if context.may("projects.task", "view"):
        counted = select(Task.state, func.count()).where(Task.project_id == project.id).group_by(Task.state)
        tasks = {row[0]: row[1] for row in context.session.execute(counted)}
    return fragment(
        "projects/side.html",
        project=project,
        percent=PERCENT.show(project.progress, context),
        tasks=tasks,
        may_record=context.may("interaction", "create") and not context.read_only,
        record_url=_recording(context, project),
    )


def _recording(context: Context, project: Project) -> str:
    """The dialog of a new interaction about a project, with its employer where the actor may know him."""
    address = f"/interactions/record?about={PROJECT.name}:{project.id}&back=/projects/projects/{project.id}"
    if project.employer_id is not None and _employers_shown(context):
        address += f"&party={project.employer_id}"
    return address
