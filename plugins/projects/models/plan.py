"""What a project is made of: phases and milestones, tasks, risks, and how its progress went."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned
from plugins.projects.models.project import KEPT, ProjectsBase, link

USER = "kernel.user_account.id"


def of_project(name: str) -> Mapped[int]:
    """The foreign key to the project: what stands beneath one goes with it."""
    return mapped_column(BigInteger, ForeignKey("projects.project.id", name=name, ondelete="CASCADE"))


class Phase(Identified, Stamped, Versioned, ProjectsBase):
    """A stretch of a project, or a milestone: a day on which something must be there."""

    __tablename__ = "phase"
    __table_args__ = (
        CheckConstraint("kind IN ('phase', 'milestone')", name="kind"),
        CheckConstraint("planned_from <= planned_until", name="planned"),
        CheckConstraint("actual_from <= actual_until", name="real"),
        Index("ix_phase_project_id", "project_id", "place", "id"),
        Index("ix_phase_planned_until", "planned_until", "id"),
    )

    project_id: Mapped[int] = of_project("fk_phase_project_id")
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    responsible_id: Mapped[int | None] = link(USER, "fk_phase_responsible_id", ondelete="SET NULL")
    planned_from: Mapped[date | None] = mapped_column(Date)
    planned_until: Mapped[date | None] = mapped_column(Date)
    actual_from: Mapped[date | None] = mapped_column(Date)
    actual_until: Mapped[date | None] = mapped_column(Date)
    delay: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    late: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    description: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class Task(Identified, Stamped, Versioned, Binnable, ProjectsBase):
    """A task of a project with its value (ارزش): the weight with which it counts in the progress.

    `cartable_id` is its number in the plugin `tasks` where it is one of those: then title, assignee, value, percent, state
    and due day are copies, kept by that plugin's rule in the same transaction. `origin` names what it was made for, once.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state = ANY (ARRAY['open', 'done', 'cancelled'])", name="state"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("state <> 'done' OR percent = 100", name="done"),
        CheckConstraint("starts_on <= due_on", name="planned"),
        Index("uq_task_cartable_id", "cartable_id", unique=True),
        Index("uq_task_left_id", "left_id", unique=True),
        Index("uq_task_origin", "origin", unique=True),
        Index("ix_task_project_id", "project_id", "id"),
        Index("ix_task_phase_id", "phase_id"),
        Index("ix_task_assignee_id", "assignee_id", "due_on", "id", postgresql_where=KEPT),
        Index("ix_task_due_on", "due_on", "id", postgresql_where=KEPT),
    )

    project_id: Mapped[int] = of_project("fk_task_project_id")
    phase_id: Mapped[int | None] = link("projects.phase.id", "fk_task_phase_id", ondelete="SET NULL")
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    assignee_id: Mapped[int | None] = link(USER, "fk_task_assignee_id", ondelete="SET NULL")
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    value: Mapped[int] = mapped_column(BigInteger, server_default=text("1"), default=1)
    percent: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    starts_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    delay: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    late: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    delay_cause_id: Mapped[int | None] = link("kernel.base_value.id", "fk_task_delay_cause_id")
    delay_note: Mapped[str | None] = mapped_column(Text)
    cartable_id: Mapped[int | None] = mapped_column(BigInteger)
    left_id: Mapped[int | None] = mapped_column(BigInteger)
    """The number in the cartable that it was taken over from."""
    origin: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class Risk(Identified, Stamped, Versioned, Binnable, ProjectsBase):
    """What might go wrong, how likely and how bad, who watches it and what would be done. `weight` orders risks."""

    __tablename__ = "risk"
    __table_args__ = (
        CheckConstraint("probability BETWEEN 1 AND 5", name="probability"),
        CheckConstraint("effect BETWEEN 1 AND 5", name="effect"),
        CheckConstraint("state IN ('open', 'watched', 'occurred', 'closed')", name="state"),
        Index("ix_risk_project_id", "project_id", "id"),
        Index("ix_risk_weight", "weight", "id", postgresql_where=KEPT),
    )

    project_id: Mapped[int] = of_project("fk_risk_project_id")
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    probability: Mapped[int] = mapped_column(SmallInteger)
    effect: Mapped[int] = mapped_column(SmallInteger)
    weight: Mapped[int] = mapped_column(SmallInteger, Computed("probability * effect", persisted=True))
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    responsible_id: Mapped[int | None] = link(USER, "fk_risk_responsible_id", ondelete="SET NULL")
    response: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class ProgressPoint(Identified, Stamped, Versioned, ProjectsBase):
    """How far a project was at the end of a day on which its progress changed."""

    __tablename__ = "progress_point"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index("uq_progress_point_project_id", "project_id", "day", unique=True),
    )

    project_id: Mapped[int] = of_project("fk_progress_point_project_id")
    day: Mapped[date] = mapped_column(Date)
    progress: Mapped[int] = mapped_column(SmallInteger)
