"""What leads to an appointment: those who wait for one, referrals, links of patients, and lists that they were told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, Stamped, Versioned
from plugins.medical.models.base import KEPT, MedicalBase, link, party


class Waiting(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A patient who waits for a time: what comes free is offered to the first in line for a while, then to the next."""

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'offered', 'booked', 'gone')", name="state"),
        CheckConstraint("part IN ('any', 'morning', 'afternoon', 'evening')", name="part"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name="offer"),
        Index("ix_waiting_state", "state", "id", postgresql_where=KEPT),
        Index("ix_waiting_patient_id", "patient_id"),
        Index("ix_waiting_service_id", "service_id"),
        Index("ix_waiting_doctor_id", "doctor_id"),
        Index(
            "uq_waiting_appointment_id",
            "appointment_id",
            unique=True,
            postgresql_where=text("appointment_id IS NOT NULL"),
        ),
    )

    patient_id: Mapped[int] = party("fk_waiting_patient_id", ondelete="CASCADE")
    service_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.service.id", name="fk_waiting_service_id", ondelete="RESTRICT")
    )
    doctor_id: Mapped[int | None] = link("medical.doctor", "fk_waiting_doctor_id")
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    part: Mapped[str] = mapped_column(Text, server_default=text("'any'"), default="any")
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"), default="waiting")
    appointment_id: Mapped[int | None] = link(
        "medical.appointment", "fk_waiting_appointment_id", ondelete="SET NULL"
    )
    """The place that is held for the answer, later the appointment."""
    offered_until: Mapped[datetime | None] = mapped_column(InstantType)
    offers: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How often a place was offered."""
    unreached_at: Mapped[datetime | None] = mapped_column(InstantType)
    """When a place was passed on to the next in line because an SMS could not reach the patient; None once one could."""
    note: Mapped[str | None] = mapped_column(Text)


class Referral(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A patient whom one doctor sends to another, or to a specialty; booked or not."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'booked', 'closed')", name="state"),
        CheckConstraint("doctor_id IS NOT NULL OR specialty_id IS NOT NULL", name="whereto"),
        Index("ix_referral_day", "day", "id", postgresql_where=KEPT),
        Index("ix_referral_patient_id", "patient_id"),
        Index("ix_referral_doctor_id", "doctor_id"),
        Index("ix_referral_from_doctor_id", "from_doctor_id"),
        Index(
            "ix_referral_appointment_id",
            "appointment_id",
            postgresql_where=text("appointment_id IS NOT NULL"),
        ),
    )

    patient_id: Mapped[int] = party("fk_referral_patient_id", ondelete="RESTRICT")
    day: Mapped[date] = mapped_column(Date)
    from_doctor_id: Mapped[int | None] = link("medical.doctor", "fk_referral_from_doctor_id")
    doctor_id: Mapped[int | None] = link("medical.doctor", "fk_referral_doctor_id")
    doctor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    """The sign-in of the doctor who is to see the patient."""
    specialty_id: Mapped[int | None] = link("kernel.base_value", "fk_referral_specialty_id")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    appointment_id: Mapped[int | None] = link(
        "medical.appointment", "fk_referral_appointment_id", ondelete="SET NULL"
    )


class BookingLink(Identified, Stamped, Versioned, MedicalBase):
    """The secret address by which a patient books, confirms and cancels without a sign-in."""

    __tablename__ = "booking_link"
    __table_args__ = (
        Index("uq_booking_link_party_id", "party_id", unique=True),
        Index("uq_booking_link_code", "code", unique=True),
    )

    party_id: Mapped[int] = party("fk_booking_link_party_id", ondelete="CASCADE")
    code: Mapped[str] = mapped_column(Text)
    until: Mapped[date] = mapped_column(Date)


class Proposal(Identified, Stamped, Versioned, MedicalBase):
    """What a patient was told by SMS, and from which an answer chooses by number: free times, or own appointments."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("kind IN ('book', 'confirm', 'cancel')", name="kind"),
        CheckConstraint("kind <> 'book' OR service_id IS NOT NULL", name="service"),
        Index("uq_proposal_party_id", "party_id", unique=True),
        Index("ix_proposal_service_id", "service_id"),
    )

    party_id: Mapped[int] = party("fk_proposal_party_id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(Text, server_default=text("'book'"), default="book")
    """What the number is for: to book a time, or to confirm or cancel an appointment."""
    service_id: Mapped[int | None] = link("medical.service", "fk_proposal_service_id", ondelete="CASCADE")
    options: Mapped[list[Any]] = mapped_column(JSONB)
    """Pairs of doctor and beginning, or ids of appointments."""
    until: Mapped[datetime] = mapped_column(InstantType)
