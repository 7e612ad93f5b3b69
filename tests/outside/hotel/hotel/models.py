"""Tables of the hotel, in the schema `hotel`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import (
    Extensible,
    Identified,
    RialType,
    Stamped,
    Versioned,
    schema_base,
    user_values_index,
)

HotelBase = schema_base("hotel")


class Room(Identified, Stamped, Versioned, Extensible, HotelBase):
    """A room and what a night in it costs."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("number", name="uq_room_number"), user_values_index("room"))

    number: Mapped[str] = mapped_column(Text)
    night_price: Mapped[int] = mapped_column(RialType)
    adjoining_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("hotel.room.id", name="fk_room_adjoining_id", ondelete="SET NULL")
    )
    """The room that a door leads to."""


class Stay(Identified, Stamped, Versioned, HotelBase):
    """Nights of a guest in a room; a room is never given twice."""

    __tablename__ = "stay"
    __table_args__ = (
        ExcludeConstraint(
            ("room_id", "="),
            (text("daterange(arrival, departure, '[)')"), "&&"),
            name="ex_stay_room",
            using="gist",
        ),
    )

    room_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("hotel.room.id", name="fk_stay_room_id", ondelete="RESTRICT")
    )
    guest_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name="fk_stay_guest_id", ondelete="RESTRICT")
    )
    payer_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name="fk_stay_payer_id", ondelete="SET NULL")
    )
    arrival: Mapped[date] = mapped_column(Date)
    departure: Mapped[date] = mapped_column(Date)
    remarks: Mapped[str | None] = mapped_column(Text)
    """Came with the second migration."""


class Guest(Identified, Stamped, Versioned, HotelBase):
    """What the hotel knows of a party as a guest: its facet."""

    __tablename__ = "guest"
    __table_args__ = (UniqueConstraint("party_id", name="uq_guest_party_id"),)

    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name="fk_guest_party_id", ondelete="CASCADE")
    )
    likes: Mapped[str | None] = mapped_column(Text)
    points: Mapped[int | None] = mapped_column(Integer)
    floor: Mapped[str | None] = mapped_column(Text)
    pillow: Mapped[str | None] = mapped_column(Text)
