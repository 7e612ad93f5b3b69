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
