"""The hotel's record kinds, and its facet of the party."""

from __future__ import annotations

from hotel.models import Guest, Room, Stay
from kernel.api import Facet, Resource, _, fields

ROOM = Resource(
    name="hotel.room",
    model=Room,
    title=_("Room"),
    plural=_("Rooms"),
    path="hotel/rooms",
    label="number",
    fields=(
        fields.Text("number", _("Room number"), required=True, limit=20),
        fields.Money("night_price", _("Price of a night"), required=True),
    ),
    list_columns=("number", "night_price"),
)

STAY = Resource(
    name="hotel.stay",
    model=Stay,
    title=_("Stay"),
    plural=_("Stays"),
    path="hotel/stays",
    label="id",
    fields=(
        fields.Link("room_id", _("Room"), to="hotel.room", required=True),
        fields.Link("guest_id", _("Guest"), to="person", required=True),
        fields.Day("arrival", _("Arrival"), required=True),
        fields.Day("departure", _("Departure"), required=True),
        fields.LongText("remarks", _("Remarks"), limit=2000),
    ),
    list_columns=("room_id", "guest_id", "arrival", "departure"),
    constraints={"ex_stay_room": ("room_id", _("This room is taken on these nights."))},
)

GUEST = Facet(
    resource="person",
    plugin="hotel",
    title=_("Hotel guest"),
    model=Guest,
    key="party_id",
    fields=(
        fields.Text("likes", _("Likes"), limit=500),
        fields.Whole("points", _("Points"), merge="sum"),
        fields.Text("floor", _("Floor"), limit=50, merge="keep"),
        fields.Text("pillow", _("Pillow"), limit=50, merge="ask"),
    ),
    permission="hotel.guest",
)
