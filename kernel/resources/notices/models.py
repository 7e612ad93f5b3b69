"""The table of notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase
from kernel.data.types import Instant


class Notice(Identified, KernelBase):
    """One thing that one user is told."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_occasion", "user_id", "kind", "occasion", unique=True),
        Index("ix_notice_told_at", "user_id", "told_at", "id"),
        Index("ix_notice_unread", "user_id", postgresql_where=text("read_at IS NULL")),
    )

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name="fk_notice_user_id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(Text)
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """As `words.packed` gives it, so that each reader gets it in his language."""
    times: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    """How often the same was told: such notices are one that counts."""
    resource: Mapped[str | None] = mapped_column(Text)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    address: Mapped[str | None] = mapped_column(Text)
    """A page of this site to which it leads where it is about no record."""
    occasion: Mapped[str | None] = mapped_column(Text)
    """What it is told for: the same occasion is not told twice."""
    told_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
