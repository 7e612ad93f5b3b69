"""What the tables share: the schema's base, and how they refer to parties and base data."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import schema_base

MedicalBase = schema_base("medical")

KEPT = text("binned_at IS NULL")


def party(name: str, *, ondelete: str, nullable: bool = False) -> Mapped[int]:
    """A foreign key to a party. RESTRICT stands in the way of the party's deletion, CASCADE goes with it."""
    return mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name=name, ondelete=ondelete), nullable=nullable
    )


def link(
    target: str, name: str, *, ondelete: str = "RESTRICT", nullable: bool = True, index: bool = False
) -> Mapped[int | None]:
    """A foreign key to a row of another table, `medical.doctor` say; empty unless said otherwise."""
    return mapped_column(
        BigInteger, ForeignKey(f"{target}.id", name=name, ondelete=ondelete), nullable=nullable, index=index
    )
