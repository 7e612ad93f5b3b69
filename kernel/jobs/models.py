"""Tables of the jobs layer. The tables are the truth: a broker may lose every message, the tick finds what is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import KernelBase
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
    """One plugin's turn at an event: due, running, done, failed for good, or skipped as the plugin is not enabled."""

    __tablename__ = "event_delivery"
    __table_args__ = (Index("ix_event_delivery_due", "due_at", postgresql_where=OPEN),)

    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.event.id", ondelete="CASCADE"), primary_key=True
    )
    plugin: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default=text("'due'"))
    due_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    error: Mapped[str | None] = mapped_column(Text)


class WorkRow(KernelBase):
    """A piece of work that a command asked for. While it runs, `due_at` is the end of its lease."""

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_due", "due_at", postgresql_where=OPEN),
        Index("ix_work_subject", "subject", "subject_id", "id"),
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


class JobRow(KernelBase):
    """When a declared job is due next, and how its last run went."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    """`<plugin>.<job>`."""
    plugin: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(Text)


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
