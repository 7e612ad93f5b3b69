"""Batches of cards, the serials on them, what is kept of their codes, and wrong tries."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, InstantType, Stamped, Versioned
from plugins.carpet.models.base import USER, CarpetBase, may_refer, refers


class Batch(Identified, Stamped, Versioned, CarpetBase):
    """Cards that were made together: carpets of one model and one production, with one guarantee."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 999999", name="count"),
        CheckConstraint("number ~ '^[1-9][0-9]{3}$'", name="number"),
        CheckConstraint("term_months BETWEEN 1 AND 600", name="term_months"),
        CheckConstraint("grace_months BETWEEN 0 AND 120", name="grace_months"),
        CheckConstraint("start_rule IN ('registration', 'sale', 'production')", name="start_rule"),
        CheckConstraint("state IN ('new', 'printing', 'printed', 'void')", name="state"),
        CheckConstraint("closes_on >= produced_on", name="order"),
        Index("uq_batch_number", "number", unique=True),
        Index("ix_batch_model_id", "model_id", "id"),
        Index("ix_batch_produced_on", "produced_on", "id"),
    )

    number: Mapped[str] = mapped_column(Text)
    """The first four digits of its serials."""
    model_id: Mapped[int] = refers("batch_model_id", "carpet.model")
    produced_on: Mapped[date] = mapped_column(Date)
    count: Mapped[int] = mapped_column(Integer)
    start_rule: Mapped[str] = mapped_column(
        Text, server_default=text("'registration'"), default="registration"
    )
    term_months: Mapped[int] = mapped_column(Integer)
    grace_months: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    closes_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which its cards can be registered; empty for ever."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'new'"), default="new")
    turn: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Grows with each handing out; work of an earlier turn counts no more."""
    handed_at: Mapped[datetime | None] = mapped_column(InstantType)
    handed_by: Mapped[int | None] = may_refer("batch_handed_by", USER, ondelete="SET NULL")
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class Serial(Identified, Stamped, Versioned, CarpetBase):
    """One carpet with its card: which model, at which dealer, and whether it is sold and registered."""

    __tablename__ = "serial"
    __table_args__ = (
        CheckConstraint("number ~ '^[1-9][0-9]{10}$'", name="number"),
        CheckConstraint("state IN ('stock', 'sold', 'registered', 'replaced', 'void')", name="state"),
        CheckConstraint("state <> 'sold' OR sold_on IS NOT NULL", name="sold_on"),
        Index("uq_serial_number", "number", unique=True),
        Index("uq_serial_batch_id", "batch_id", "place", unique=True),
        Index("ix_serial_dealer_id", "dealer_id", "state", "id"),
        Index("ix_serial_model_id", "model_id", "id"),
    )

    number: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[int] = refers("serial_batch_id", "carpet.batch")
    place: Mapped[int] = mapped_column(Integer)
    model_id: Mapped[int] = refers("serial_model_id", "carpet.model")
    dealer_id: Mapped[int | None] = may_refer("serial_dealer_id", "carpet.dealer")
    given_on: Mapped[date | None] = mapped_column(Date)
    """When the dealer got it."""
    sold_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default=text("'stock'"), default="stock")
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class Scratch(Identified, CarpetBase):
    """What is kept of the code under the scratch panel of a card, see `plugins.carpet.codes`. Nobody sees it."""

    __tablename__ = "scratch"
    __table_args__ = (Index("uq_scratch_serial_id", "serial_id", unique=True),)

    serial_id: Mapped[int] = refers("scratch_serial_id", "carpet.serial", ondelete="CASCADE")
    mark: Mapped[str] = mapped_column(Text)


class Attempt(Identified, CarpetBase):
    """A wrong serial or code, by who tried it: `sms:+98912…`, `net:192.0.2.1`, `serial:1001…`. Nobody sees it."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_who", "who", "at"),
        Index("ix_attempt_at", "at"),
    )

    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(InstantType)
