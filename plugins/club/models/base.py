"""The declarative base of the club, and the columns that its tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import schema_base

ClubBase = schema_base("club")


def refers(name: str, target: str, *, ondelete: str = "RESTRICT", nullable: bool = False) -> Mapped[int]:
    """A foreign key to the `id` of another table; `target` is its full name."""
    return mapped_column(
        BigInteger, ForeignKey(f"{target}.id", name=f"fk_{name}", ondelete=ondelete), nullable=nullable
    )
