"""Tables of tasks and workflows, in the schema `tasks`."""

from plugins.tasks.models.tasks import OPEN, ChecklistItem, Referral, Task, TaskUser
from plugins.tasks.models.workflows import Workflow, WorkflowRun, WorkflowStep

__all__ = ["OPEN", "ChecklistItem", "Referral", "Task", "TaskUser", "Workflow", "WorkflowRun", "WorkflowStep"]
