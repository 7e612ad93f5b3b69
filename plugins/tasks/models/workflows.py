"""Workflows as they are defined (تعریف جریان کار), and their runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, Stamped, Versioned
from plugins.tasks.models.base import TasksBase, refer, user


class Workflow(Identified, Stamped, Versioned, Binnable, TasksBase):
    """Steps that follow each other whenever something of a kind is done: an order is delivered, a complaint is settled."""

    __tablename__ = "workflow"
    __table_args__ = (
        UniqueConstraint("key", name="uq_workflow_key"),
        Index("ix_workflow_search_key", "search_key", "id", postgresql_where=text("binned_at IS NULL")),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    about_resource: Mapped[str | None] = mapped_column(Text)
    """Kind of the records that it is started from; none for what is started by itself."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    key: Mapped[str | None] = mapped_column(Text)
    """What the plugin that ships it calls it: `sales.delivery`."""
    search_key: Mapped[str] = mapped_column(Text(collation="C"))


class WorkflowStep(Identified, Stamped, Versioned, TasksBase):
    """One step: which task is made for whom, when those before are done and its condition holds.

    Steps of one number begin together. What follows begins when all of them are done, or when one is (`side`).
    """

    __tablename__ = "workflow_step"
    __table_args__ = (
        CheckConstraint("who = ANY (ARRAY['user', 'unit_head', 'starter', 'starter_head'])", name="who"),
        CheckConstraint("side IN ('all', 'any')", name="side"),
        CheckConstraint("who <> 'user' OR user_id IS NOT NULL", name="user"),
        CheckConstraint("who <> 'unit_head' OR unit_id IS NOT NULL", name="unit"),
        CheckConstraint("days BETWEEN 0 AND 3650", name="days"),
        Index("ix_workflow_step_workflow_id", "workflow_id", "place", "id"),
    )

    workflow_id: Mapped[int] = refer(
        "tasks.workflow", "fk_workflow_step_workflow_id", ondelete="CASCADE", nullable=False
    )
    place: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text, server_default=text("'starter'"), default="starter")
    user_id: Mapped[int | None] = refer(
        "kernel.user_account", "fk_workflow_step_user_id", ondelete="RESTRICT"
    )
    unit_id: Mapped[int | None] = refer("kernel.unit", "fk_workflow_step_unit_id", ondelete="RESTRICT")
    days: Mapped[int | None] = mapped_column(Integer)
    """Days after the step has begun until it is due."""
    priority: Mapped[str] = mapped_column(Text, server_default=text("'normal'"), default="normal")
    needs_result: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    side: Mapped[str] = mapped_column(Text, server_default=text("'all'"), default="all")
    """Of the steps of one number, which are done side by side: all must be done, or any one is enough."""
    condition_field: Mapped[str | None] = mapped_column(Text)
    condition_operator: Mapped[str | None] = mapped_column(Text)
    condition_value: Mapped[str | None] = mapped_column(Text)
    """A filter on the record that it was started from; where that does not hold, the step is passed over."""


class WorkflowRun(Identified, Stamped, Versioned, TasksBase):
    """A workflow that was started, about a record or by itself."""

    __tablename__ = "workflow_run"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'stopped')", name="state"),
        CheckConstraint("(about_resource IS NULL) = (about_id IS NULL)", name="about"),
        UniqueConstraint("key", name="uq_workflow_run_key"),
        Index("ix_workflow_run_about", "about_resource", "about_id"),
        Index("ix_workflow_run_started_at", "started_at", "id"),
    )

    workflow_id: Mapped[int | None] = refer(
        "tasks.workflow", "fk_workflow_run_workflow_id", ondelete="SET NULL"
    )
    title: Mapped[str] = mapped_column(Text)
    about_resource: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[int | None] = mapped_column(BigInteger)
    party_id: Mapped[int | None] = refer("kernel.party", "fk_workflow_run_party_id", ondelete="RESTRICT")
    starter_id: Mapped[int | None] = user("fk_workflow_run_starter_id")
    started_at: Mapped[datetime] = mapped_column(InstantType)
    ended_at: Mapped[datetime | None] = mapped_column(InstantType)
    state: Mapped[str] = mapped_column(Text, server_default=text("'running'"), default="running")
    key: Mapped[str | None] = mapped_column(Text)
    """The occasion that another program started it for: a second time starts no second run."""
