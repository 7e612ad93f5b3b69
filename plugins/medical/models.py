"""Tables of the clinic, in the schema `medical`.

Overlaps are refused by the database: an appointment excludes every other of the same doctor and of the same patient whose
time touches its own, as long as neither is cancelled, missed, or in the bin.
"""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, RialType, Stamped, Versioned, schema_base

MedicalBase = schema_base("medical")

OCCUPYING = text("state NOT IN ('cancelled', 'missed') AND binned_at IS NULL")
"""Appointments that take up their doctor's and their patient's time."""


def party(name: str, *, ondelete: str, nullable: bool = False) -> Mapped[int]:
    """A foreign key to a party. RESTRICT stands in the way of the party's deletion, CASCADE goes with it."""
    return mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name=name, ondelete=ondelete), nullable=nullable
    )


class Patient(Identified, Stamped, Versioned, MedicalBase):
    """What the clinic knows of a person as a patient: the facet of a party."""

    __tablename__ = "patient"

    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name="fk_patient_party_id", ondelete="CASCADE"), unique=True
    )
    file_number: Mapped[str | None] = mapped_column(Text)
    """Number of the paper file, as the clinic writes it."""
    blood_group: Mapped[str | None] = mapped_column(Text)
    illness_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.base_value.id", name="fk_patient_illness_id", ondelete="RESTRICT")
    )
    """Kind of illness, by which patients are grouped; sensitive."""
    allergies: Mapped[str | None] = mapped_column(Text)
    insurer_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.base_value.id", name="fk_patient_insurer_id", ondelete="RESTRICT")
    )
    insurance_number: Mapped[str | None] = mapped_column(Text)


class Doctor(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A doctor of the clinic: a person who has hours. `user_id` is the doctor's own sign-in."""

    __tablename__ = "doctor"
    __table_args__ = (
        Index("uq_doctor_party_id", "party_id", unique=True, postgresql_where=text("binned_at IS NULL")),
        Index("ix_doctor_sort_key", "sort_key", "id", postgresql_where=text("binned_at IS NULL")),
    )

    party_id: Mapped[int] = party("fk_doctor_party_id", ondelete="RESTRICT")
    user_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name="fk_doctor_user_id", ondelete="SET NULL")
    )
    name: Mapped[str] = mapped_column(Text)
    """How the doctor is called in calendars and messages; the person's name where nothing is entered."""
    specialty_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.base_value.id", name="fk_doctor_specialty_id", ondelete="RESTRICT")
    )
    room: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class WeeklyHours(Identified, Stamped, Versioned, MedicalBase):
    """One interval of a doctor's week; several a day are morning and evening shifts."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("starts < ends", name="order"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        Index("ix_weekly_hours_doctor_id", "doctor_id", "weekday", "starts"),
    )

    doctor_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.doctor.id", name="fk_weekly_hours_doctor_id", ondelete="CASCADE")
    )
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """0 is Saturday."""
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)


class HoursException(Identified, Stamped, Versioned, MedicalBase):
    """A day on which a doctor's hours differ: away (whole day or an interval), or there besides the weekly hours."""

    __tablename__ = "hours_exception"
    __table_args__ = (
        CheckConstraint("kind IN ('away', 'extra')", name="kind"),
        CheckConstraint(
            "(starts IS NULL) = (ends IS NULL) AND (starts IS NULL OR starts < ends)", name="order"
        ),
        CheckConstraint("kind = 'away' OR starts IS NOT NULL", name="extra"),
        Index("ix_hours_exception_doctor_id", "doctor_id", "day"),
    )

    doctor_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.doctor.id", name="fk_hours_exception_doctor_id", ondelete="CASCADE")
    )
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    starts: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    reason: Mapped[str | None] = mapped_column(Text)


class Service(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """What a patient comes for, and how long it takes."""

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        Index("uq_service_search_key", "search_key", unique=True, postgresql_where=text("binned_at IS NULL")),
        Index("ix_service_sort_key", "sort_key", "id", postgresql_where=text("binned_at IS NULL")),
    )

    title: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(Integer)
    price: Mapped[int | None] = mapped_column(RialType)
    """Usual price in Rials."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Appointment(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A patient's time with a doctor. Start and end stand in plain columns; the range lives in the constraints only."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint(
            "state IN ('booked', 'confirmed', 'arrived', 'in_visit', 'done', 'missed', 'cancelled')",
            name="state",
        ),
        ExcludeConstraint(
            ("doctor_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_appointment_doctor",
            where=OCCUPYING,
        ),
        ExcludeConstraint(
            ("patient_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_appointment_patient",
            where=OCCUPYING,
        ),
        Index("ix_appointment_doctor_id_starts_at", "doctor_id", "starts_at"),
        Index("ix_appointment_patient_id_starts_at", "patient_id", "starts_at"),
        Index("ix_appointment_starts_at", "starts_at", "id"),
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
    state: Mapped[str] = mapped_column(Text, server_default=text("'booked'"))
    doctor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    """The doctor's sign-in at the time of booking or moving: by it, a doctor's own appointments are his to see."""
    note: Mapped[str | None] = mapped_column(Text)
    cancelled_by: Mapped[str | None] = mapped_column(Text)
    """`patient` or `clinic`."""
    cancel_reason: Mapped[str | None] = mapped_column(Text)
