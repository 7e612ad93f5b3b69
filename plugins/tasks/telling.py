"""What users are told of tasks under the bell."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import Context, LazyText, NoticeKind, _, notify
from plugins.tasks.models import Task

GIVEN = NoticeKind(key="given", title=_("A task was given to you"), icon="clipboard-list", order=10)
ENDED = NoticeKind(
    key="ended", title=_("A task that you gave or follow has ended"), icon="circle-check", order=20
)
REOPENED = NoticeKind(key="reopened", title=_("A task was opened again"), icon="refresh", order=30)
REMINDER = NoticeKind(key="reminder", title=_("Reminder of a task"), icon="bell", order=40)
DUE = NoticeKind(key="due", title=_("A task of yours is due or overdue"), icon="clock", order=50)
LETTER = NoticeKind(key="letter", title=_("A report of progress is to be printed"), icon="printer", order=60)
UNSENT = NoticeKind(
    key="unsent", title=_("A report of progress did not reach the customer"), icon="alert-triangle", order=70
)
KINDS = (GIVEN, ENDED, REOPENED, REMINDER, DUE, LETTER, UNSENT)


def tell_of(
    context: Context, task: Task, kind: NoticeKind, text: LazyText, users: Iterable[int | None], occasion: str
) -> None:
    """Tell users of a task, but not him who has done it himself."""
    wanted = {number for number in users if number} - {context.actor.user_id}
    notify(
        context,
        wanted,
        kind=f"tasks.{kind.key}",
        text=text,
        record=("tasks.task", task.id),
        occasion=f"{task.id} {occasion}",
    )
