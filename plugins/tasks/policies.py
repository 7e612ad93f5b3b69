"""Who sees and changes tasks and workflows.

A task is seen by its maker and its holder, by who held it before or follows it, and by whoever a grant reaches. It is
changed by maker and holder, where their grant says so.
"""

from __future__ import annotations

from kernel.api import child, public, rows, shared, sharers
from plugins.tasks.models import (
    ChecklistItem,
    ProgressIssue,
    ProgressReport,
    Referral,
    Task,
    TaskUser,
    Workflow,
    WorkflowRun,
    WorkflowStep,
)

TASK = "tasks.task"

POLICIES = (
    sharers(TaskUser, TASK),
    shared(Task, TASK, own=("maker_id", "assignee_id"), by=TaskUser, key="task_id"),
    child(Referral, parent=Task, key="task_id"),
    child(ChecklistItem, parent=Task, key="task_id"),
    rows(ProgressReport, "tasks.progress_report", own=("created_by", "owner_id"), party="party_id"),
    child(ProgressIssue, parent=ProgressReport, key="report_id"),
    public(Workflow, "tasks.workflow"),
    child(WorkflowStep, parent=Workflow, key="workflow_id"),
    rows(WorkflowRun, "tasks.run", own=("starter_id",)),
)
