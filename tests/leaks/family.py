"""A small family of tables with one of every kind of policy, in a schema of its own."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from kernel.access.policies import PolicySet, child, personal, public, rows, system
from kernel.access.protected import ACCESS_POLICIES
from kernel.data.base import Binnable, Identified, schema_base

SCHEMA = "leaktest"
Base = schema_base(SCHEMA)


class Firm(Identified, Binnable, Base):
    """Records with two owning columns and a bin."""

    __tablename__ = "firm"

    name: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None]
    assignee_id: Mapped[int | None]
    desks: Mapped[list[Desk]] = relationship(
        back_populates="firm", cascade="all, delete-orphan", passive_deletes=True
    )
    marks: Mapped[list[Mark]] = relationship(back_populates="firm")


class Desk(Identified, Binnable, Base):
    """A child, with a bin of its own."""

    __tablename__ = "desk"

    firm_id: Mapped[int] = mapped_column(ForeignKey("leaktest.firm.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[Firm] = relationship(back_populates="desks")
    drawers: Mapped[list[Drawer]] = relationship(back_populates="desk", passive_deletes=True)


class Drawer(Identified, Base):
    """A child of a child."""

    __tablename__ = "drawer"

    desk_id: Mapped[int] = mapped_column(ForeignKey("leaktest.desk.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    desk: Mapped[Desk] = relationship(back_populates="drawers")


class Health(Base):
    """A facet: one row for a firm, with a right of its own."""

    __tablename__ = "health"

    firm_id: Mapped[int] = mapped_column(
        ForeignKey("leaktest.firm.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[Firm] = relationship()


class Visit(Identified, Base):
    """Records of their own that also need the firm to be visible, where they name one."""

    __tablename__ = "visit"

    owner_id: Mapped[int]
    firm_id: Mapped[int | None] = mapped_column(
        ForeignKey("leaktest.firm.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[Firm | None] = relationship()


class Memo(Identified, Base):
    """Records that point at a firm without asking for it: the pointer may lead to a hidden row."""

    __tablename__ = "memo"

    owner_id: Mapped[int]
    firm_id: Mapped[int | None] = mapped_column(
        ForeignKey("leaktest.firm.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[Firm | None] = relationship()


class Label(Identified, Base):
    """A table to look things up in."""

    __tablename__ = "label"

    name: Mapped[str] = mapped_column(Text)


class Mark(Base):
    """An association, mapped as everything is."""

    __tablename__ = "mark"

    firm_id: Mapped[int] = mapped_column(ForeignKey("leaktest.firm.id", ondelete="CASCADE"), primary_key=True)
    label_id: Mapped[int] = mapped_column(
        ForeignKey("leaktest.label.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(Text, server_default="")
    firm: Mapped[Firm] = relationship(back_populates="marks")


class Pin(Identified, Base):
    """What a user has for himself."""

    __tablename__ = "pin"

    user_id: Mapped[int]
    name: Mapped[str] = mapped_column(Text)


class Ledger(Identified, Base):
    """The kernel's own book-keeping: only ever added to."""

    __tablename__ = "ledger"

    name: Mapped[str] = mapped_column(Text)


Firm.desk_count = column_property(  # type: ignore[attr-defined]
    select(func.count(Desk.id)).where(Desk.firm_id == Firm.id).correlate_except(Desk).scalar_subquery(),
    deferred=True,
)

MODELS = (Firm, Desk, Drawer, Health, Visit, Memo, Label, Mark, Pin, Ledger)

POLICIES = (
    rows(Firm, "firm", own=("owner_id", "assignee_id")),
    child(Desk, Firm, key="firm_id"),
    child(Drawer, Desk, key="desk_id"),
    child(Health, Firm, key="firm_id", resource="health"),
    rows(Visit, "visit", party="firm_id"),
    rows(Memo, "memo"),
    public(Label, "label"),
    child(Mark, Firm, key="firm_id"),
    personal(Pin),
    system(Ledger, append_only=True),
)


def policy_set() -> PolicySet:
    """The policies of this family and of the tables of access."""
    return PolicySet((*ACCESS_POLICIES, *POLICIES))
