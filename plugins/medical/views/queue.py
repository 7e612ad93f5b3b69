"""The queue of today: who is inside, who waits, who is still to come; each taken on by one press."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import case, select

from kernel.api import Context, current, render
from plugins.medical.commands.stepping import next_states
from plugins.medical.hours import whole_day
from plugins.medical.models import Appointment, Doctor, Service
from plugins.medical.resources import APPOINTMENT, COLOURS, STATES, STEPS
from plugins.medical.views.days import Asked, views_of
from plugins.medical.wording import clock_words, number_words

RIGHT = APPOINTMENT.permission
ORDER = {"in_visit": 0, "arrived": 1, "confirmed": 2, "booked": 2, "missed": 3, "done": 4}
"""Who is looked at first; those who are to come by their time, whether they have confirmed or not."""
MOST = 300


def queue() -> ResponseReturnValue:
    """Show the appointments of today in the order of the queue, of one doctor or group where asked."""
    context = current()
    asked = Asked(context)
    rows = _rows(context, [each.id for each in asked.chosen])
    waiting = sum(row["key"] == "arrived" for row in rows)
    return render(
        "medical/queue.html",
        views=views_of("medical.queue", asked),
        day=context.today,
        rows=rows,
        doctors=[(item.id, item.name) for item in asked.doctors],
        doctor=asked.doctor,
        waiting=number_words(context, waiting),
        may_edit=context.may(RIGHT, "edit"),
        may_book=context.may(RIGHT, "create"),
    )


def _rows(context: Context, doctors: list[int]) -> list[dict[str, Any]]:
    today = whole_day(context.today, context.time_zone)
    statement = (
        select(Appointment, Doctor.name, Service.title)
        .join(Doctor, Doctor.id == Appointment.doctor_id, isouter=True)
        .join(Service, Service.id == Appointment.service_id, isouter=True)
        .where(
            Appointment.doctor_id.in_(doctors),
            Appointment.starts_at >= today.starts,
            Appointment.starts_at < today.ends,
            Appointment.state.in_(ORDER),
        )
        .order_by(
            case(ORDER, value=Appointment.state),
            Appointment.queue_number,
            Appointment.starts_at,
            Appointment.id,
        )
        .limit(MOST)
    )
    found = context.session.execute(statement).all()
    names = APPOINTMENT.by_name["patient"].labels(sorted({row[0].patient_id for row in found}), context)  # type: ignore[attr-defined]
    return [
        {
            "id": record.id,
            "version": record.version,
            "patient": names.get(record.patient_id, "—"),
            "doctor": doctor or "",
            "service": service or "",
            "time": clock_words(context, record.starts_at),
            "number": number_words(context, record.queue_number) if record.queue_number else "",
            "key": record.state,
            "state": STATES[record.state],
            "tone": COLOURS[record.state],
            "next": [(key, STEPS[key]) for key in next_states(context, record)],
        }
        for record, doctor, service in found
    ]
