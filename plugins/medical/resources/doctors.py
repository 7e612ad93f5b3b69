"""Doctors with their weekly hours and different days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import (
    Charge,
    Context,
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
from plugins.medical.following import follow_doctor
from plugins.medical.models import Doctor, HoursException, WeeklyHours
from plugins.medical.resources.words import GROUPS, SPECIALTIES, WEEKDAYS


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


ENDS_BEFORE = _(
    "The end must be later than the beginning. A night shift stands in two rows: until 23:59, and from 00:00 on the day "
    "after."
)


def prepare_hours(context: Context, row: WeeklyHours, values: Mapping[str, Any]) -> list[Problem]:
    """Hours end after they begin, and so does the time for which they hold."""
    if row.starts is not None and row.ends is not None and row.starts >= row.ends:
        return [Problem("ends", ENDS_BEFORE)]
    if row.valid_from is not None and row.valid_until is not None and row.valid_from > row.valid_until:
        return [Problem("valid_until", _("The last day must not be before the first one."))]
    return []


def prepare_exception(context: Context, row: HoursException, values: Mapping[str, Any]) -> list[Problem]:
    """A different day has both times or none; extra hours have both."""
    if (row.starts is None) != (row.ends is None):
        return [Problem("ends", _("Give both times, or none for the whole day."))]
    if row.starts is not None and row.ends is not None and row.starts >= row.ends:
        return [Problem("ends", ENDS_BEFORE)]
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
        fields.BaseChoice(
            "group",
            _("Department"),
            source=GROUPS,
            attribute="group_id",
            help=_("Doctors of one department are looked at together."),
        ),
        fields.Text("room", _("Room"), limit=50),
        fields.UserLink(
            "user",
            _("Sign-in"),
            attribute="user_id",
            help=_("With it, the doctor sees the own appointments."),
        ),
        fields.YesNo(
            "holidays",
            _("Works on holidays"),
            default=False,
            help=_("Without it, the weekly hours do not hold on the holidays of the calendar."),
            in_list=False,
        ),
        fields.YesNo("active", _("Takes appointments"), default=True),
    ),
    list_columns=("name", "specialty", "group", "room", "active"),
    sections=(
        Section(_("Doctor"), ("party", "name", "specialty", "group", "room", "user", "holidays", "active")),
    ),
    parts=(
        Part(
            "hours",
            _("Weekly hours"),
            WeeklyHours,
            "doctor_id",
            (
                Weekday("weekday", _("Day"), required=True),
                fields.Choice(
                    "kind", _("Kind"), options={"work": _("Hours"), "break": _("Break")}, default="work"
                ),
                fields.TimeOfDay("starts", _("From"), required=True),
                fields.TimeOfDay("ends", _("Until"), required=True),
                fields.Day("valid_from", _("Holds from")),
                fields.Day("valid_until", _("Holds until")),
            ),
            order="weekday",
            most=100,
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
    quick_filters=("specialty", "group", "active"),
    prepare=prepare_doctor,
    follow=follow_doctor,
    charges=(Charge("user_id"),),
    constraints={"uq_doctor_party_id": ("party", _("This person is a doctor here already."))},
)
