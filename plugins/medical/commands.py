"""Booking, moving, cancelling, and the states that an appointment goes through.

What a person gets to read here is friendlier than a constraint; that nothing overlaps is guarded by the database alone,
since two requests may arrive at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kernel.api import (
    Context,
    EditConflict,
    Invalid,
    Problem,
    Refused,
    _,
    command,
    editable,
    fields,
    give_role,
    load,
)
from plugins.medical.calendar import doctor_present
from plugins.medical.hours import Interval
from plugins.medical.models import Appointment, Doctor, Service
from plugins.medical.resources import APPOINTMENT, DOCTOR, NEXT, SERVICE, STATES
from plugins.medical.telling import tell_doctor

PATIENT_ROLE = "medical.patient"

CANCELLABLE = ("booked", "confirmed", "arrived", "missed")
MOVABLE = ("booked", "confirmed")

END = fields.Instant("ends_at", _("Ends at"))
START = fields.Instant("starts_at", _("Starts at"), required=True)
NOTE = fields.LongText("note", _("Note"), limit=2000)
REASON = fields.Text("reason", _("Reason"), limit=300)
LENGTH = fields.Minutes("minutes", _("Length"), most=600)
PERSON = fields.Link("patient", _("Patient"), to="person", required=True)
WHO = fields.Link("doctor", _("Doctor"), to=DOCTOR.name, required=True)
WHAT = fields.Link("service", _("Service"), to=SERVICE.name, required=True)
CANCELLED_BY = APPOINTMENT.by_name["cancelled_by"]

# The arguments of commands, as other programs send them.
WHICH = fields.Link("appointment", _("Appointment"), to=APPOINTMENT.name, required=True)
BY_WHOM = fields.Choice("by", _("Cancelled by"), options=CANCELLED_BY.options, required=True)
STATE = fields.Choice("state", _("State"), options=STATES, required=True)
OTHER_DOCTOR = fields.Link("doctor", _("Doctor"), to=DOCTOR.name)
OUTSIDE_HOURS = fields.YesNo("outside_hours", _("Outside hours"))
VERSION = fields.Whole("version", _("Version"), least=1, most=2**31 - 1)


@command(
    "medical.book",
    _("Book an appointment"),
    resource="medical.appointment",
    action="create",
    fields=(WHO, PERSON, WHAT, START, LENGTH, NOTE, OUTSIDE_HOURS),
)
def book(
    context: Context,
    *,
    doctor: Any,
    patient: Any,
    service: Any,
    starts_at: Any,
    minutes: Any = None,
    note: Any = None,
    outside_hours: bool = False,
) -> int:
    """Book an appointment and give its id.

    The length is the service's unless `minutes` says otherwise. Outside the doctor's hours it needs `outside_hours` and
    the right of that name. Raises `Invalid` naming the field, also where the database finds an overlap.
    """
    entered = {"doctor": doctor, "patient": patient, "service": service, "starts_at": starts_at}
    values = _read(
        context, (WHO, PERSON, WHAT, START, LENGTH, NOTE), {**entered, "minutes": minutes, "note": note}
    )
    who: Doctor = load(context, DOCTOR, values["doctor"])
    what: Service = load(context, SERVICE, values["service"])
    problems = []
    if not who.active:
        problems.append(Problem("doctor", _("This doctor takes no appointments at present.")))
    if not what.active:
        problems.append(Problem("service", _("This service cannot be booked at present.")))
    wanted = _wanted(values["starts_at"], values["minutes"] or what.minutes)
    problems += _time_problems(context, who, wanted, outside_hours)
    if problems:
        raise Invalid(problems)
    appointment = Appointment(
        doctor_id=who.id,
        patient_id=values["patient"],
        service_id=what.id,
        starts_at=wanted.starts,
        ends_at=wanted.ends,
        doctor_user_id=who.user_id,
        note=values["note"],
        state="booked",
    )
    context.session.add(appointment)
    context.session.flush()
    with context.system("whoever has an appointment is a patient") as system:
        give_role(system, appointment.patient_id, PATIENT_ROLE)
    return appointment.id


@command(
    "medical.move",
    _("Move an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, START, END, OTHER_DOCTOR, VERSION, OUTSIDE_HOURS),
)
def move(
    context: Context,
    *,
    appointment: int,
    starts_at: Any = None,
    ends_at: Any = None,
    doctor: Any = None,
    version: int | None = None,
    outside_hours: bool = False,
) -> int:
    """Give an appointment another time, and perhaps another doctor or another end; without one its length stays."""
    record = _open(context, appointment, version)
    if record.state not in MOVABLE:
        raise Refused(_("An appointment that is “%(state)s” cannot be moved.", state=STATES[record.state]))
    entered = {
        "starts_at": record.starts_at if starts_at is None else starts_at,
        "ends_at": ends_at,
        "doctor": doctor if doctor not in (None, "") else record.doctor_id,
    }
    values = _read(context, (START, END, WHO), entered)
    who: Doctor = load(context, DOCTOR, values["doctor"])
    ends = values["ends_at"] or values["starts_at"] + (record.ends_at - record.starts_at)
    if ends <= values["starts_at"]:
        raise Invalid([Problem("ends_at", _("The end must be later than the beginning."))])
    wanted = Interval(values["starts_at"], ends)
    problems = _time_problems(context, who, wanted, outside_hours)
    if not who.active:
        problems.append(Problem("doctor", _("This doctor takes no appointments at present.")))
    if problems:
        raise Invalid(problems)
    record.doctor_id = who.id
    record.doctor_user_id = who.user_id
    record.starts_at = wanted.starts
    record.ends_at = wanted.ends
    context.session.flush()
    return record.id


@command(
    "medical.cancel",
    _("Cancel an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, BY_WHOM, REASON, VERSION),
)
def cancel(
    context: Context, *, appointment: int, by: Any, reason: Any = None, version: int | None = None
) -> int:
    """Cancel an appointment on behalf of the patient or of the clinic; its time is free again."""
    record = _open(context, appointment, version)
    if record.state not in CANCELLABLE:
        raise Refused(
            _("An appointment that is “%(state)s” cannot be cancelled.", state=STATES[record.state])
        )
    values = _read(context, (CANCELLED_BY, REASON), {"cancelled_by": by, "reason": reason})
    if values["cancelled_by"] is None:
        raise Invalid([Problem("cancelled_by", _("Say who cancels: the patient or the clinic."))])
    record.state = "cancelled"
    record.cancelled_by = values["cancelled_by"]
    record.cancel_reason = values["reason"]
    context.session.flush()
    tell_doctor(context, record)
    return record.id


@command(
    "medical.set_state",
    _("Change the state of an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, STATE, VERSION),
)
def set_state(context: Context, *, appointment: int, state: str, version: int | None = None) -> int:
    """Take an appointment on to its next state."""
    record = _open(context, appointment, version)
    if state not in NEXT[record.state]:
        raise Refused(
            _(
                "An appointment that is “%(old)s” cannot become “%(new)s”.",
                old=STATES[record.state],
                new=STATES.get(state, _("unknown")),
            )
        )
    record.state = state
    context.session.flush()
    tell_doctor(context, record)
    return record.id


def _open(context: Context, number: int, version: int | None) -> Appointment:
    editable(context, APPOINTMENT, number)
    record: Appointment = load(context, APPOINTMENT, number, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    return record


def _read(context: Context, kinds: tuple[fields.Field, ...], entered: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for kind in kinds:
        try:
            values[kind.name] = kind.read(entered.get(kind.name), context)
        except fields.FieldError as error:
            problems.append(kind.problem(error))
    if problems:
        raise Invalid(problems)
    return values


def _wanted(starts_at: datetime, minutes: int) -> Interval:
    return Interval(starts_at, starts_at + timedelta(minutes=minutes))


def _time_problems(context: Context, doctor: Doctor, wanted: Interval, outside_hours: bool) -> list[Problem]:
    day = wanted.starts.astimezone(context.time_zone).date()
    if day < context.today:
        return [Problem("starts_at", _("This day is in the past."))]
    if outside_hours and context.may("medical.appointment", "outside_hours"):
        return []
    there = doctor_present(context, [doctor.id], day)[doctor.id]
    if any(interval.holds(wanted) for interval in there):
        return []
    if context.may("medical.appointment", "outside_hours"):
        return [
            Problem(
                "starts_at",
                _("The doctor is not there at this time. Tick “outside hours” to book all the same."),
            )
        ]
    return [Problem("starts_at", _("The doctor is not there at this time."))]
