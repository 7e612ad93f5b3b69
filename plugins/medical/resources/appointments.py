"""Appointments, those who wait for one, and referrals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from kernel.api import (
    Action,
    Board,
    ByCommand,
    Calendar,
    Charge,
    Context,
    Part,
    Problem,
    Resource,
    Section,
    Sort,
    _,
    fields,
)
from plugins.medical.models import Appointment, Doctor, FacilityUse, Referral, Waiting
from plugins.medical.resources.words import (
    CANCELLERS,
    COLOURS,
    INSURERS,
    NEXT,
    SOURCES,
    SPECIALTIES,
    STATES,
)
from plugins.medical.slots import PARTS
from plugins.medical.timing import states_to_come

WAITING_STATES = {
    "waiting": _("Waits"),
    "offered": _("Was asked"),
    "booked": _("Has a time"),
    "gone": _("Waits no more"),
}
REFERRAL_STATES = {"open": _("Open"), "booked": _("Booked"), "closed": _("Closed")}


APPOINTMENT = Resource(
    name="medical.appointment",
    model=Appointment,
    title=_("Appointment"),
    plural=_("Appointments"),
    path="medical/appointments",
    icon="calendar",
    label="starts_at",
    unruled=("starts_at", "ends_at", "patient", "doctor", "service", "state"),
    fields=(
        fields.Instant("starts_at", _("Starts at"), read_only=True),
        fields.Instant("ends_at", _("Ends at"), read_only=True, in_list=False),
        fields.Link("patient", _("Patient"), to="person", attribute="patient_id", read_only=True),
        fields.Link("doctor", _("Doctor"), to="medical.doctor", attribute="doctor_id", read_only=True),
        fields.Link("service", _("Service"), to="medical.service", attribute="service_id", read_only=True),
        fields.Choice("state", _("State"), options=STATES, colours=COLOURS, read_only=True),
        fields.Link(
            "room", _("Room"), to="medical.facility", attribute="room_id", read_only=True, in_list=False
        ),
        fields.Link(
            "device", _("Device"), to="medical.facility", attribute="device_id", read_only=True, in_list=False
        ),
        fields.Whole("queue_number", _("Queue number"), read_only=True, in_list=False),
        fields.Instant("arrived_at", _("Arrived at"), read_only=True, in_list=False),
        fields.YesNo("walk_in", _("Without an appointment"), read_only=True, in_list=False),
        fields.Choice("source", _("Booked by way of"), options=SOURCES, read_only=True),
        fields.LongText("note", _("Note"), limit=2000),
        fields.Choice("cancelled_by", _("Cancelled by"), options=CANCELLERS, read_only=True),
        fields.Text("cancel_reason", _("Reason"), limit=300, read_only=True, in_list=False),
        fields.Money("price", _("Price (Rials)"), read_only=True, in_list=False),
        fields.BaseChoice(
            "insurer",
            _("Basic insurer"),
            source=INSURERS,
            attribute="insurer_id",
            read_only=True,
            in_list=False,
        ),
        fields.Money("insurer_part", _("Part of the basic insurer"), read_only=True, in_list=False),
        fields.BaseChoice(
            "supplementary",
            _("Supplementary insurer"),
            source=INSURERS,
            attribute="supplementary_id",
            read_only=True,
            in_list=False,
        ),
        fields.Money(
            "supplementary_part", _("Part of the supplementary insurer"), read_only=True, in_list=False
        ),
    ),
    list_columns=("starts_at", "patient", "doctor", "service", "state"),
    sections=(
        Section(
            _("Appointment"),
            (
                "starts_at",
                "ends_at",
                "patient",
                "doctor",
                "service",
                "state",
                "room",
                "device",
                "queue_number",
                "arrived_at",
                "walk_in",
                "source",
                "note",
                "cancelled_by",
                "cancel_reason",
            ),
        ),
        Section(
            _("Price and insurance"),
            ("price", "insurer", "insurer_part", "supplementary", "supplementary_part"),
        ),
    ),
    told=(
        Part(
            "facilities",
            _("Rooms and devices of the visit"),
            FacilityUse,
            "appointment_id",
            (fields.Link("facility", _("Room or device"), to="medical.facility", attribute="facility_id"),),
        ),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("starts_at",), descending=True),
        Sort("earliest", _("Earliest first"), ("starts_at",)),
    ),
    quick_filters=("doctor", "state", "starts_at"),
    editable=False,
    new="/medical/book",
    charges=(Charge("doctor_user_id", when=lambda context, model: model.starts_at >= context.now),),
    constraints={
        "ex_appointment_doctor": ("starts_at", _("The doctor already has an appointment at this time.")),
        "ex_appointment_room": ("starts_at", _("The room already has an appointment at this time.")),
        "ex_appointment_device": ("starts_at", _("The device is already in use at this time.")),
        "ex_facility_use_facility": (
            "starts_at",
            _("A room or device that this needs is already in use at this time."),
        ),
        "uq_appointment_seat": ("starts_at", _("All places of this time are taken.")),
        "uq_appointment_queue": (None, _("Somebody else arrived at the same moment. Please try again.")),
        "ex_appointment_patient": ("starts_at", _("The patient already has an appointment at this time.")),
    },
    views=(
        Board(
            page="/medical/visits/{id}",
            lane="state",
            lanes=("booked", "confirmed", "arrived", "in_visit", "done", "missed"),
            swimlane="doctor",
            label="patient",
            fields=("starts_at", "service"),
            allowed=NEXT,
            barred=states_to_come,
            move=ByCommand("medical.set_state", {"state": "state"}, record="appointment"),
        ),
        Calendar(
            page="/medical/visits/{id}",
            start="starts_at",
            end="ends_at",
            by="doctor",
            tone="state",
            label="patient",
            fields=("service",),
            longest=1,
            new="/medical/book?doctor={by}&at={start}",
            move=ByCommand(
                "medical.move",
                {"starts_at": "starts_at", "ends_at": "ends_at", "doctor": "doctor"},
                record="appointment",
            ),
        ),
    ),
)


def prepare_waiting(context: Context, row: Waiting, values: Mapping[str, Any]) -> list[Problem]:
    """The days are in order, and not all past."""
    if row.first_day is None or row.last_day is None:
        return []
    if row.first_day > row.last_day:
        return [Problem("last_day", _("The last day must not be before the first one."))]
    if row.state in (None, "waiting") and row.last_day < context.today:
        return [Problem("last_day", _("This day is in the past."))]
    if row.state in (None, "waiting") and _waits_already(context, row):
        return [Problem("patient", _("This patient waits for the same already."))]
    return []


def _waits_already(context: Context, row: Waiting) -> bool:
    """Say whether the patient is in line for the same service and doctor on some of the same days."""
    statement = select(Waiting.id).where(
        Waiting.patient_id == row.patient_id,
        Waiting.service_id == row.service_id,
        Waiting.doctor_id.is_not_distinct_from(row.doctor_id),
        Waiting.state.in_(("waiting", "offered")),
        Waiting.first_day <= row.last_day,
        Waiting.last_day >= row.first_day,
        Waiting.part == (row.part or "any"),
        Waiting.binned_at.is_(None),
        Waiting.id.is_distinct_from(row.id),
    )
    with context.system("whether the patient waits already") as system, system.session.no_autoflush:
        return system.session.execute(statement.limit(1)).first() is not None


WAITING = Resource(
    name="medical.waiting",
    model=Waiting,
    title=_("Wait for a time"),
    plural=_("Waiting list"),
    path="medical/waiting",
    icon="hourglass",
    label="first_day",
    unruled=("first_day", "patient", "service", "state"),
    fields=(
        fields.Link("patient", _("Patient"), to="person", attribute="patient_id", required=True),
        fields.Link("service", _("Service"), to="medical.service", attribute="service_id", required=True),
        fields.Link(
            "doctor",
            _("Doctor"),
            to="medical.doctor",
            attribute="doctor_id",
            help=_("Empty: any doctor who gives the service."),
        ),
        fields.Day("first_day", _("From"), required=True),
        fields.Day("last_day", _("Until"), required=True),
        fields.Choice("part", _("Part of the day"), options=PARTS, default="any"),
        fields.Choice(
            "state",
            _("State"),
            options=WAITING_STATES,
            colours={"waiting": "blue", "offered": "amber", "booked": "green", "gone": "grey"},
            read_only=True,
        ),
        fields.Instant("offered_until", _("Answer until"), read_only=True, in_list=False),
        fields.Instant(
            "unreached_at",
            _("Not reached by SMS"),
            read_only=True,
            in_list=False,
            help=_("A free time went to the next in line then; call this patient."),
        ),
        fields.Text("note", _("Note"), limit=300, in_list=False),
    ),
    list_columns=("patient", "service", "doctor", "first_day", "last_day", "part", "state"),
    sections=(
        Section(
            _("Wait for a time"),
            (
                "patient",
                "service",
                "doctor",
                "first_day",
                "last_day",
                "part",
                "state",
                "offered_until",
                "unreached_at",
                "note",
            ),
        ),
    ),
    sorts=(Sort("line", _("In the order of the line"), ("id",)),),
    quick_filters=("service", "doctor", "state"),
    prepare=prepare_waiting,
)


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
