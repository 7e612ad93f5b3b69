"""Tables of the plugin, in the schema `projects`."""

from plugins.projects.models.people import Contact, Member, ServiceExpert
from plugins.projects.models.plan import Phase, ProgressPoint, Risk, Task
from plugins.projects.models.project import Project, ProjectsBase, State

__all__ = [
    "Contact",
    "Member",
    "Phase",
    "ProgressPoint",
    "Project",
    "ProjectsBase",
    "Risk",
    "ServiceExpert",
    "State",
    "Task",
]
