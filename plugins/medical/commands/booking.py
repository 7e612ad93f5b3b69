"""Booking, taking in who comes without an appointment, moving and cancelling."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from kernel.api import Context, Invalid, Problem, Refused, _, command, load
from plugins.medical.booking import OUTSIDE, is_queued, next_in_queue, wait_for
from plugins.medical.commands.arguments import (
    BY,
    BY_WHOM,
    END,
    LENGTH,
    NOTE,
    OTHER_DOCTOR,
    OUTSIDE_HOURS,
    PERSON,
    REASON,
    REFERRAL,
    START,
    TELL_CANCELLED,
    TELL_MOVED,
    VERSION,
    WHAT,
    WHICH,
    WHO,
    opened,
    read,
)
from plugins.medical.entering import enter, put
from plugins.medical.hours import Wish, fits
from plugins.medical.models import STANDING, Doctor, Referral, Service
from plugins.medical.presence import bounds, taken, times_of
from plugins.medical.resources import APPOINTMENT, DOCTOR, REFERRAL_RECORD, SERVICE, STATES
from plugins.medical.slots import free_slots, wish_of
from plugins.medical.telling import ask_patient, tell_doctor, tell_now
from plugins.medical.waitlist import call_off, offer_place

CANCELLABLE = ("booked", "confirmed", "arrived", "missed")
LONGEST = timedelta(days=1)


@command(
    "medical.book",
    _("Book an appointment"),
    resource="medical.appointment",
    action="create",
    fields=(WHO, PERSON, WHAT, START, LENGTH, NOTE, OUTSIDE_HOURS, REFERRAL),
    of={"note": APPOINTMENT.name},
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
    referral: Any = None,
) -> int:
    """Book an appointment and give its id.

    The length is the service's unless `minutes` says otherwise. Outside the doctor's hours it needs `outside_hours` and
    the right of that name. Raises `Invalid` naming the field, also where the database finds an overlap.
    """
    entered = {"doctor": doctor, "patient": patient, "service": service, "starts_at": starts_at}
    values = read(
        context,
        (WHO, PERSON, WHAT, START, LENGTH, NOTE, REFERRAL),
        {**entered, "minutes": minutes, "note": note, "referral": referral},
    )
    sent: Referral | None = (
        load(context, REFERRAL_RECORD, values["referral"], lock=True) if values["referral"] else None
    )
    if sent is not None and (sent.state != "open" or sent.patient_id != values["patient"]):
        raise Invalid([Problem("referral", _("This referral is of somebody else, or was booked already."))])
    made = enter(
        context,
        load(context, DOCTOR, values["doctor"]),
        values["patient"],
        load(context, SERVICE, values["service"]),
        values["starts_at"],
        minutes=values["minutes"],
        note=values["note"],
        outside_hours=outside_hours,
    )
    if sent is not None:
        sent.state, sent.appointment_id = "booked", made.id
        context.session.flush()
    return made.id


@command(
    "medical.walk_in",
    _("Take in a patient without an appointment"),
    resource="medical.appointment",
    action="create",
    fields=(WHO, PERSON, WHAT, NOTE, OUTSIDE_HOURS),
    of={"note": APPOINTMENT.name},
)
def walk_in(
    context: Context,
    *,
    doctor: Any,
    patient: Any,
    service: Any,
    note: Any = None,
    outside_hours: bool = False,
) -> int:
    """Book the next free time of today for somebody who stands at the desk, and give a number in the queue."""
    entered = {"doctor": doctor, "patient": patient, "service": service, "note": note}
    values = read(context, (WHO, PERSON, WHAT, NOTE), entered)
    who, what = load(context, DOCTOR, values["doctor"]), load(context, SERVICE, values["service"])
    wish = wish_of(context, what)
    wait_for(context, who, values["patient"], wish)
    if is_queued(context, who.id, values["patient"], what.id):
        raise Invalid([Problem("patient", _("This patient is in the queue of this doctor already."))])
    starts_at = _next_today(context, who, what, values["patient"])
    if starts_at is None:
        if not context.may(*OUTSIDE):
            raise Invalid([Problem("doctor", _("The doctor has no free time left today."))])
        if not outside_hours:
            words = _(
                "The doctor has no free time left today. Tick “outside hours” to take the patient in after the hours."
            )
            raise Invalid([Problem("doctor", words)])
        starts_at = _after_last(context, who, values["patient"], what.id, wish)
    made = enter(
        context,
        who,
        values["patient"],
        what,
        starts_at,
        note=values["note"],
        outside_hours=outside_hours,
        walk_in=True,
        state="arrived",
    )
    next_in_queue(context, made)
    context.session.flush()
    tell_doctor(context, made)
    return made.id


def _next_today(context: Context, doctor: Doctor, service: Service, patient_id: int) -> datetime | None:
    """The next free time at which the patient has no other appointment."""
    today = context.today
    found = free_slots(context, service, [doctor], today, today, at_once=True, patient=patient_id, most=1)
    return found[0].starts_at if found else None


def _after_last(context: Context, doctor: Doctor, patient_id: int, service_id: int, wish: Wish) -> datetime:
    """The first time after all of the doctor's visits of today at which all that it takes, and the patient, are free."""
    needed = [number for each in wish.needs.values() for number in each]
    between = (context.now - LONGEST, context.now + 2 * LONGEST)
    of_doctors, of_facilities = taken(context, [doctor.id], needed, *between)
    mine = of_doctors.get(doctor.id, [])
    before = timedelta(minutes=wish.before)
    end_of_day = bounds(context, [context.today])[1]
    later = [each.interval.ends + before for each in mine if each.interval.starts < end_of_day]
    first = max([context.now.replace(second=0, microsecond=0) + timedelta(minutes=1), *later])
    ends = {each.interval.ends + before for each in (*mine, *chain(*of_facilities.values()))}
    elsewhere = times_of(context, patient_id, first, between[1])
    ends |= {each.ends for each in elsewhere}
    for starts_at in (first, *sorted(at for at in ends if at > first)):
        free = fits(starts_at, wish, service_id, mine, of_facilities, doctor_id=doctor.id)
        visit = wish.visit(starts_at)
        if free is not None and not any(each.overlaps(visit) for each in elsewhere):
            return starts_at
    return first


