"""Tables of the jobs layer. The tables are the truth: a broker may lose every message, the tick finds what is due."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant

OPEN = text("state IN ('due', 'running')")
"""Rows that the tick looks at; `running` ones whose `due_at` (their lease) has passed belong to a dead worker."""


class EventRow(KernelBase):
    """Something that was committed."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class EventDelivery(KernelBase):
    """One plugin's turn at an event: due, running, done, failed for good, given up by a person, or skipped as the plugin is
    not enabled.
    """

    __tablename__ = "event_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('due', 'running', 'done', 'failed', 'given_up', 'skipped')", name="state"),
        Index("ix_event_delivery_due", "due_at", postgresql_where=OPEN),
        Index("ix_event_delivery_failed", "plugin", "event_id", postgresql_where=text("state = 'failed'")),
    )

    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.event.id", ondelete="CASCADE"), primary_key=True
    )
    plugin: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default=text("'due'"))
    due_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    error: Mapped[str | None] = mapped_column(Text)
    traceback: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it failed for good or was given up."""


class WorkRow(KernelBase):
    """A piece of work that a command asked for. While it runs, `due_at` is the end of its lease."""

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_due", "due_at", postgresql_where=OPEN),
        Index("ix_work_subject", "subject", "subject_id", "id"),
        Index("ix_work_created_by", "created_by", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    subject: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default=text("'due'"))
    due_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    done: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    total: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    stop: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    created_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    """Beginning of the present or last attempt."""
    measured_at: Mapped[datetime | None] = mapped_column(Instant)
    measured_done: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """When that attempt first said how far it was, and how far: its speed is measured from there."""
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it last said how far it was."""
    traceback: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What came of it, for the page that shows it: `{"message": …}` and whatever the kind of work keeps."""
    file_hash: Mapped[str | None] = mapped_column(Text)
    file_name: Mapped[str | None] = mapped_column(Text)
    file_type: Mapped[str | None] = mapped_column(Text)
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    file_until: Mapped[datetime | None] = mapped_column(Instant)
    """When the file is thrown away."""
    file_rights: Mapped[str | None] = mapped_column(Text)
    """Digest of the rights with which the file was made: somebody who has others now makes it again."""


class JobRow(KernelBase):
    """When a declared job is due next, and how its last run went; while `paused_at` stands, it is not begun."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    """`<plugin>.<job>`."""
    plugin: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(Text)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    """Who asked for the run that is due, where it was not the schedule."""
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_by: Mapped[int | None] = mapped_column(BigInteger)


class JobRun(KernelBase):
    """One run of a job. The one that is `running` keeps all others of the same job away."""

    __tablename__ = "job_run"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed', 'timed_out', 'lost')", name="state"),
        Index("uq_job_run_running", "name", unique=True, postgresql_where=text("state = 'running'")),
        Index("ix_job_run_name", "name", "id"),
        Index("ix_job_run_finished_at", "finished_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    """`<plugin>.<job>`."""
    plugin: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'running'"))
    """`lost` is a run whose worker was killed; `timed_out` one that was broken off at its limit."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    ends_by: Mapped[datetime] = mapped_column(Instant)
    """When it is ended by force at the latest."""
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)
    traceback: Mapped[str | None] = mapped_column(Text)
    """For administrators only: it may hold values."""


class Worker(KernelBase):
    """A worker process group that has shown itself."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))


class Held(KernelBase):
    """While its one row is there, the site does nothing in the background that reaches beyond it.

    A restored copy is held until somebody says that it is the one to go on; so is a site that is being moved away.
    """

    __tablename__ = "held"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("reason IN ('restored', 'moving')", name="reason"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """Name of the site that the backup was made of."""
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    """When that backup was made."""
    last_work: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_event: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The highest numbers in the backup: what waits up to them may have been done where it came from."""


class Occasion(Identified, Stamped, Versioned, KernelBase):
    """A day that is called something: a holiday, or one on which people are greeted. The site's own, edited by users."""

    __tablename__ = "occasion"
    __table_args__ = (
        UniqueConstraint("day", "title"),
        CheckConstraint("source IN ('calendar', 'entered')", name="source"),
    )

    day: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text)
    off: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    """Whether the site does not work on it."""
    estimated: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """Whether it follows the moon and nobody has confirmed the day yet."""
    source: Mapped[str] = mapped_column(Text, server_default=text("'entered'"))
    """`calendar` for days that came with the product: they are brought up to date as long as nobody changes them."""
