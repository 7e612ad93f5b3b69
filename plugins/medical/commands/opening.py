"""What a patient does on the page of his link. Run as the system; the code says for whom."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, NotFound, Problem, Refused, _, command, stored_number
from plugins.medical.booking import moment_of
from plugins.medical.models import Appointment
from plugins.medical.selfservice import book_for_self, cancel_by_patient, coming, confirm, whose


def _patient(context: Context, code: str) -> int:
    found = whose(context, code)
    if found is None or context.actor.kind != "system":
        raise NotFound()
    return found


@command("medical.open_book", _("Book by the own link"), resource="medical.appointment", action="create")
def open_book(context: Context, *, code: str, service: Any, doctor: Any, starts_at: str) -> int:
    """Book a free time for whoever has the code."""
    party_id = _patient(context, code)
    numbers = stored_number(str(service)), stored_number(str(doctor))
    at = moment_of(context, starts_at)
    if at is None or numbers[0] is None or numbers[1] is None:
        raise Invalid([Problem("starts_at", _("Choose one of the free times."))])
    return book_for_self(context, party_id, numbers[0], numbers[1], at, "link").id


@command(
    "medical.open_answer",
    _("Confirm or cancel by the own link"),
    resource="medical.appointment",
    action="edit",
)
def open_answer(context: Context, *, code: str, appointment: int, answer: str) -> int:
    """Confirm or cancel an appointment of whoever has the code."""
    party_id = _patient(context, code)
    found: Appointment | None = next(
        (each for each in coming(context, [party_id], 50) if each.id == appointment), None
    )
    if found is None:
        raise Refused(_("This appointment stands no more."))
    if answer == "cancel":
        cancel_by_patient(context, found)
    elif answer == "confirm":
        confirm(context, found)
    else:
        raise Refused(_("Choose whether you come or not."))
    return found.id
