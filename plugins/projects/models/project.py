"""The project itself, and the list of states that a site keeps for projects."""

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
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import (
    Binnable,
    Extensible,
    Identified,
    RialType,
    Stamped,
    Versioned,
    schema_base,
    user_values_index,
)

ProjectsBase = schema_base("projects")

KEPT = text("binned_at IS NULL")


def link(target: str, name: str, *, ondelete: str = "RESTRICT") -> Mapped[int | None]:
    """A foreign key that may be empty; `target` is a full column name."""
    return mapped_column(BigInteger, ForeignKey(target, name=name, ondelete=ondelete))


class State(Identified, Stamped, Versioned, ProjectsBase):
    """A state of projects, as the site calls it. `stage` says what it means: not begun, under way, finished, or given up."""

    __tablename__ = "state"
    __table_args__ = (
        CheckConstraint("stage IN ('not_begun', 'under_way', 'finished', 'cancelled')", name="stage"),
        Index("uq_state_search_key", "search_key", unique=True),
        Index("ix_state_place", "place", "id"),
    )

    title: Mapped[str] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Where it stands among the others, smaller first."""
    search_key: Mapped[str] = mapped_column(Text)


class Project(Identified, Stamped, Versioned, Binnable, Extensible, ProjectsBase):
    """A project: for whom, until when, for how much, and how far it is.

    `stage` is that of its state, kept here so that lists can narrow by it. `progress` is what the tasks say, see
    `plugins.projects.progress`; without tasks it is `manual_progress`. Planned days stand beside the real ones; `delay` is
    in days and is counted anew every day until the project is closed.
    """

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("manual_progress BETWEEN 0 AND 100", name="manual_progress"),
        CheckConstraint("begins_on <= ends_on", name="planned"),
        CheckConstraint("started_on <= finished_on", name="real"),
        Index("uq_project_code", "code", unique=True, postgresql_where=KEPT),
        Index("uq_project_invoice_id", "invoice_id", unique=True),
        Index("ix_project_sort_key", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_project_ends_on", "ends_on", "id", postgresql_where=KEPT),
        Index("ix_project_state_id", "state_id", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_project_employer_id", "employer_id"),
        Index("ix_project_expert_id", "expert_id"),
        user_values_index("project"),
    )

    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("projects.state.id", name="fk_project_state_id", ondelete="RESTRICT")
    )
    stage: Mapped[str] = mapped_column(Text)
    kind_id: Mapped[int | None] = link("kernel.base_value.id", "fk_project_kind_id")
    group_id: Mapped[int | None] = link("kernel.base_value.id", "fk_project_group_id")
    acquaintance_id: Mapped[int | None] = link("kernel.base_value.id", "fk_project_acquaintance_id")
    """How we came to know of it."""
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    """Given by hand, 1 is the most important."""
    employer_id: Mapped[int | None] = link("kernel.party.id", "fk_project_employer_id")
    expert_id: Mapped[int | None] = link(
        "kernel.user_account.id", "fk_project_expert_id", ondelete="SET NULL"
    )
    country_id: Mapped[int | None] = link("kernel.country.id", "fk_project_country_id")
    province_id: Mapped[int | None] = link("kernel.province.id", "fk_project_province_id")
    city_id: Mapped[int | None] = link("kernel.city.id", "fk_project_city_id")
    district_id: Mapped[int | None] = link("kernel.district.id", "fk_project_district_id")
    goals: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    needed: Mapped[str | None] = mapped_column(Text)
    """Services and products that the project needs."""
    offered: Mapped[str | None] = mapped_column(Text)
    """Those of them that we can offer."""
    budget: Mapped[int | None] = mapped_column(RialType)
    contract_number: Mapped[str | None] = mapped_column(Text)
    contract_amount: Mapped[int | None] = mapped_column(RialType)
    contract_on: Mapped[date | None] = mapped_column(Date)
    contract_until: Mapped[date | None] = mapped_column(Date)
    begins_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    delivery_on: Mapped[date | None] = mapped_column(Date)
    started_on: Mapped[date | None] = mapped_column(Date)
    finished_on: Mapped[date | None] = mapped_column(Date)
    duration: Mapped[int | None] = mapped_column(Integer)
    """Estimated, in days."""
    phase_count: Mapped[int | None] = mapped_column(Integer)
    unit_count: Mapped[int | None] = mapped_column(Integer)
    progress: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    manual_progress: Mapped[int | None] = mapped_column(SmallInteger)
    delay: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    late: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    """The invoice that opened it, of the plugin `sales`: no foreign key, since that may be absent."""
    invoice_number: Mapped[str | None] = mapped_column(Text)
    invoice_cancelled_on: Mapped[date | None] = mapped_column(Date)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
