"""Insurers, and the terms that the agency keeps for each line of insurance."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned, schema_base

InsuranceBase = schema_base("insurance")

KEPT = text("binned_at IS NULL")
LINE_KEYS = (
    "'third_party', 'body', 'driver', 'fire', 'life', 'health', 'accident', 'travel', 'liability', "
    "'engineering', 'cargo', 'other'"
)
SHIPPED = f"line IN ({LINE_KEYS})"
OWN_LINE = "line ~ '^own[0-9]+$'"
"""Lines that a site defines itself."""
IS_LINE = f"{SHIPPED} OR {OWN_LINE}"
USER = "kernel.user_account.id"
PARTY = "kernel.party.id"


def link(target: str, name: str, *, ondelete: str = "RESTRICT") -> Mapped[int | None]:
    """A foreign key that may be empty; `target` is a full column name."""
    return mapped_column(BigInteger, ForeignKey(target, name=name, ondelete=ondelete))


class Insurer(Identified, Stamped, Versioned, Binnable, InsuranceBase):
    """A company whose policies the agency sells."""

    __tablename__ = "insurer"
    __table_args__ = (
        Index("uq_insurer_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("ix_insurer_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    title: Mapped[str] = mapped_column(Text)
    agency_code: Mapped[str | None] = mapped_column(Text)
    """The code under which the insurer knows this agency."""
    phone: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Line(Identified, Stamped, Versioned, InsuranceBase):
    """What the agency keeps of a line: the usual length and hour, days of grace, when is called, the usual commission."""

    __tablename__ = "line"
    __table_args__ = (
        CheckConstraint(IS_LINE, name="line"),
        CheckConstraint(f"(name IS NOT NULL) = ({OWN_LINE} AND insurer_id IS NULL)", name="name"),
        CheckConstraint("months BETWEEN 1 AND 360", name="months"),
        CheckConstraint("hour BETWEEN 0 AND 24", name="hour"),
        CheckConstraint("grace_days BETWEEN 0 AND 180", name="grace_days"),
        CheckConstraint("commission_percent BETWEEN 0 AND 100", name="commission_percent"),
        Index("uq_line_line", "line", unique=True, postgresql_where=text("insurer_id IS NULL")),
        Index("uq_line_name", "name", unique=True),
        Index("uq_line_insurer_id", "insurer_id", "line", unique=True),
    )

    line: Mapped[str] = mapped_column(Text)
    insurer_id: Mapped[int | None] = link("insurance.insurer.id", "fk_line_insurer_id", ondelete="CASCADE")
    """Where an insurer has terms of its own for the line; else they are those of all."""
    name: Mapped[str | None] = mapped_column(Text)
    """Of a line that the site defines itself: how it is called."""
    title: Mapped[str] = mapped_column(Text)
    months: Mapped[int] = mapped_column(SmallInteger, server_default=text("12"), default=12)
    hour: Mapped[int] = mapped_column(SmallInteger, server_default=text("24"), default=24)
    grace_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    renewable: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    call_days: Mapped[str | None] = mapped_column(Text)
    """Days before the end on which the expert calls, as `20, 10, 3`."""
    commission_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    search_key: Mapped[str] = mapped_column(Text)
