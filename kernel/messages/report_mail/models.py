"""When a saved report is sent, as what, to whom, and what came of it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned


class ReportSchedule(Identified, Stamped, Versioned, KernelBase):
    """That a saved report goes out by e-mail, again and again."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        CheckConstraint("every IN ('day', 'week', 'month')", name="every"),
        CheckConstraint("format IN ('pdf', 'xlsx')", name="format"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("month_day BETWEEN 0 AND 29", name="month_day"),
        Index("ix_report_schedule_owner_id", "owner_id"),
        Index("ix_report_schedule_view_id", "view_id"),
    )

    view_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.saved_view.id", name="fk_report_schedule_view_id", ondelete="CASCADE")
    )
    owner_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.user_account.id", name="fk_report_schedule_owner_id", ondelete="CASCADE"),
    )
    every: Mapped[str] = mapped_column(Text)
    weekday: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    """Of weekly ones: 0 is Saturday."""
    month_day: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    """Of monthly ones: the day of the Jalali month; 0 is its last."""
    at: Mapped[time] = mapped_column(Time)
    format: Mapped[str] = mapped_column(Text)
    receivers: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """Numbers of users."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    done_on: Mapped[date] = mapped_column(Date)
    """The last day whose turn is over: sent, or passed before this was planned or resumed."""
    runs: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """The last runs, newest first: `{day, sent, left_out: [[user, why]]}`; `sent` is null until it is known."""
