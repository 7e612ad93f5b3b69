"""What doctors are told under the bell: that a patient is there, and that an appointment of theirs was cancelled."""

from __future__ import annotations

from kernel.api import Context, LazyText, NoticeKind, _, notify
from plugins.medical.models import Appointment

ARRIVED = NoticeKind(key="arrived", title=_("A patient of yours has arrived"), icon="user-check", order=10)
CANCELLED = NoticeKind(
    key="cancelled", title=_("An appointment of yours was cancelled"), icon="calendar-off", order=20
)
KINDS = (ARRIVED, CANCELLED)
WORDS: dict[str, tuple[NoticeKind, LazyText]] = {
    "arrived": (ARRIVED, _("Has arrived and waits")),
    "cancelled": (CANCELLED, _("The appointment was cancelled")),
}
"""By the state that an appointment has come to."""


def tell_doctor(context: Context, appointment: Appointment) -> None:
    """Tell the doctor's own user what became of an appointment of today or later, unless he did it himself."""
    if appointment.starts_at.astimezone(context.time_zone).date() < context.today:
        return
    found = WORDS.get(appointment.state)
    user_id = appointment.doctor_user_id
    if found is None or user_id is None or user_id == context.actor.user_id:
        return
    kind, text = found
    notify(
        context,
        [user_id],
        kind=f"medical.{kind.key}",
        text=text,
        record=("person", appointment.patient_id),
        occasion=f"{appointment.id} {appointment.version}",
    )
