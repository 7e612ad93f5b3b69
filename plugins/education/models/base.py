"""What all tables of the plugin have in common."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Numeric, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import schema_base

EducationBase = schema_base("education")

KEPT = text("binned_at IS NULL")
USER = "kernel.user_account.id"
PARTY = "kernel.party.id"
BASE = "kernel.base_value.id"
OFFERING = "education.offering.id"
MARK = Numeric(7, 2)
"""Grades, maxima and weights: exact, with two decimals."""


def link(target: str, name: str, *, ondelete: str = "RESTRICT") -> Mapped[int | None]:
    """A foreign key that may be empty; `target` is a full column name."""
    return mapped_column(BigInteger, ForeignKey(target, name=name, ondelete=ondelete))


def must(target: str, name: str, *, ondelete: str = "RESTRICT") -> Mapped[int]:
    """A foreign key that is never empty."""
    return mapped_column(BigInteger, ForeignKey(target, name=name, ondelete=ondelete))


class Ruled:
    """The rule by which the grade of a course is made; see `plugins.education.grading`."""

    scale: Mapped[Decimal] = mapped_column(MARK, server_default=text("20"), default=Decimal(20))
    pass_mark: Mapped[Decimal] = mapped_column(MARK, server_default=text("10"), default=Decimal(10))
    rounding_step: Mapped[str] = mapped_column(Text, server_default=text("'0.25'"), default="0.25")
    rounding_way: Mapped[str] = mapped_column(Text, server_default=text("'nearest'"), default="nearest")
    empty_as: Mapped[str] = mapped_column(Text, server_default=text("'wait'"), default="wait")
    absent_as: Mapped[str] = mapped_column(Text, server_default=text("'zero'"), default="zero")
    drop_lowest: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    least_attendance: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    """Per cent of the held sessions that must be attended; 0 asks for none."""


def rule_checks() -> tuple[CheckConstraint, ...]:
    """What the database holds a rule to."""
    return (
        CheckConstraint("scale > 0", name="scale"),
        CheckConstraint("pass_mark BETWEEN 0 AND scale", name="pass_mark"),
        CheckConstraint("rounding_step IN ('0.01', '0.25', '0.5', '1')", name="rounding_step"),
        CheckConstraint("rounding_way IN ('nearest', 'up', 'down')", name="rounding_way"),
        CheckConstraint("empty_as IN ('wait', 'zero')", name="empty_as"),
        CheckConstraint("absent_as IN ('zero', 'leave_out', 'fail')", name="absent_as"),
        CheckConstraint("drop_lowest BETWEEN 0 AND 20", name="drop_lowest"),
        CheckConstraint("least_attendance BETWEEN 0 AND 100", name="least_attendance"),
    )


class Graded:
    """A graded item: what it is called, how much it counts, and out of how much it is marked."""

    title: Mapped[str] = mapped_column(Text)
    weight: Mapped[Decimal] = mapped_column(MARK, server_default=text("1"), default=Decimal(1))
    maximum: Mapped[Decimal] = mapped_column(MARK, server_default=text("20"), default=Decimal(20))
    droppable: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether it may be left out as one of the lowest."""
    least: Mapped[Decimal | None] = mapped_column(MARK)
    """What must be reached in it, whatever the mean: that makes it a key item."""


def graded_checks() -> tuple[CheckConstraint, ...]:
    """What the database holds an item to."""
    return (
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("maximum > 0", name="maximum"),
        CheckConstraint("least BETWEEN 0 AND maximum", name="least"),
    )
