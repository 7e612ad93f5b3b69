"""Saved views and reports, with whom they are shared, and which of them each user has pinned or opens by themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned


def _link(target: str, name: str) -> MappedColumn[Any]:
    return mapped_column(BigInteger, ForeignKey(f"kernel.{target}.id", name=name, ondelete="CASCADE"))


LIST, REPORT = "list", "report"
"""What is kept under a name: a list as it is shown, or a report on one."""


class SavedView(Identified, Stamped, Versioned, KernelBase):
    """A list, or a report on one, under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("uq_saved_view_name", "owner_id", "resource", "form", "search_key", unique=True),
        Index("ix_saved_view_audience", "audience"),
    )

    owner_id: Mapped[int] = _link("user_account", "fk_saved_view_owner_id")
    resource: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text, server_default=text("'list'"), default=LIST)
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    search: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    filters: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """As `Filter.plain` gives them."""
    sort: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    columns: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """Keys in their order; none for the columns that its reader has anyway."""
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    """Of a report: the arguments of its address but those that narrow the rows, which stand in `search` and `filters`."""
    groups: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """What the rows are put together by, as `ListQuery.groups` has it."""
    look: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The declared view that it is looked at in, such as `board`; empty for lines."""
    audience: Mapped[str] = mapped_column(Text, server_default=text("'own'"), default="own")
    """`own`, `patterns` (whoever holds one of its patterns) or `all`."""


class SavedViewPattern(Identified, KernelBase):
    """A pattern whose holders see a view."""

    __tablename__ = "saved_view_pattern"
    __table_args__ = (
        Index("uq_saved_view_pattern", "view_id", "pattern_id", unique=True),
        Index("ix_saved_view_pattern_pattern_id", "pattern_id"),
    )

    view_id: Mapped[int] = _link("saved_view", "fk_saved_view_pattern_view_id")
    pattern_id: Mapped[int] = _link("pattern", "fk_saved_view_pattern_pattern_id")


class SavedViewPin(Identified, KernelBase):
    """That a user has pinned a view to his menu."""

    __tablename__ = "saved_view_pin"
    __table_args__ = (
        Index("uq_saved_view_pin", "user_id", "view_id", unique=True),
        Index("ix_saved_view_pin_view_id", "view_id"),
    )

    user_id: Mapped[int] = _link("user_account", "fk_saved_view_pin_user_id")
    view_id: Mapped[int] = _link("saved_view", "fk_saved_view_pin_view_id")


class ListDefault(Identified, KernelBase):
    """Which view opens by itself where a user comes to the list of a resource."""

    __tablename__ = "list_default"
    __table_args__ = (
        Index("uq_list_default", "user_id", "resource", unique=True),
        Index("ix_list_default_view_id", "view_id"),
    )

    user_id: Mapped[int] = _link("user_account", "fk_list_default_user_id")
    resource: Mapped[str] = mapped_column(Text)
    view_id: Mapped[int] = _link("saved_view", "fk_list_default_view_id")
