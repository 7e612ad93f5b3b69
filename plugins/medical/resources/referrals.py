"""Referrals: patients whom one doctor sends to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from kernel.api import Action, Charge, Context, Problem, Resource, Section, Sort, _, fields
from plugins.medical.models import Doctor, Referral
from plugins.medical.resources.words import SPECIALTIES

REFERRAL_STATES = {"open": _("Open"), "booked": _("Booked"), "closed": _("Closed")}


def prepare_referral(context: Context, row: Referral, values: Mapping[str, Any]) -> list[Problem]:
    """A referral leads to a doctor or a specialty, and not back to the doctor who sends."""
    if row.day is None:
        row.day = context.today
    if row.doctor_id is None and row.specialty_id is None:
        return [Problem("doctor", _("Name the doctor or the specialty to whom the patient is sent."))]
    if row.doctor_id is not None and row.doctor_id == row.from_doctor_id:
        return [Problem("doctor", _("A doctor refers to another one."))]
    doctor = context.session.get(Doctor, row.doctor_id) if row.doctor_id is not None else None
    row.doctor_user_id = doctor.user_id if doctor is not None else None
    return []


def referral_actions(context: Context, number: int) -> tuple[Action, ...]:
    """The way from a referral that is open to a time with the doctor, or one of the specialty, to whom it leads."""
    row = context.session.get(Referral, number)
    if row is None or row.state != "open":
        return ()
    asked = {"patient": row.patient_id, "referral": row.id, "doctor": row.doctor_id}
    if row.doctor_id is None:
        asked["specialty"] = row.specialty_id
    return (
        Action(
            label=_("Find a time"),
            url="/medical/free?" + urlencode({name: value for name, value in asked.items() if value}),
            icon="calendar-plus",
            permission=("medical.appointment", "create"),
        ),
    )


REFERRAL_RECORD = Resource(
    name="medical.referral",
    model=Referral,
    title=_("Referral"),
    plural=_("Referrals"),
    path="medical/referrals",
    icon="share",
    label="day",
    unruled=("day", "patient", "state"),
    fields=(
        fields.Link("patient", _("Patient"), to="person", attribute="patient_id", required=True),
        fields.Day("day", _("Day"), help=_("Today where it is empty.")),
        fields.Link("from_doctor", _("Sent by"), to="medical.doctor", attribute="from_doctor_id"),
        fields.Link("doctor", _("Sent to"), to="medical.doctor", attribute="doctor_id"),
        fields.BaseChoice("specialty", _("To a specialty"), source=SPECIALTIES, attribute="specialty_id"),
        fields.Text("reason", _("Reason"), required=True, limit=300, sensitive=True),
        fields.Choice(
            "state",
            _("State"),
            options=REFERRAL_STATES,
            colours={"open": "amber", "booked": "green", "closed": "grey"},
            default="open",
        ),
        fields.Link(
            "appointment",
            _("Appointment"),
            to="medical.appointment",
            attribute="appointment_id",
            read_only=True,
            in_list=False,
        ),
    ),
    list_columns=("day", "patient", "from_doctor", "doctor", "specialty", "state"),
    sections=(
        Section(
            _("Referral"),
            ("patient", "day", "from_doctor", "doctor", "specialty", "reason", "state", "appointment"),
        ),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("day",), descending=True),
        Sort("earliest", _("Earliest first"), ("day",)),
    ),
    quick_filters=("doctor", "from_doctor", "specialty", "state"),
    prepare=prepare_referral,
    actions=referral_actions,
    charges=(Charge("doctor_user_id", when=lambda context, model: model.state == "open"),),
)
