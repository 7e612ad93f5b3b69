"""What plugins use of reminders for lists of their own: lead times that avoid days off, and reminders that are to rest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from kernel.jobs.schedule import work_days
from kernel.messages.reminders.days import EARLIER, DaysOff
from kernel.messages.reminders.models import Reminder
from kernel.resources.context import Context


def days_off(context: Context, *, move: str = EARLIER, nowruz: bool = True) -> DaysOff:
    """Give which days of the site a lead time avoids, by its holidays and its working week; one query.

    `move` is `keep`, `earlier` or `later`; with `nowruz`, all of 1 to 13 Farvardin counts as days off.
    """
    with context.system("days off of the site") as system:
        return DaysOff(work_days(system.session, context.runtime, context.now), move, nowruz)


def rest_reminders(context: Context, source: str, record_ids: Sequence[int]) -> int:
    """Let the reminders of a date of these records rest that nobody has seen to yet; gives how many.

    `source` is `<plugin>.<key>` of the declared date. What was sent stays sent. Works as the system.
    """
    with context.system("reminders of what is settled") as system:
        changed = system.session.execute(
            update(Reminder)
            .where(
                Reminder.source == source,
                Reminder.record_id.in_(list(record_ids)),
                Reminder.state.in_(("waiting", "open", "left_out")),
            )
            .values(state="obsolete")
            .returning(Reminder.id)
        ).all()
    return len(changed)
