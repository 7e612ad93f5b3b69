"""What users are told under the bell: a task that was given to them, and that a project's invoice was cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.api import Context, NoticeKind, _, notify
from plugins.projects.models import Task

GIVEN = NoticeKind(key="given", title=_("A task of a project was given to you"), icon="checkbox", order=10)
CANCELLED = NoticeKind(
    key="invoice_cancelled",
    title=_("The invoice of a project of yours was cancelled"),
    icon="file-invoice",
    order=20,
)
KINDS = (GIVEN, CANCELLED)


def tell_of_new(context: Context, ids: Sequence[int]) -> None:
    """Tell those in charge of new tasks, but for themselves, and for tasks of the cartable, which tells of its own."""
    with context.system("who is in charge of new tasks") as system:
        wanted = select(Task.id, Task.assignee_id).where(
            Task.id.in_(list(ids)),
            Task.state == "open",
            Task.cartable_id.is_(None),
            Task.assignee_id.is_not(None),
        )
        found = system.session.execute(wanted).all()
    for number, user in found:
        if user is not None and user != context.actor.user_id:
            notify(
                context,
                [user],
                kind="projects.given",
                text=_("A task of a project was given to you"),
                record=("projects.task", number),
                occasion=f"{number} {user}",
            )


def tell_of_cancelled(context: Context, project: int, expert: int | None) -> None:
    """Tell the expert of a project that its invoice was cancelled."""
    if expert is not None:
        notify(
            context,
            [expert],
            kind="projects.invoice_cancelled",
            text=_("The invoice of a project of yours was cancelled"),
            record=("projects.project", project),
            occasion=str(project),
        )
