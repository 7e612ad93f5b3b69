"""Those who wait for a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Problem, Resource, Section, Sort, _, fields
from plugins.medical.models import Waiting
from plugins.medical.slots import PARTS

LONGEST_WAIT = timedelta(days=366)
"""A free time is looked for on every day of a wait, again and again."""
WAITING_STATES = {
    "waiting": _("Waits"),
    "offered": _("Was asked"),
    "booked": _("Has a time"),
    "gone": _("Waits no more"),
}


def prepare_waiting(context: Context, row: Waiting, values: Mapping[str, Any]) -> list[Problem]:
    """The days are in order, and not all past."""
    if row.first_day is None or row.last_day is None:
        return []
    if row.first_day > row.last_day:
        return [Problem("last_day", _("The last day must not be before the first one."))]
    if row.state in (None, "waiting") and row.last_day < context.today:
        return [Problem("last_day", _("This day is in the past."))]
    if row.last_day > context.today + LONGEST_WAIT:
        return [Problem("last_day", _("Nobody waits for longer than a year: choose an earlier day."))]
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
