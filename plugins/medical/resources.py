"""The clinic's record kinds: doctors with their hours, services, appointments, and the patient's facet of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import (
    BaseList,
    Board,
    ByCommand,
    Calendar,
    Charge,
    Context,
    Facet,
    Part,
    Problem,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
    sort_key,
    squeeze,
)
from plugins.medical.models import Appointment, Doctor, HoursException, Patient, Service, WeeklyHours

SPECIALTIES = "medical.specialty"
ILLNESSES = "medical.illness"
INSURERS = "medical.insurer"

WEEKDAYS = {
    "0": _("Saturday"),
    "1": _("Sunday"),
    "2": _("Monday"),
    "3": _("Tuesday"),
    "4": _("Wednesday"),
    "5": _("Thursday"),
    "6": _("Friday"),
}
STATES = {
    "booked": _("Booked"),
    "confirmed": _("Confirmed"),
    "arrived": _("Arrived"),
    "in_visit": _("In visit"),
    "done": _("Done"),
    "missed": _("Did not come"),
    "cancelled": _("Cancelled"),
}
COLOURS = {
    "booked": "blue",
    "confirmed": "cyan",
    "arrived": "amber",
    "in_visit": "violet",
    "done": "green",
    "missed": "red",
    "cancelled": "grey",
}
NEXT: dict[str, tuple[str, ...]] = {
    "booked": ("confirmed", "arrived", "missed"),
    "confirmed": ("arrived", "missed"),
    "arrived": ("in_visit", "done", "missed"),
    "in_visit": ("done",),
    "missed": ("arrived",),
    "done": (),
    "cancelled": (),
}
"""Which state may follow which; cancelling is a command of its own."""
BLOOD_GROUPS = {
    "O+": _("O+"),
    "O-": _("O-"),
    "A+": _("A+"),
    "A-": _("A-"),
    "B+": _("B+"),
    "B-": _("B-"),
    "AB+": _("AB+"),
    "AB-": _("AB-"),
}


class Weekday(fields.Choice):
    """A day of the week, stored as a number from Saturday."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options=WEEKDAYS, **options)

    def parse(self, raw: Any, context: Context) -> Any:
        """Take the number or the name."""
        return int(super().parse(raw, context))

    def show(self, value: Any, context: Context) -> str:
        """The name."""
        return "" if value is None else super().show(str(value), context)


def prepare_hours(context: Context, row: WeeklyHours, values: Mapping[str, Any]) -> list[Problem]:
    """Hours end after they begin."""
    if row.starts is not None and row.ends is not None and row.starts >= row.ends:
        return [Problem("ends", _("The end must be later than the beginning."))]
    return []


def prepare_exception(context: Context, row: HoursException, values: Mapping[str, Any]) -> list[Problem]:
    """A different day has both times or none; extra hours have both."""
    if (row.starts is None) != (row.ends is None):
        return [Problem("ends", _("Give both times, or none for the whole day."))]
    if row.starts is not None and row.ends is not None and row.starts >= row.ends:
        return [Problem("ends", _("The end must be later than the beginning."))]
    if row.kind == "extra" and row.starts is None:
        return [Problem("starts", _("Extra hours need a beginning and an end."))]
    return []


def prepare_doctor(context: Context, doctor: Doctor, values: Mapping[str, Any]) -> list[Problem]:
    """Call the doctor by the person's name where nothing is entered; compute the keys."""
    if not doctor.name and doctor.party_id is not None:
        person = context.runtime.resource("person").by_name["owner"]
        label = fields.Link("party", person.title, to="person").labels([doctor.party_id], context)
        doctor.name = label.get(doctor.party_id, "")
    doctor.search_key = squeeze(doctor.name or "")
    doctor.sort_key = sort_key(doctor.name or "")
    return []


