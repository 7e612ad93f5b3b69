"""Tables of reminders: ladders with their rungs, the reminders that came of them, and limits that somebody watches."""

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
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant


class ReminderLadder(Identified, Stamped, Versioned, KernelBase):
    """What is reminded of, how many days before (its rungs), on which way, and whom it reaches."""

    __tablename__ = "reminder_ladder"
    __table_args__ = (
        CheckConstraint("channel IN ('list', 'sms', 'email')", name="channel"),
        CheckConstraint("recipient IN ('party', 'owner', 'both')", name="recipient"),
        CheckConstraint("on_day_off IN ('keep', 'earlier', 'later')", name="on_day_off"),
        Index("ix_reminder_ladder_owner_id", "owner_id"),
        Index("ix_reminder_ladder_segment_id", "segment_id"),
        Index("ix_reminder_ladder_template_id", "template_id"),
    )

    name: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    """`<plugin>.<key>` of a declared date, or `kernel.occasion`."""
    occasion: Mapped[str | None] = mapped_column(Text)
    """Title of the occasion, for ladders that greet on one."""
    segment_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.segment.id", name="fk_reminder_ladder_segment_id", ondelete="RESTRICT")
    )
    """Only parties of this segment, as the ladder's owner sees it; None for all whom he sees."""
    channel: Mapped[str] = mapped_column(Text, server_default=text("'list'"), default="list")
    """`list` only shows it on the page of today's reminders."""
    template_id: Mapped[int | None] = mapped_column(
        BigInteger,
        ForeignKey("kernel.message_template.id", name="fk_reminder_ladder_template_id", ondelete="RESTRICT"),
    )
    recipient: Mapped[str] = mapped_column(Text, server_default=text("'party'"), default="party")
    on_day_off: Mapped[str] = mapped_column(Text, server_default=text("'keep'"), default="keep")
    nowruz_off: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    owner_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.user_account.id", name="fk_reminder_ladder_owner_id", ondelete="CASCADE"),
    )
    """Whose rights decide which parties it reaches."""
    swept_on: Mapped[date | None] = mapped_column(Date)
    """The last day for which its reminders were made; what came due since is made up for."""


class ReminderRung(Identified, Stamped, Versioned, KernelBase):
    """One rung of a ladder: so many days before, at a time of the site's clock."""

    __tablename__ = "reminder_rung"
    __table_args__ = (
        CheckConstraint("days_before BETWEEN 0 AND 366", name="days_before"),
        UniqueConstraint("ladder_id", "days_before"),
    )

    ladder_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.reminder_ladder.id", name="fk_reminder_rung_ladder_id", ondelete="CASCADE"),
    )
    days_before: Mapped[int] = mapped_column(Integer)
    at: Mapped[time] = mapped_column(Time)


class Reminder(Identified, KernelBase):
    """One reminder: of one record's date, by one rung, on one channel, for one recipient. Never two of them."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'open', 'queued', 'left_out', 'done', 'dismissed', 'overtaken', 'obsolete')",
            name="state",
        ),
        CheckConstraint("recipient IN ('party', 'owner')", name="recipient"),
        UniqueConstraint(
            "ladder_id",
            "days_before",
            "channel",
            "recipient",
            "record_id",
            "target",
            name="uq_reminder_once",
        ),
        Index("ix_reminder_party_id", "party_id"),
        Index("ix_reminder_owner_id", "owner_id"),
        Index("ix_reminder_due_at", "due_at", postgresql_where=text("state IN ('waiting', 'open')")),
        Index("ix_reminder_day", "day", "id"),
    )

    ladder_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.reminder_ladder.id", name="fk_reminder_ladder_id", ondelete="CASCADE"),
    )
    source: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    """The record whose date it is; the party itself for birthdays and occasions."""
    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name="fk_reminder_party_id", ondelete="CASCADE")
    )
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    """Who is in charge of the record."""
    days_before: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    target: Mapped[date] = mapped_column(Date)
    """The date that is reminded of; of a yearly one, this year's."""
    at: Mapped[time | None] = mapped_column(Time)
    """The time of day of that date, where it has one."""
    day: Mapped[date] = mapped_column(Date)
    """On which day it is due, holidays considered."""
    due_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"))
    """waiting for its time; open on the page; queued in the outbox; left out, with the reason; done or dismissed by a
    person; overtaken by a later rung after a standstill; obsolete as the date was changed."""
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"))
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[int | None] = mapped_column(BigInteger)


class Threshold(Identified, Stamped, Versioned, KernelBase):
    """A limit that somebody watches: he is told when a segment grows past it, and again only after it fell below."""

    __tablename__ = "threshold"
    __table_args__ = (
        CheckConstraint("most > 0", name="most"),
        Index("ix_threshold_owner_id", "owner_id"),
        Index("ix_threshold_segment_id", "segment_id"),
    )

    name: Mapped[str] = mapped_column(Text)
    segment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.segment.id", name="fk_threshold_segment_id", ondelete="CASCADE")
    )
    most: Mapped[int] = mapped_column(Integer)
    """The number that must be exceeded."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    owner_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name="fk_threshold_owner_id", ondelete="CASCADE")
    )
    """Who is told; he sees the segment as he sees its list."""
    counted: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    crossed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is exceeded."""
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the owner said that he knows."""
