"""What doctors are told under the bell, and patients by SMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    LazyText,
    MessageTemplate,
    NoticeKind,
    Queued,
    _,
    addressed_as,
    notify,
    queue_message,
)
from plugins.medical.hours import day_of
from plugins.medical.models import Appointment, Doctor, Service
from plugins.medical.wording import clock_words, day_words

ARRIVED = NoticeKind(key="arrived", title=_("A patient of yours has arrived"), icon="user-check", order=10)
CANCELLED = NoticeKind(
    key="cancelled", title=_("An appointment of yours was cancelled"), icon="calendar-off", order=20
)
SELF_BOOKED = NoticeKind(
    key="self_booked", title=_("A patient booked a time of yours by himself"), icon="calendar-plus", order=30
)
KINDS = (ARRIVED, CANCELLED, SELF_BOOKED)
CALLED_OFF = _("The appointment was cancelled")
WORDS: dict[str, tuple[NoticeKind, LazyText]] = {
    "arrived": (ARRIVED, _("Has arrived and waits")),
    "cancelled": (CANCELLED, CALLED_OFF),
    "booked": (SELF_BOOKED, _("Has booked an appointment")),
}
"""By the state that an appointment has come to."""

_TIME: Mapping[str, LazyText] = {
    "name": _("Name of the patient"),
    "doctor": _("Doctor"),
    "service": _("Service"),
    "day": _("Day"),
    "time": _("Time"),
}


def _template(key: str, title: LazyText, body: LazyText, order: int, **more: LazyText) -> MessageTemplate:
    return MessageTemplate(key=key, title=title, body=body, places={**_TIME, **more}, order=order)


TEMPLATES = (
    _template(
        "today",
        _("On the day of the appointment"),
        _("{name}\nYour appointment is today at {time} with {doctor} ({service})."),
        10,
    ),
    _template(
        "ask",
        _("Confirmation, on the evening before"),
        _(
            "{name}\nYour appointment is tomorrow, {day}, at {time} with {doctor}. Answer 1 to confirm it, 0 to cancel it."
        ),
        20,
    ),
    _template(
        "booked",
        _("Appointment booked"),
        _("{name}\nYour appointment with {doctor} is booked: {day} at {time} ({service})."),
        30,
    ),
    _template(
        "moved",
        _("Appointment moved by the clinic"),
        _(
            "{name}\nYour appointment with {doctor} had to be moved. The new time is {day} at {time}. If it does not suit "
            "you, answer 0."
        ),
        40,
    ),
    _template(
        "called_off",
        _("Appointment cancelled by the clinic"),
        _(
            "{name}\nWe are sorry: your appointment on {day} at {time} with {doctor} cannot take place. Please call us."
        ),
        50,
    ),
    _template(
        "as_before",
        _("Appointment stands again as before"),
        _(
            "{name}\nYour appointment with {doctor} takes place at its former time after all: {day} at {time}. If it does "
            "not suit you, answer 0."
        ),
        55,
    ),
    _template(
        "offer",
        _("Offer of a free time to somebody who waits"),
        _(
            "{name}\nA time with {doctor} has come free: {day} at {time}. Answer 1 within {minutes} minutes to "
            "take it, 0 to decline."
        ),
        60,
        minutes=_("Minutes for the answer"),
    ),
    MessageTemplate(
        key="link",
        title=_("Link for booking"),
        body=_("{name}\nBook, confirm or cancel your appointments here: {link}"),
        places={"name": _("Name of the patient"), "link": _("Link")},
        order=70,
    ),
)


def tell_doctor(context: Context, appointment: Appointment) -> None:
    """Tell the doctor's own user what became of an appointment of today or later, unless he did it himself."""
    if day_of(appointment.starts_at, context.time_zone) < context.today:
        return
    found = WORDS.get(appointment.state)
    user_id = appointment.doctor_user_id
    if found is None or user_id is None or user_id == context.actor.user_id:
        return
    if appointment.cancelled_by == "offer":  # nobody had it
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


def tell_patient(
    context: Context, appointment: Appointment, template: str, *, occasion: str = "", **more: Any
) -> Queued:
    """Queue the SMS of a template for the patient of an appointment; once for each `occasion`."""
    return queue_message(
        context,
        purpose=f"medical.{template}",
        occasion=occasion or f"{appointment.id} {appointment.starts_at.isoformat()}",
        party_id=appointment.patient_id,
        template=f"medical.{template}",
        values={**places_of(context, appointment), **more},
    )


def tell_now(context: Context, appointment: Appointment, template: str) -> Queued:
    """Queue the SMS of what was just done with an appointment, also where the same was told of it before."""
    return tell_patient(
        context, appointment, template, occasion=f"{appointment.id} {context.now.isoformat()}"
    )


def ask_patient(context: Context, appointment: Appointment, template: str) -> None:
    """Tell of a new time, and remember that an answer to it is about this appointment."""
    queued = tell_now(context, appointment, template)
    if queued.id is not None and not queued.left_out:
        appointment.asked_at = context.now


def places_of(context: Context, appointment: Appointment) -> dict[str, str]:
    """Give what messages say of an appointment, in the language of the site."""
    with context.system("what a message says of an appointment") as system:
        own = replace(system, locale=system.site.locale)
        doctor = select(Doctor.name).where(Doctor.id == appointment.doctor_id)
        service = select(Service.title).where(Service.id == appointment.service_id)
        return {
            "name": addressed_as(own, [appointment.patient_id]).get(appointment.patient_id, ""),
            "doctor": system.session.execute(doctor).scalar_one_or_none() or "",
            "service": system.session.execute(service).scalar_one_or_none() or "",
            "day": day_words(own, appointment.starts_at),
            "time": clock_words(own, appointment.starts_at),
        }
