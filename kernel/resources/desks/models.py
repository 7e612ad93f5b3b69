"""Which blocks stand on a desk, in which order, how wide."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase


class DeskLayout(Identified, KernelBase):
    """The desk of one user, as he arranged it."""

    __tablename__ = "desk_layout"
    __table_args__ = (Index("uq_desk_layout_user_id", "user_id", unique=True),)

    user_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.user_account.id", name="fk_desk_layout_user_id", ondelete="CASCADE"),
    )
    blocks: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """`{key, width, as}` in their order."""


class DeskDefault(Identified, KernelBase):
    """The desk of the holders of a pattern who have not arranged theirs."""

    __tablename__ = "desk_default"
    __table_args__ = (Index("uq_desk_default_pattern_id", "pattern_id", unique=True),)

    pattern_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.pattern.id", name="fk_desk_default_pattern_id", ondelete="CASCADE")
    )
    blocks: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """As those of `DeskLayout`."""
