"""Who sees and changes the hotel's rows."""

from __future__ import annotations

from hotel.models import Guest, Room, Stay
from kernel.api import Party, child, public, rows

POLICIES = (
    public(Room, "hotel.room"),
    rows(Stay, "hotel.stay", own=("created_by",), party="guest_id"),
    child(Guest, parent=Party, key="party_id", resource="hotel.guest"),
)
