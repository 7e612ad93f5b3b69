"""What comes due by itself: the SMS of the day, the question on the evening before, and the waiting list."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kernel.api import Context, Job, _, clock
from plugins.medical.models import Appointment
from plugins.medical.telling import tell_patient
from plugins.medical.waitlist import tend


def tell_of_today(context: Context) -> None:
    """Remind the patients of today by SMS, once each."""
    if context.runtime.setting("medical.today_sms"):
        _tell(context, 0, "today", ("booked", "confirmed"))


def ask_of_tomorrow(context: Context) -> None:
    """Ask the patients of tomorrow who have not confirmed whether they come."""
    if context.runtime.setting("medical.ask_sms"):
        _tell(context, 1, "ask", ("booked",))


def tend_line(context: Context) -> None:
    """End offers that ran out, and offer what is free to those who wait."""
    tend(context)


def _tell(context: Context, days: int, template: str, states: tuple[str, ...]) -> None:
    begin, end = clock.day_bounds(context.today + timedelta(days=days), context.time_zone)
    statement = (
        select(Appointment)
        .where(
            Appointment.starts_at >= max(begin, context.now),
            Appointment.starts_at < end,
            Appointment.state.in_(states),
            Appointment.binned_at.is_(None),
        )
        .order_by(Appointment.starts_at)
    )
    for appointment in context.session.execute(statement).scalars().all():
        queued = tell_patient(context, appointment, template)
        if template == "ask" and queued.id is not None and not queued.left_out:
            appointment.asked_at = context.now


JOBS = (
    Job(name="today", title=_("SMS to the patients of today"), at="07:30", function=tell_of_today),
    Job(name="ask", title=_("Question to the patients of tomorrow"), at="18:00", function=ask_of_tomorrow),
    Job(name="line", title=_("Waiting list"), every=timedelta(minutes=2), function=tend_line),
)
