"""The arguments of the clinic's commands, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kernel.api import Context, EditConflict, Invalid, Problem, _, editable, fields, load
from plugins.medical.models import Appointment
from plugins.medical.resources import APPOINTMENT, DOCTOR, SERVICE, STATES


class Minute(fields.Instant):
    """A point in time to the minute: pages show no seconds, so that none may stand in the way of the next visit."""

    def parse(self, raw: Any, context: Context) -> datetime:
        """Leave seconds out."""
        return super().parse(raw, context).replace(second=0, microsecond=0)


END = Minute("ends_at", _("Ends at"))
START = Minute("starts_at", _("Starts at"), required=True)
NOTE = fields.LongText("note", _("Note"), limit=2000)
REASON = fields.Text("reason", _("Reason"), limit=300)
LENGTH = fields.Minutes("minutes", _("Length"), most=600)
PERSON = fields.Link("patient", _("Patient"), to="person", required=True)
WHO = fields.Link("doctor", _("Doctor"), to=DOCTOR.name, required=True)
WHAT = fields.Link("service", _("Service"), to=SERVICE.name, required=True)
BY = fields.Choice(
    "cancelled_by",
    _("Cancelled by"),
    options={"patient": _("Patient"), "clinic": _("Clinic")},
    required=True,
)

# The arguments of commands, as other programs send them.
WHICH = fields.Link("appointment", _("Appointment"), to=APPOINTMENT.name, required=True)
BY_WHOM = fields.Choice("by", _("Cancelled by"), options=BY.options, required=True)
STATE = fields.Choice("state", _("State"), options=STATES, required=True)
TELL_CANCELLED = fields.YesNo("tell", _("Tell the patient by SMS where the clinic cancels"))
TELL_MOVED = fields.YesNo("tell", _("Tell the patient of the new time by SMS"))
OTHER_DOCTOR = fields.Link("doctor", _("Doctor"), to=DOCTOR.name)
OUTSIDE_HOURS = fields.YesNo("outside_hours", _("Outside hours"))
REFERRAL = fields.Link("referral", _("Referral"), to="medical.referral")
VERSION = fields.Whole("version", _("Version"), least=1, most=2**31 - 1)


def read(context: Context, kinds: Iterable[fields.Field], entered: dict[str, Any]) -> dict[str, Any]:
    """Give the typed values; raise `Invalid` naming every field that does not fit."""
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


def opened(context: Context, number: int, version: int | None = None) -> Appointment:
    """Give an appointment that the actor may change, locked; raise `EditConflict` where another has changed it."""
    editable(context, APPOINTMENT, number)
    record: Appointment = load(context, APPOINTMENT, number, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    return record