@command(
    "medical.move",
    _("Move an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, START, END, OTHER_DOCTOR, VERSION, OUTSIDE_HOURS, TELL_MOVED),
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
    tell: Any = False,
) -> int:
    """Give an appointment another time, and perhaps another doctor or another end; without one its length stays.

    With `tell` the patient is told of the new time by SMS, and may answer that it does not suit him.
    """
    record = opened(context, appointment, version)
    if record.state not in STANDING:
        raise Refused(_("An appointment that is “%(state)s” cannot be moved.", state=STATES[record.state]))
    entered = {
        "starts_at": record.starts_at if starts_at is None else starts_at,
        "ends_at": ends_at,
        "doctor": doctor if doctor not in (None, "") else record.doctor_id,
    }
    values = read(context, (START, END, WHO), entered)
    ends = values["ends_at"] or values["starts_at"] + (record.ends_at - record.starts_at)
    if ends <= values["starts_at"]:
        raise Invalid([Problem("ends_at", _("The end must be later than the beginning."))])
    if ends - values["starts_at"] > LONGEST:
        raise Invalid([Problem("ends_at", _("An appointment takes a day at most."))])
    before = (record.doctor_id, record.starts_at)
    put(
        context,
        record,
        load(context, DOCTOR, values["doctor"]),
        values["starts_at"],
        minutes=(ends - values["starts_at"]) // timedelta(minutes=1),
        outside_hours=outside_hours,
    )
    if (record.doctor_id, record.starts_at) != before:
        offer_place(context, *before)
        if TELL_MOVED.read(tell, context):
            ask_patient(context, record, "moved")
            context.session.flush()
    return record.id


@command(
    "medical.cancel",
    _("Cancel an appointment"),
    resource="medical.appointment",
    action="edit",
    fields=(WHICH, BY_WHOM, REASON, VERSION, TELL_CANCELLED),
)
def cancel(
    context: Context,
    *,
    appointment: int,
    by: Any,
    reason: Any = None,
    version: int | None = None,
    tell: Any = False,
) -> int:
    """Cancel an appointment on behalf of the patient or of the clinic; its time is offered to whoever waits for it.

    With `tell` the patient is told by SMS what the clinic cancelled, where its time is to come.
    """
    record = opened(context, appointment, version)
    if record.state not in CANCELLABLE:
        raise Refused(
            _("An appointment that is “%(state)s” cannot be cancelled.", state=STATES[record.state])
        )
    values = read(
        context, (APPOINTMENT.by_name["cancelled_by"], REASON), {"cancelled_by": by, "reason": reason}
    )
    if values["cancelled_by"] not in BY.options:
        raise Invalid([Problem("cancelled_by", _("Say who cancels: the patient or the clinic."))])
    call_off(context, record, values["cancelled_by"], values["reason"])
    wanted = bool(TELL_CANCELLED.read(tell, context)) and values["cancelled_by"] == "clinic"
    if wanted and record.starts_at > context.now:
        tell_now(context, record, "called_off")
    return record.id
