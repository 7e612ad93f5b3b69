"""The schema `sales`, and the columns that its tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import schema_base

SalesBase = schema_base("sales")


def refers(
    target: str, name: str, *, ondelete: str = "RESTRICT", nullable: bool = False, unique: bool = False
) -> Mapped[int]:
    """A foreign key. RESTRICT stands in the way of the other's deletion, CASCADE goes with it."""
    return mapped_column(
        BigInteger, ForeignKey(f"{target}.id", name=name, ondelete=ondelete), nullable=nullable, unique=unique
    )


def may_refer(target: str, name: str, *, ondelete: str = "RESTRICT") -> Mapped[int | None]:
    """A foreign key that may be empty."""
    return mapped_column(BigInteger, ForeignKey(f"{target}.id", name=name, ondelete=ondelete), nullable=True)
