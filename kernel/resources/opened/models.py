"""Tables of opened records and favourites."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from kernel.data.base import Identified, KernelBase
from kernel.data.types import Instant


def _user(name: str) -> MappedColumn[Any]:
    return mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name=f"fk_{name}_user_id", ondelete="CASCADE")
    )


class OpenedRecord(Identified, KernelBase):
    """That a user opened the page of a record, and whether it still stands in his bar."""

    __tablename__ = "opened_record"
    __table_args__ = (
        Index("uq_opened_record", "user_id", "resource", "record_id", unique=True),
        Index("ix_opened_record_opened_at", "user_id", "opened_at", "id"),
    )

    user_id: Mapped[int] = _user("opened_record")
    resource: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    """When he opened it last."""
    kept_since: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it stands in his bar; None where it does not."""


class Favourite(Identified, KernelBase):
    """A record to which a user has given a star."""

    __tablename__ = "favourite"
    __table_args__ = (Index("uq_favourite", "user_id", "resource", "record_id", unique=True),)

    user_id: Mapped[int] = _user("favourite")
    resource: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[int] = mapped_column(Integer)
    """Smaller comes first."""