def prepare_service(context: Context, service: Service, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys."""
    service.search_key = squeeze(service.title or "")
    service.sort_key = sort_key(service.title or "")
    return []


DOCTOR = Resource(
    name="medical.doctor",
    model=Doctor,
    title=_("Doctor"),
    plural=_("Doctors"),
    unruled=("room",),
    path="medical/doctors",
    icon="stethoscope",
    faces=True,
    label="name",
    fields=(
        fields.Link("party", _("Person"), to="person", attribute="party_id", required=True),
        fields.Text(
            "name",
            _("Name in the calendar"),
            limit=100,
            help=_("The person's own name where this is empty."),
        ),
        fields.BaseChoice("specialty", _("Specialty"), source=SPECIALTIES, attribute="specialty_id"),
        fields.Text("room", _("Room"), limit=50),
        fields.UserLink(
            "user",
            _("Sign-in"),
            attribute="user_id",
            help=_("With it, the doctor sees the own appointments."),
        ),
        fields.YesNo("active", _("Takes appointments"), default=True),
    ),
    list_columns=("name", "specialty", "room", "active"),
    sections=(Section(_("Doctor"), ("party", "name", "specialty", "room", "user", "active")),),
    parts=(
        Part(
            "hours",
            _("Weekly hours"),
            WeeklyHours,
            "doctor_id",
            (
                Weekday("weekday", _("Day"), required=True),
                fields.TimeOfDay("starts", _("From"), required=True),
                fields.TimeOfDay("ends", _("Until"), required=True),
            ),
            order="weekday",
            prepare=prepare_hours,
            add_title=_("Add hours"),
            ruled=False,
        ),
        Part(
            "exceptions",
            _("Different days"),
            HoursException,
            "doctor_id",
            (
                fields.Day("day", _("Day"), required=True),
                fields.Choice(
                    "kind", _("Kind"), options={"away": _("Away"), "extra": _("Extra hours")}, required=True
                ),
                fields.TimeOfDay("starts", _("From")),
                fields.TimeOfDay("ends", _("Until")),
                fields.Text("reason", _("Reason"), limit=200),
            ),
            order="day",
            prepare=prepare_exception,
            add_title=_("Add a different day"),
            most=400,
        ),
    ),
    sorts=(Sort("name", _("Name"), ("sort_key",)),),
    search=Search(),
    quick_filters=("specialty", "active"),
    prepare=prepare_doctor,
    charges=(Charge("user_id"),),
    constraints={"uq_doctor_party_id": ("party", _("This person is a doctor here already."))},
)

SERVICE = Resource(
    name="medical.service",
    model=Service,
    title=_("Service"),
    plural=_("Services"),
    path="medical/services",
    icon="clipboard-list",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Minutes("minutes", _("Length"), required=True, most=600, help=_("In minutes.")),
        fields.Money("price", _("Price (Rials)"), least=0),
        fields.YesNo("active", _("Can be booked"), default=True),
    ),
    list_columns=("title", "minutes", "price", "active"),
    sections=(Section(_("Service"), ("title", "minutes", "price", "active")),),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    quick_filters=("active",),
    prepare=prepare_service,
    constraints={"uq_service_search_key": ("title", _("There is already a service of this name."))},
)

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
        fields.LongText("note", _("Note"), limit=2000),
        fields.Choice(
            "cancelled_by",
            _("Cancelled by"),
            options={"patient": _("Patient"), "clinic": _("Clinic")},
            read_only=True,
            in_list=False,
        ),
        fields.Text("cancel_reason", _("Reason"), limit=300, read_only=True, in_list=False),
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
                "note",
                "cancelled_by",
                "cancel_reason",
            ),
        ),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("starts_at",), descending=True),
        Sort("earliest", _("Earliest first"), ("starts_at",)),
    ),
    quick_filters=("doctor", "state", "starts_at"),
    editable=False,
    charges=(Charge("doctor_user_id", when=lambda context, model: model.starts_at >= context.now),),
    constraints={
        "ex_appointment_doctor": ("starts_at", _("The doctor already has an appointment at this time.")),
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

PATIENT = Facet(
    resource="person",
    plugin="medical",
    title=_("Clinic"),
    model=Patient,
    key="party_id",
    fields=(
        fields.Code("file_number", _("File number"), limit=30),
        fields.Choice("blood_group", _("Blood group"), options=BLOOD_GROUPS),
        fields.BaseChoice(
            "illness", _("Kind of illness"), source=ILLNESSES, attribute="illness_id", sensitive=True
        ),
        fields.LongText("allergies", _("Allergies"), limit=1000, sensitive=True),
        fields.BaseChoice("insurer", _("Insurer"), source=INSURERS, attribute="insurer_id"),
        fields.Code("insurance_number", _("Insurance number"), limit=30, private=True),
    ),
    permission="medical.patient",
)

BASE_LISTS = (
    BaseList(
        SPECIALTIES,
        _("Specialties"),
        {
            "general": _("General practice"),
            "dentistry": _("Dentistry"),
            "cardiology": _("Cardiology"),
            "gynaecology": _("Gynaecology"),
            "paediatrics": _("Paediatrics"),
            "orthopaedics": _("Orthopaedics"),
            "dermatology": _("Dermatology"),
            "ophthalmology": _("Ophthalmology"),
        },
    ),
    BaseList(
        ILLNESSES,
        _("Kinds of illness"),
        {
            "diabetes": _("Diabetes"),
            "hypertension": _("High blood pressure"),
            "heart": _("Heart disease"),
            "asthma": _("Asthma"),
            "thyroid": _("Thyroid"),
        },
    ),
    BaseList(
        INSURERS,
        _("Insurers"),
        {
            "social_security": _("Social Security"),
            "health": _("Iran Health"),
            "armed_forces": _("Armed Forces"),
            "none": _("Without insurance"),
        },
    ),
)

RESOURCES = (APPOINTMENT, DOCTOR, SERVICE)
