"""Projects that a user works on: he is in charge, a member, or has a task, a phase or a risk in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select, union

from kernel.api import RowScope, _
from plugins.projects.models import Member, Phase, Project, Risk, Task


def worked_on(user: ColumnElement[Any]) -> Select[Any]:
    """The projects of a user; cancelled tasks and closed risks no longer lead to one."""
    found = union(
        select(Project.id.label("id")).where(Project.expert_id == user),
        select(Member.project_id).where(Member.user_id == user),
        select(Task.project_id).where(
            Task.assignee_id == user, Task.state != "cancelled", Task.binned_at.is_(None)
        ),
        select(Phase.project_id).where(Phase.responsible_id == user),
        select(Risk.project_id).where(
            Risk.responsible_id == user, Risk.state != "closed", Risk.binned_at.is_(None)
        ),
    ).subquery()
    return select(found.c.id)


WORKED_ON = RowScope(
    key="worked_on",
    title=_("Projects worked on"),
    rows=worked_on,
    covers={Project: "id", Phase: "project_id", Task: "project_id", Risk: "project_id"},
)
