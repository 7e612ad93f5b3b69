"""The states that an appointment goes through: forth, and back where somebody pressed the wrong button."""

from __future__ import annotations

from kernel.api import Context, Refused, _, command
from plugins.medical.booking import next_in_queue
from plugins.medical.commands.arguments import STATE, VERSION, WHICH, opened, read
from plugins.medical.hours import day_of
from plugins.medical.models import Appointment
from plugins.medical.resources import BACK, NEXT, STATES
from plugins.medical.telling import tell_doctor
from plugins.medical.timing import too_early


@command(
    "medical.set_state",
    _("Change the state of an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, STATE, VERSION),
)
def set_state(context: Context, *, appointment: int, state: str, version: int | None = None) -> int:
    """Take an appointment on to its next state; whoever arrives gets a number in the queue."""
    record = opened(context, appointment, version)
    state = read(context, (STATE,), {"state": state})["state"]
    if state not in NEXT[record.state]:
        raise Refused(
            _(
                "An appointment that is “%(old)s” cannot become “%(new)s”.",
                old=STATES[record.state],
                new=STATES[state],
            )
        )
    early = too_early(context, record.starts_at, state)
    if early is not None:
        raise Refused(early)
    record.state = state
    if state == "arrived":
        next_in_queue(context, record)
    context.session.flush()
    if state == "done":
        _reward(context, record)
    tell_doctor(context, record)
    return record.id


def next_states(context: Context, record: Appointment) -> list[str]:
    """Give the states to which an appointment can be taken on now; what is pressed most on the day itself stands first."""
    found = [state for state in NEXT[record.state] if too_early(context, record.starts_at, state) is None]
    return sorted(found, key=lambda state: state != "arrived")


@command(
    "medical.step_back",
    _("Take back the last state of an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, VERSION),
)
def step_back(context: Context, *, appointment: int, version: int | None = None) -> int:
    """Take back a state that was noted by mistake; what is done is taken back on the day of the visit only."""
    record = opened(context, appointment, version)
    if not may_step_back(context, record):
        raise Refused(
            _("An appointment that is “%(state)s” cannot be taken back.", state=STATES[record.state])
        )
    record.state = BACK[record.state]
    if record.state == "booked":
        record.queue_day = record.queue_number = record.arrived_at = None
    context.session.flush()
    return record.id


def may_step_back(context: Context, record: Appointment) -> bool:
    """Say whether the last state can be taken back."""
    return record.state in BACK and (
        record.state != "done" or day_of(record.starts_at, context.time_zone) == context.today
    )


def _reward(context: Context, record: Appointment) -> None:
    """Give the points that a visit earns, where there is a club and the patient is its member."""
    points = context.runtime.setting("medical.visit_points")
    if points and "club" in context.plugins:
        from plugins.club.api import award

        with context.system("points for a visit") as system:
            reason = context.text(_("Visit at the clinic"))
            origin = f"medical.appointment-{record.id}"
            award(system, party_id=record.patient_id, points=points, reason=reason, origin=origin)
