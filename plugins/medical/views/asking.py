"""What the clinic's pages read out of addresses and forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import request

from kernel.api import CommandForm, Context, _, fields, stored_number, tell
from plugins.medical.booking import FARTHEST

DAY = fields.Day("date", _("Day"), required=True)
TIME = fields.TimeOfDay("time", _("Time"), required=True)
LONGEST_AGO = timedelta(days=36600)
"""Days that are looked at are not before this; weeks around them would leave the calendar."""
ANYTIME = fields.YesNo("outside_hours", _("Outside the doctor's hours"))


class AtDayAndTime:
    """Shows problems of the beginning beside the day or the time that it was entered by."""

    def __init__(self, form: CommandForm) -> None:
        self.form = form

    def attach(self, problems: Any) -> None:
        """Put what is said of `starts_at` beside the time."""
        self.form.attach(
            replace(problem, field="time") if problem.field == "starts_at" else problem
            for problem in problems
        )


def moment(given: dict[str, Any]) -> str:
    """Put day and time together, as commands read a moment."""
    if not all(str(given.get(name) or "").strip() for name in ("date", "time")):
        return ""
    return f"{str(given['date']).strip()} {str(given.get('time') or '').strip()}"


def given(context: Context) -> dict[str, Any]:
    """Give what an address says of a new appointment."""
    held: dict[str, Any] = {}
    for name in ("doctor", "patient", "service", "referral"):
        if number(name) is not None:
            held[name] = number(name)
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
        DAY.read(at.date().isoformat(), context)
    except (ValueError, fields.FieldError):
        return {"date": context.today, **held}
    return {"date": at.date(), "time": at.time(), **held}


def day_asked(context: Context, name: str = "date") -> date:
    """Give the day that the address asks for; today, with a word, where it is none."""
    text = request.args.get(name, "")
    if not text.strip():
        return context.today
    try:
        asked: date = DAY.read(text, context)
    except fields.FieldError as error:
        tell(error.message, "error")
        return context.today
    if not -LONGEST_AGO <= asked - context.today <= FARTHEST:
        tell(_("This day is too far from today."), "error")
        return context.today
    return asked


def number(name: str) -> int | None:
    """Give a number of the address; None for what is none."""
    return stored_number(request.args.get(name, ""))


def version() -> int | None:
    """Give the version of the record that the form was opened with."""
    return stored_number(request.form.get("version", ""))
