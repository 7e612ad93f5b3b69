"""A task, who holds or follows it, the way it went from hand to hand, and its checklist.

That a task is done is the same as that it is at 100 percent: the database knows no other. One task of a series follows
another at most once, and a step of a run of a workflow has one task at most.
"""

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
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Extensible, Identified, InstantType, Stamped, Versioned, user_values_index
from plugins.tasks.models.base import TasksBase, refer, user

KEPT = text("binned_at IS NULL")
OPEN = ("new", "doing", "waiting")
"""States in which something is still to be done."""
RESULT_MISSING = "done, without its result"
"""In `Task.acted_state`: what follows from being done was drawn, but the result came later and is not yet written."""


class Task(Identified, Stamped, Versioned, Binnable, Extensible, TasksBase):
    """Something that somebody is to do: for a party, about a record of whatever kind, or for the house itself."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state = ANY (ARRAY['new', 'doing', 'waiting', 'done', 'cancelled'])", name="state"),
        CheckConstraint("percent BETWEEN 0 AND 100 AND (percent = 100) = ('done' = state)", name="percent"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("(about_resource IS NULL) = (about_id IS NULL)", name="about"),
        CheckConstraint("repeat IS NULL OR due IS NOT NULL", name="repeat_due"),
        CheckConstraint("repeat_interval BETWEEN 1 AND 999", name="repeat_interval"),
        UniqueConstraint("key", name="uq_task_key"),
        UniqueConstraint("previous_id", name="uq_task_previous_id"),
        UniqueConstraint("run_id", "step_place", "step_branch", name="uq_task_run_branch"),
        Index("ix_task_assignee_id", "assignee_id", "due", "id", postgresql_where=KEPT),
        Index("ix_task_maker_id", "maker_id", "due", "id", postgresql_where=KEPT),
        Index("ix_task_due", "due", "id", postgresql_where=KEPT),
        Index("ix_task_urgency", "urgency", "due", "id", postgresql_where=KEPT),
        Index("ix_task_created_at", "created_at", "id", postgresql_where=KEPT),
        Index("ix_task_party_id", "party_id", "id"),
        Index("ix_task_about", "about_resource", "about_id"),
        Index("ix_task_remind_at", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
        Index(
            "ix_task_search_key_trigram",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
            postgresql_with={"gin_pending_list_limit": "128"},
        ),
        user_values_index("task"),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    category_id: Mapped[int | None] = refer("kernel.base_value", "fk_task_category_id", ondelete="RESTRICT")
    priority: Mapped[str] = mapped_column(Text, server_default=text("'normal'"), default="normal")
    urgency: Mapped[int] = mapped_column(SmallInteger, server_default=text("2"), default=2)
    """The priority as a number, by which lists sort: 0 is urgent."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'new'"), default="new")
    percent: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    percent_before: Mapped[int | None] = mapped_column(Integer)
    """What it stood at before it was done, to which reopening takes it back."""
    value: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    """Its weight in the progress of what it belongs to (ارزش)."""
    due: Mapped[date | None] = mapped_column(Date)
    remind_at: Mapped[datetime | None] = mapped_column(InstantType)
    maker_id: Mapped[int | None] = user("fk_task_maker_id")
    """Who asked for it."""
    assignee_id: Mapped[int | None] = user("fk_task_assignee_id")
    """Who holds it now (ارجاع‌شونده)."""
    party_id: Mapped[int | None] = refer("kernel.party", "fk_task_party_id", ondelete="RESTRICT")
    about_resource: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[int | None] = mapped_column(BigInteger)
    """The record that it is about, besides the party."""
    result: Mapped[str | None] = mapped_column(Text)
    needs_result: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    done_at: Mapped[datetime | None] = mapped_column(InstantType)
    done_by_id: Mapped[int | None] = user("fk_task_done_by_id")
    interaction_id: Mapped[int | None] = refer(
        "kernel.interaction", "fk_task_interaction_id", ondelete="SET NULL"
    )
    """The interaction that its result was written as."""
    acted_state: Mapped[str | None] = mapped_column(Text)
    """The state of which everything that follows has been done: the next task, notices, the next step."""
    key: Mapped[str | None] = mapped_column(Text)
    """The occasion that another program made it for: a second time makes no second task."""
    repeat: Mapped[str | None] = mapped_column(Text)
    repeat_interval: Mapped[int | None] = mapped_column(Integer)
    repeat_weekdays: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    repeat_day: Mapped[int | None] = mapped_column(Integer)
    """Day of the Jalali month that the series keeps to, also through months that have none."""
    repeat_until: Mapped[date | None] = mapped_column(Date)
    previous_id: Mapped[int | None] = refer("tasks.task", "fk_task_previous_id", ondelete="SET NULL")
    run_id: Mapped[int | None] = refer("tasks.workflow_run", "fk_task_run_id", ondelete="SET NULL")
    step_place: Mapped[int | None] = mapped_column(Integer)
    step_branch: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    """Which of the steps of its number it is: several are done side by side."""
    customer_sees: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether reports of progress tell the party of it."""
    search_key: Mapped[str] = mapped_column(Text(collation="C"))


class TaskUser(Identified, Stamped, TasksBase):
    """Who sees a task besides its maker and its holder: earlier holders and those who referred it, and followers."""

    __tablename__ = "task_user"
    __table_args__ = (
        CheckConstraint("part IN ('held', 'follows')", name="part"),
        UniqueConstraint("task_id", "user_id", "part", name="uq_task_user"),
        Index("ix_task_user_user_id", "user_id", "part", "task_id"),
    )

    task_id: Mapped[int] = refer("tasks.task", "fk_task_user_task_id", ondelete="CASCADE", nullable=False)
    user_id: Mapped[int] = refer(
        "kernel.user_account", "fk_task_user_user_id", ondelete="CASCADE", nullable=False
    )
    part: Mapped[str] = mapped_column(Text)


class Referral(Identified, Stamped, TasksBase):
    """That a task went from one to another (ارجاع): who gave it to whom, when, and with which words."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_task_id", "task_id", "id"),)

    task_id: Mapped[int] = refer("tasks.task", "fk_referral_task_id", ondelete="CASCADE", nullable=False)
    by_id: Mapped[int | None] = user("fk_referral_by_id")
    from_id: Mapped[int | None] = user("fk_referral_from_id")
    to_id: Mapped[int | None] = user("fk_referral_to_id")
    at: Mapped[datetime] = mapped_column(InstantType)
    comment: Mapped[str | None] = mapped_column(Text)


class ChecklistItem(Identified, Stamped, Versioned, TasksBase):
    """A line of a task's checklist, in its place."""

    __tablename__ = "checklist_item"
    __table_args__ = (Index("ix_checklist_item_task_id", "task_id", "place", "id"),)

    task_id: Mapped[int] = refer(
        "tasks.task", "fk_checklist_item_task_id", ondelete="CASCADE", nullable=False
    )
    place: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    title: Mapped[str] = mapped_column(Text)
    done: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    done_at: Mapped[datetime | None] = mapped_column(InstantType)
    done_by_id: Mapped[int | None] = user("fk_checklist_item_done_by_id")
