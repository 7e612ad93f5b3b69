"""The order and the widths of columns that a user keeps for himself, by list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase


class ListLayout(Identified, KernelBase):
    """How one user has arranged one list."""

    __tablename__ = "list_layout"
    __table_args__ = (Index("uq_list_layout", "user_id", "resource", unique=True),)

    user_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.user_account.id", name="fk_list_layout_user_id", ondelete="CASCADE"),
    )
    resource: Mapped[str] = mapped_column(Text)
    columns: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """Keys in their order; none for the columns of the resource."""
    widths: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    """Pixels by key of a column."""
