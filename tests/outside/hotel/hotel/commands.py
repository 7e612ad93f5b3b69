"""What is done in the hotel besides filling in forms."""

from __future__ import annotations

from datetime import date

from hotel.models import Stay
from kernel.api import Context, Invalid, Problem, _, command, fields

ARGUMENTS = (
    fields.Link("room", _("Room"), to="hotel.room", required=True),
    fields.Link("guest", _("Guest"), to="person", required=True),
    fields.Day("departure", _("Departure"), required=True),
)
"""What other programs send to check somebody in."""


@command("hotel.check_in", _("Check in"), resource="hotel.stay", action="create", fields=ARGUMENTS)
def check_in(context: Context, *, room: int, guest: int, departure: date) -> int:
    """Give a guest a room from today on; gives the id of the stay."""
    if departure <= context.today:
        raise Invalid([Problem("departure", _("A stay ends after the day on which it begins."))])
    stay = Stay(room_id=room, guest_id=guest, arrival=context.today, departure=departure)
    context.session.add(stay)
    context.session.flush()
    return stay.id


ENQUIRY = (
    fields.Text("last_name", _("Your name"), required=True, limit=80),
    fields.Phone("mobile", _("Your mobile"), only="mobile", required=True),
)
"""What a guest writes who asks to be called."""


@command("hotel.enquire", _("Ask for a room"), resource="party", action="create")
def enquire(context: Context, *, last_name: str, mobile: str) -> int:
    """Enter somebody who asks for a room as a person; gives the id."""
    given = {"last_name": last_name, "mobile": mobile}
    read, problems = {}, []
    for item in ENQUIRY:
        try:
            read[item.name] = item.read(given[item.name], context)
        except fields.FieldError as error:
            problems.append(Problem(item.name, error.message))
    if problems:
        raise Invalid(problems)
    number = [{"kind": "mobile", "value": read["mobile"]}]
    values, parts = {"last_name": read["last_name"]}, {"contacts": number}
    return int(context.run("record.create", resource="person", values=values, parts=parts))
