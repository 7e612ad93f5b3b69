"""Claims under a guarantee, and disputes between two who hold the same card."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, RialType, Stamped, Versioned
from plugins.carpet.models.base import BASE, PARTY, USER, CarpetBase, may_refer, refers

CLAIM_STATES = ("open", "inspection", "accepted", "refused", "repaired", "replaced")
UNSETTLED = ("open", "inspection", "accepted")


class Claim(Identified, Stamped, Versioned, CarpetBase):
    """A fault that an owner reports: inspected, decided, and settled by repair or replacement. Photos are its files."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(name) for name in CLAIM_STATES)})", name="state"),
        CheckConstraint("(state = 'replaced') = (replacement_id IS NOT NULL)", name="replacement"),
        CheckConstraint("cost >= 0", name="cost"),
        Index("uq_claim_number", "number", unique=True),
        Index("uq_claim_replacement_id", "replacement_id", unique=True),
        Index(
            "uq_claim_guarantee_id",
            "guarantee_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'inspection', 'accepted')"),
        ),
        Index("ix_claim_guarantee_id", "guarantee_id", "id"),
        Index("ix_claim_dealer_id", "dealer_id", "id"),
        Index("ix_claim_model_id", "model_id", "id"),
        Index("ix_claim_state", "state", "id"),
        Index("ix_claim_inspector_id", "inspector_id", "id"),
    )

    number: Mapped[str] = mapped_column(Text)
    guarantee_id: Mapped[int] = refers("claim_guarantee_id", "carpet.guarantee")
    model_id: Mapped[int] = refers("claim_model_id", "carpet.model")
    dealer_id: Mapped[int | None] = may_refer("claim_dealer_id", "carpet.dealer")
    reported_on: Mapped[date] = mapped_column(Date)
    fault_id: Mapped[int | None] = may_refer("claim_fault_id", BASE)
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    inspector_id: Mapped[int | None] = may_refer("claim_inspector_id", USER, ondelete="SET NULL")
    inspect_on: Mapped[date | None] = mapped_column(Date)
    """When the inspection is due."""
    inspected_on: Mapped[date | None] = mapped_column(Date)
    findings: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[date | None] = mapped_column(Date)
    decision: Mapped[str | None] = mapped_column(Text)
    """The words of the decision."""
    settled_on: Mapped[date | None] = mapped_column(Date)
    replacement_id: Mapped[int | None] = may_refer("claim_replacement_id", "carpet.serial")
    """The carpet that was given instead."""
    cost: Mapped[int | None] = mapped_column(RialType)
    """What the owner pays for work that the guarantee does not cover."""
    search_key: Mapped[str] = mapped_column(Text)


class Dispute(Identified, Stamped, Versioned, CarpetBase):
    """That somebody sent serial and code of a carpet that is registered for another: decided by people."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'kept', 'moved')", name="state"),
        CheckConstraint("channel IN ('sms', 'web', 'staff')", name="channel"),
        CheckConstraint("(state = 'open') = (decided_on IS NULL)", name="decided_on"),
        Index(
            "uq_dispute_guarantee_id",
            "guarantee_id",
            "party_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_dispute_party_id", "party_id", "id"),
        Index("ix_dispute_state", "state", "id"),
    )

    guarantee_id: Mapped[int] = refers("dispute_guarantee_id", "carpet.guarantee")
    party_id: Mapped[int] = refers("dispute_party_id", PARTY)
    """Who claims it besides the owner."""
    opened_on: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(Text)
    inbound_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    decided_on: Mapped[date | None] = mapped_column(Date)
    decided_by: Mapped[int | None] = may_refer("dispute_decided_by", USER, ondelete="SET NULL")
    reason: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
