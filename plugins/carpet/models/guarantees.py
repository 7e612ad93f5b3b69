"""Guarantees in force, how they went from one owner to another, and what points they gave."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, Stamped, Versioned
from plugins.carpet.models.base import BASE, PARTY, CarpetBase, may_refer, refers

CHANNELS = ("sms", "web", "staff", "replacement")


class Guarantee(Identified, Stamped, Versioned, CarpetBase):
    """The registration of a serial: whose carpet it is, and until when it is guaranteed. A serial has one for ever."""

    __tablename__ = "guarantee"
    __table_args__ = (
        CheckConstraint(f"channel IN ({', '.join(repr(name) for name in CHANNELS)})", name="channel"),
        CheckConstraint("state IN ('active', 'replaced', 'void')", name="state"),
        CheckConstraint("starts_on <= ends_on", name="order"),
        CheckConstraint("consent = (consent_on IS NOT NULL)", name="consent"),
        Index("uq_guarantee_serial_id", "serial_id", unique=True),
        Index("uq_guarantee_replaces_id", "replaces_id", unique=True),
        Index("ix_guarantee_party_id", "party_id", "id"),
        Index("ix_guarantee_dealer_id", "dealer_id", "id"),
        Index("ix_guarantee_model_id", "model_id", "id"),
        Index("ix_guarantee_registered_on", "registered_on", "id"),
        Index("ix_guarantee_ends_on", "ends_on", "id"),
    )

    serial_id: Mapped[int] = refers("guarantee_serial_id", "carpet.serial")
    number: Mapped[str] = mapped_column(Text)
    """The serial's number."""
    party_id: Mapped[int] = refers("guarantee_party_id", PARTY)
    model_id: Mapped[int] = refers("guarantee_model_id", "carpet.model")
    dealer_id: Mapped[int | None] = may_refer("guarantee_dealer_id", "carpet.dealer")
    region_id: Mapped[int | None] = may_refer("guarantee_region_id", BASE)
    """The dealer's region on the day of registration."""
    registered_on: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(Text)
    inbound_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message that registered it."""
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    """The last day."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default="active")
    consent: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether the owner agreed to hear of offers."""
    consent_on: Mapped[date | None] = mapped_column(Date)
    replaces_id: Mapped[int | None] = may_refer("guarantee_replaces_id", "carpet.guarantee")
    """The guarantee of the faulty carpet that this one stands in for."""
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class Transfer(Identified, Stamped, CarpetBase):
    """That a guarantee went to another owner: sold, given away, or after a dispute."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("reason IN ('sold', 'gift', 'dispute', 'mistake')", name="reason"),
        Index("ix_transfer_guarantee_id", "guarantee_id", "id"),
        Index("ix_transfer_from_id", "from_id"),
        Index("ix_transfer_to_id", "to_id"),
    )

    guarantee_id: Mapped[int] = refers("transfer_guarantee_id", "carpet.guarantee", ondelete="CASCADE")
    from_id: Mapped[int] = refers("transfer_from_id", PARTY)
    to_id: Mapped[int] = refers("transfer_to_id", PARTY)
    day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class Reward(Identified, CarpetBase):
    """Points of the club for a registered carpet: who gets them, and whether he has. The club's statement shows them."""

    __tablename__ = "reward"
    __table_args__ = (
        CheckConstraint("whose IN ('buyer', 'dealer')", name="whose"),
        CheckConstraint("state IN ('due', 'given', 'none', 'back', 'returned')", name="state"),
        CheckConstraint("points > 0", name="points"),
        Index(
            "uq_reward_guarantee_id",
            "guarantee_id",
            "whose",
            unique=True,
            postgresql_where=text("state IN ('due', 'given')"),
        ),
        Index("ix_reward_guarantee_id", "guarantee_id", "id"),
        Index("ix_reward_party_id", "party_id", "id"),
        Index("ix_reward_state", "party_id", "id", postgresql_where=text("state IN ('due', 'back')")),
    )

    guarantee_id: Mapped[int] = refers("reward_guarantee_id", "carpet.guarantee", ondelete="CASCADE")
    party_id: Mapped[int] = refers("reward_party_id", PARTY, ondelete="CASCADE")
    whose: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, server_default=text("'due'"), default="due")
    """Due until the club runs; `none` where the party was no member then; `back` until the club has taken them back."""
