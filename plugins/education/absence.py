"""Days on which teachers are not there: no session is planned on them, and those that stand there are listed to be moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select

from kernel.api import Context, _
from plugins.education.models import Leave

AWAY = _("The teacher is away")


def away(
    context: Context, first: date, last: date, teachers: Collection[int] | None = None
) -> dict[int, set[date]]:
    """Give the days between two on which teachers are away, by teacher; of all teachers where none are named."""
    wanted = select(Leave.teacher_id, Leave.begins_on, Leave.ends_on).where(
        Leave.begins_on <= last, Leave.ends_on >= first
    )
    if teachers is not None:
        wanted = wanted.where(Leave.teacher_id.in_(list(teachers)))
    found: dict[int, set[date]] = defaultdict(set)
    # As the system: whoever sees a session may know why it cannot be then.
    with context.system("when teachers are away") as system:
        rows = system.session.execute(wanted).all()
    for teacher, begins, ends in rows:
        day = max(begins, first)
        found[teacher].update(day + timedelta(days=n) for n in range((min(ends, last) - day).days + 1))
    return found
