"""The table of seals: a chain of hashes over what history and audit held when each was set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import KernelBase
from kernel.data.types import Instant


class Seal(KernelBase):
    """One batch of rows, sealed together. Only ever added to; numbers have no gaps."""

    __tablename__ = "seal"
    __table_args__ = (
        CheckConstraint("kind IN ('history', 'audit')", name="kind"),
        Index("ix_seal_kind_last_id", "kind", "last_id"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    """`history` or `audit`: which table the rows are of."""
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    members: Mapped[Any] = mapped_column(INT8MULTIRANGE)
    """Exactly the ids sealed: a row with a lower id that is committed later is of a later seal."""
    hash: Mapped[str] = mapped_column(Text)
    """SHA-256, in hexadecimal digits, over the seal before it, what this one says, and the digests of its rows."""
    at: Mapped[datetime] = mapped_column(Instant)
