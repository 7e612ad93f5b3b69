"""Who sees and changes the plugin's rows.

States and the experts of services are for everybody to look up. A project is seen by grant; what belongs to it by a grant
of its own kind, and only together with the project. Members and contacts share the project's fate, and so does its course.
"""

from __future__ import annotations

from kernel.api import child, public, rows
from plugins.projects.models import (
    Contact,
    Member,
    Phase,
    ProgressPoint,
    Project,
    Risk,
    ServiceExpert,
    State,
    Task,
)

POLICIES = (
    public(State, "projects.state"),
    public(ServiceExpert, "projects.service_expert"),
    rows(Project, "projects.project", own=("created_by", "expert_id")),
    child(Member, parent=Project, key="project_id"),
    child(Contact, parent=Project, key="project_id"),
    child(ProgressPoint, parent=Project, key="project_id"),
    rows(Phase, "projects.phase", own=("created_by", "responsible_id"), party="project_id"),
    rows(Task, "projects.task", own=("created_by", "assignee_id"), party="project_id"),
    rows(Risk, "projects.risk", own=("created_by", "responsible_id"), party="project_id"),
)
