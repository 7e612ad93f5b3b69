"""Appointments: what is shown of them, and by which commands they are moved on boards and calendars."""

from __future__ import annotations

from kernel.api import (
    Board,
    ByCommand,
    Calendar,
    Charge,
    Part,
    Resource,
    Section,
    Sort,
    _,
    fields,
)
from plugins.medical.models import Appointment, FacilityUse
from plugins.medical.resources.words import (
    CANCELLERS,
    COLOURS,
    INSURERS,
    NEXT,
    SOURCES,
    STATES,
)
from plugins.medical.timing import states_to_come

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
