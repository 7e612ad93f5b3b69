"""What becomes of tasks for a person whose data are erased on request: that there was work stays, its words go."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.api import Erasure, _
from plugins.tasks.models import ChecklistItem, ProgressIssue, ProgressReport, Referral, Task

ERASURES = (
    Erasure(
        table="tasks.task",
        key="party_id",
        what="replace",
        values={"title": str, "description": None, "result": None, "search_key": ""},
        reason=_("That a task was done, by whom and when, is the house's own account of its work."),
    ),
    Erasure(
        table="tasks.progress_report",
        key="party_id",
        what="replace",
        values={"title": str, "search_key": ""},
        reason=_("That progress was reported, and when, is the house's own account of its work."),
    ),
    Erasure(
        table="tasks.workflow_run",
        key="party_id",
        what="keep",
        reason=_("That a workflow was run is the house's own account of its work."),
    ),
)


def erase_words(session: Session, party_id: int) -> None:
    """Empty what was said while tasks for a person went from hand to hand, and the lines of their checklists."""
    tasks = select(Task.id).where(Task.party_id == party_id)
    session.execute(update(Referral).where(Referral.task_id.in_(tasks)).values(comment=None))
    reports = select(ProgressReport.id).where(ProgressReport.party_id == party_id)
    session.execute(update(ProgressIssue).where(ProgressIssue.report_id.in_(reports)).values(text=""))
    session.execute(update(ChecklistItem).where(ChecklistItem.task_id.in_(tasks)).values(title="—"))
