"""Appointments, and the rooms and devices that they take.

Overlaps are refused by the database: an appointment excludes every other of the same doctor, patient, room and device
whose time touches its own, as long as neither is cancelled, missed, or in the bin. Patients of one time of a service with
room for several share that time, each on a seat of its own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, RialType, Stamped, Versioned
from plugins.medical.models.base import MedicalBase, link, party

OCCUPYING = text("state NOT IN ('cancelled', 'missed') AND binned_at IS NULL")
"""Appointments that take up their doctor's and their patient's time."""
STANDING = ("booked", "confirmed")
"""States of appointments that are to come: they can be moved, confirmed and planned anew."""
TOGETHER = text(
    "(CASE WHEN capacity = 1 THEN id::text ELSE doctor_id::text || '/' || service_id::text || '/' "
    "|| extract(epoch FROM (starts_at AT TIME ZONE 'UTC'))::text END)"
)
"""What those share who come together; of a visit of one patient, nobody else has it."""

BUSY_FROM = "extract(epoch FROM (starts_at AT TIME ZONE 'UTC')) - buffer_before * 60"
BUSY_UNTIL = "extract(epoch FROM (ends_at AT TIME ZONE 'UTC')) + buffer_after * 60"
BUSY = text(f"numrange({BUSY_FROM}, {BUSY_UNTIL})")
"""When doctor, room and device are busy, in seconds: the visit with the buffers of its service. No interval stands in it,
since how that is written depends on the session."""


TAKING = ("occupies", "busy_from", "busy_until", "together")
"""Computed of an appointment, and kept by the database with each room and device that it takes."""


def _busy(column: str, name: str) -> ExcludeConstraint[Any]:
    """Nobody and nothing is busy twice, but together with others at one time."""
    return ExcludeConstraint(
        (column, "="),
        (BUSY, "&&"),
        (TOGETHER, "<>"),
        name=name,
        where=OCCUPYING,
    )


class Appointment(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A patient's time with a doctor. Start and end stand in plain columns; the range lives in the constraints only."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("buffer_before >= 0 AND buffer_after >= 0", name="buffers"),
        CheckConstraint(
            "state IN ('booked', 'confirmed', 'arrived', 'in_visit', 'done', 'missed', 'cancelled', 'offered')",
            name="state",
        ),
        CheckConstraint("capacity >= 1 AND seat BETWEEN 1 AND capacity", name="seat"),
        CheckConstraint("(queue_number IS NULL) = (queue_day IS NULL)", name="queue"),
        CheckConstraint(
            "coalesce(insurer_part, 0) >= 0 AND coalesce(supplementary_part, 0) >= 0 "
            "AND coalesce(insurer_part, 0) + coalesce(supplementary_part, 0) <= coalesce(price, 0)",
            name="parts",
        ),
        _busy("doctor_id", "ex_appointment_doctor"),
        _busy("room_id", "ex_appointment_room"),
        _busy("device_id", "ex_appointment_device"),
        ExcludeConstraint(
            ("patient_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_appointment_patient",
            where=OCCUPYING,
        ),
        Index(
            "uq_appointment_seat",
            "doctor_id",
            "service_id",
            "starts_at",
            "seat",
            unique=True,
            postgresql_where=text(
                "capacity > 1 AND state NOT IN ('cancelled', 'missed') AND binned_at IS NULL"
            ),
        ),
        Index(
            "uq_appointment_queue",
            "doctor_id",
            "queue_day",
            "queue_number",
            unique=True,
            postgresql_where=text("queue_number IS NOT NULL"),
        ),
        Index("ix_appointment_doctor_id_starts_at", "doctor_id", "starts_at"),
        Index("ix_appointment_patient_id_starts_at", "patient_id", "starts_at"),
        Index("ix_appointment_starts_at", "starts_at", "id"),
        Index("ix_appointment_room_id", "room_id", "starts_at", postgresql_where=text("room_id IS NOT NULL")),
        UniqueConstraint("id", *TAKING, name="uq_appointment_taking"),
    )

    doctor_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.doctor.id", name="fk_appointment_doctor_id", ondelete="RESTRICT")
    )
    patient_id: Mapped[int] = party("fk_appointment_patient_id", ondelete="RESTRICT")
    service_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.service.id", name="fk_appointment_service_id", ondelete="RESTRICT")
    )
    starts_at: Mapped[datetime] = mapped_column(InstantType)
    ends_at: Mapped[datetime] = mapped_column(InstantType)
    buffer_before: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    buffer_after: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    """Minutes around the visit in which doctor, room and device are busy, too."""
    capacity: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    seat: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    room_id: Mapped[int | None] = link("medical.facility", "fk_appointment_room_id")
    device_id: Mapped[int | None] = link("medical.facility", "fk_appointment_device_id")
    state: Mapped[str] = mapped_column(Text, server_default=text("'booked'"))
    outside: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether it was booked outside the hours on purpose, so that it need not be planned anew."""
    walk_in: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    source: Mapped[str] = mapped_column(Text, server_default=text("'desk'"), default="desk")
    """By which way it was booked: `desk`, `link`, `sms`, `ussd`, `waiting`."""
    queue_day: Mapped[date | None] = mapped_column(Date)
    queue_number: Mapped[int | None] = mapped_column(Integer)
    """The doctor's queue of that day, in the order of arrival."""
    arrived_at: Mapped[datetime | None] = mapped_column(InstantType)
    series_id: Mapped[int | None] = mapped_column(BigInteger)
    """The first appointment of recurring visits."""
    doctor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    """The doctor's sign-in at the time of booking or moving: by it, a doctor's own appointments are his to see."""
    note: Mapped[str | None] = mapped_column(Text)
    cancelled_by: Mapped[str | None] = mapped_column(Text)
    """`patient`, `clinic`, or `offer` where a place that was offered to somebody who waits was not taken."""
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    price: Mapped[int | None] = mapped_column(RialType)
    insurer_id: Mapped[int | None] = link("kernel.base_value", "fk_appointment_insurer_id")
    insurer_part: Mapped[int | None] = mapped_column(RialType)
    supplementary_id: Mapped[int | None] = link("kernel.base_value", "fk_appointment_supplementary_id")
    supplementary_part: Mapped[int | None] = mapped_column(RialType)
    """What the insurers pay of the price; the patient pays the rest."""
    asked_at: Mapped[datetime | None] = mapped_column(InstantType)
    """When the patient was last asked by SMS whether the time suits; None where nothing was asked since the last answer."""
    planned_from: Mapped[datetime | None] = mapped_column(InstantType)
    """The time that planning anew took from it, for it to be given back where that fits again."""
    occupies: Mapped[bool] = mapped_column(Boolean, Computed(OCCUPYING.text, persisted=True))
    busy_from: Mapped[Decimal] = mapped_column(Numeric, Computed(BUSY_FROM, persisted=True))
    busy_until: Mapped[Decimal] = mapped_column(Numeric, Computed(BUSY_UNTIL, persisted=True))
    together: Mapped[str] = mapped_column(Text, Computed(TOGETHER.text, persisted=True))

    @property
    def minutes(self) -> int:
        """How long the visit is."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


class FacilityUse(Identified, Stamped, Versioned, MedicalBase):
    """A room or device that an appointment takes; of some services, several.

    When it is taken follows the appointment by the foreign key, so that no command can forget it.
    """

    __tablename__ = "facility_use"
    __table_args__ = (
        ForeignKeyConstraint(
            ("appointment_id", *TAKING),
            [f"medical.appointment.{column}" for column in ("id", *TAKING)],
            name="fk_facility_use_appointment_id",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        ExcludeConstraint(
            ("facility_id", "="),
            (func.numrange(text("busy_from"), text("busy_until")), "&&"),
            ("together", "<>"),
            name="ex_facility_use_facility",
            where=text("occupies"),
        ),
        Index("uq_facility_use_appointment_id", "appointment_id", "facility_id", unique=True),
        Index("ix_facility_use_facility_id", "facility_id"),
    )

    appointment_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("medical.facility.id", name="fk_facility_use_facility_id", ondelete="RESTRICT"),
    )
    occupies: Mapped[bool] = mapped_column(Boolean)
    busy_from: Mapped[Decimal] = mapped_column(Numeric)
    busy_until: Mapped[Decimal] = mapped_column(Numeric)
    together: Mapped[str] = mapped_column(Text)
