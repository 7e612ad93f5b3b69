"""Tables of tasks and workflows, in the schema `tasks`."""

from plugins.tasks.models.progress import ProgressIssue, ProgressReport
from plugins.tasks.models.tasks import OPEN, RESULT_MISSING, ChecklistItem, Referral, Task, TaskUser
from plugins.tasks.models.workflows import Workflow, WorkflowRun, WorkflowStep

__all__ = [
    "OPEN",
    "RESULT_MISSING",
    "ChecklistItem",
    "ProgressIssue",
    "ProgressReport",
    "Referral",
    "Task",
    "TaskUser",
    "Workflow",
    "WorkflowRun",
    "WorkflowStep",
]
