"""Reports of progress that go to a customer from period to period, and what each period's report was."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, Stamped, Versioned
from plugins.tasks.models.base import TasksBase, refer, user


class ProgressReport(Identified, Stamped, Versioned, Binnable, TasksBase):
    """That a party hears from time to time how far something is: a record, or its tasks that it may see."""

    __tablename__ = "progress_report"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'email', 'letter')", name="channel"),
        CheckConstraint("state IN ('running', 'stopped')", name="state"),
        CheckConstraint("ended_why IN ('hand', 'done', 'until', 'gone')", name="ended_why"),
        CheckConstraint("state = 'stopped' OR ended_on IS NULL", name="ended"),
        CheckConstraint("(about_resource IS NULL) = (about_id IS NULL)", name="about"),
        CheckConstraint("repeat_interval BETWEEN 1 AND 999", name="repeat_interval"),
        CheckConstraint("repeat_day BETWEEN 1 AND 31", name="repeat_day"),
        Index("ix_progress_report_party_id", "party_id", "id"),
        Index("ix_progress_report_about", "about_resource", "about_id"),
        Index("ix_progress_report_next_on", "next_on", "id", postgresql_where=text("state = 'running'")),
    )

    title: Mapped[str] = mapped_column(Text)
    """What the customer calls the work."""
    party_id: Mapped[int] = refer(
        "kernel.party", "fk_progress_report_party_id", ondelete="RESTRICT", nullable=False
    )
    about_resource: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[int | None] = mapped_column(BigInteger)
    """The record reported on; none for the tasks of the party that it may see."""
    owner_id: Mapped[int | None] = user("fk_progress_report_owner_id")
    """Who is told of letters to print and of reports that could not be sent."""
    channel: Mapped[str] = mapped_column(Text, server_default=text("'sms'"), default="sms")
    repeat: Mapped[str] = mapped_column(Text)
    repeat_interval: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    repeat_weekdays: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    repeat_day: Mapped[int | None] = mapped_column(Integer)
    next_on: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    only_changes: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    state: Mapped[str] = mapped_column(Text, server_default=text("'running'"), default="running")
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_why: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text(collation="C"))


class ProgressIssue(Identified, Stamped, TasksBase):
    """What became of the report of one period: sent, printed, or nothing sent since nothing had changed. Once for each."""

    __tablename__ = "progress_issue"
    __table_args__ = (
        CheckConstraint("outcome IN ('sent', 'letter', 'unchanged', 'left_out')", name="outcome"),
        UniqueConstraint("report_id", "day", name="uq_progress_issue"),
    )

    report_id: Mapped[int] = refer(
        "tasks.progress_report", "fk_progress_issue_report_id", ondelete="CASCADE", nullable=False
    )
    day: Mapped[date] = mapped_column(Date)
    """The day on which the period's report was due."""
    at: Mapped[datetime] = mapped_column(InstantType)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Why it was left out, as the outbox has it."""
    text: Mapped[str] = mapped_column(Text)
    """The progress as the customer was told of it."""
    percent: Mapped[int | None] = mapped_column(Integer)
