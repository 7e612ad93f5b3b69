"""What cannot be noted of an appointment yet: nobody arrives before the day, and nobody is missed before the hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from kernel.api import Context, LazyText, _
from plugins.medical.hours import day_of
from plugins.medical.models import Appointment

ON_THE_DAY = ("arrived", "in_visit", "done")


def too_early(context: Context, starts_at: datetime, state: str) -> LazyText | None:
    """Say why a state cannot be noted yet; None where it can."""
    if state == "missed" and starts_at > context.now:
        return _("The hour of this appointment has not come yet.")
    if state in ON_THE_DAY and day_of(starts_at, context.time_zone) > context.today:
        return _("The day of this appointment has not come yet.")
    return None


def states_to_come(context: Context, ids: Sequence[int]) -> dict[int, list[str]]:
    """Give for each of these appointments the states that cannot be noted of it yet; one query."""
    statement = select(Appointment.id, Appointment.starts_at).where(Appointment.id.in_(list(ids)))
    states = (*ON_THE_DAY, "missed")
    return {
        number: [state for state in states if too_early(context, starts_at, state) is not None]
        for number, starts_at in context.session.execute(statement)
    }
