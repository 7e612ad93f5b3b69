"""The declarative base of the plugin, and the columns that its tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import schema_base

CarpetBase = schema_base("carpet")
KEPT = text("binned_at IS NULL")
USER, PARTY, BASE = "kernel.user_account", "kernel.party", "kernel.base_value"


def refers(name: str, target: str, *, ondelete: str = "RESTRICT") -> Mapped[int]:
    """A foreign key to the `id` of another table; `target` is its full name."""
    return mapped_column(
        BigInteger, ForeignKey(f"{target}.id", name=f"fk_{name}", ondelete=ondelete), nullable=False
    )


def may_refer(name: str, target: str, *, ondelete: str = "RESTRICT") -> Mapped[int | None]:
    """The same for a column that may be empty."""
    return mapped_column(
        BigInteger, ForeignKey(f"{target}.id", name=f"fk_{name}", ondelete=ondelete), nullable=True
    )
