"""Planned contact with members: the plans, and each contact with what the member answered to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned
from plugins.club.models.base import ClubBase, refers


class ContactPlan(Identified, Stamped, Versioned, Binnable, ClubBase):
    """Whom the club gets in touch with, when and how: every so many months, or on a day of the member's own."""

    __tablename__ = "contact_plan"
    __table_args__ = (
        CheckConstraint("occasion IN ('months', 'birthday', 'joined')", name="occasion"),
        CheckConstraint("way IN ('call', 'sms', 'surprise')", name="way"),
        CheckConstraint("every_months BETWEEN 1 AND 120", name="every_months"),
        CheckConstraint("days_before BETWEEN 0 AND 60", name="days_before"),
        CheckConstraint("respond_days BETWEEN 1 AND 365", name="respond_days"),
        CheckConstraint("most_a_day BETWEEN 1 AND 100000", name="most_a_day"),
    )

    title: Mapped[str] = mapped_column(Text)
    occasion: Mapped[str] = mapped_column(Text, server_default=text("'months'"), default="months")
    way: Mapped[str] = mapped_column(Text, server_default=text("'call'"), default="call")
    words: Mapped[str | None] = mapped_column(Text)
    """The message; for a call what is to be said, for a surprise what the member gets."""
    every_months: Mapped[int] = mapped_column(Integer, server_default=text("3"), default=3)
    days_before: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    respond_days: Mapped[int] = mapped_column(Integer, server_default=text("30"), default=30)
    """Days within which a purchase counts as the response."""
    most_a_day: Mapped[int] = mapped_column(Integer, server_default=text("20"), default=20)
    rank_id: Mapped[int | None] = refers("contact_plan_rank_id", "club.rank", nullable=True)
    segment_id: Mapped[int | None] = refers("contact_plan_segment_id", "kernel.segment", nullable=True)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    search_key: Mapped[str] = mapped_column(Text)


class Contact(Identified, Stamped, Versioned, ClubBase):
    """One contact of a plan with a member, once for its occasion, and the response to it."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("state IN ('due', 'done', 'missed')", name="state"),
        CheckConstraint("response IN ('bought', 'told')", name="response"),
        CheckConstraint("response IS NULL OR responded_on IS NOT NULL", name="responded"),
        CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name="done"),
        UniqueConstraint("plan_id", "member_id", "occasion", name="uq_contact"),
        Index("ix_contact_member_id", "member_id", "plan_id", "due_on"),
        Index("ix_contact_due_on", "state", "due_on", "id"),
    )

    plan_id: Mapped[int] = refers("contact_plan_id", "club.contact_plan")
    member_id: Mapped[int] = refers("contact_member_id", "club.member", ondelete="CASCADE")
    occasion: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default=text("'due'"), default="due")
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name="fk_contact_done_by_id", ondelete="SET NULL")
    )
    note: Mapped[str | None] = mapped_column(Text)
    response: Mapped[str | None] = mapped_column(Text)
    responded_on: Mapped[date | None] = mapped_column(Date)
