"""A segment: a filter of a list that was given a name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.parties.models.links import link


class Segment(Identified, Stamped, Versioned, KernelBase):
    """A saved filter over persons, organisations or the phone book: what it finds is found anew at each reading."""

    __tablename__ = "segment"
    __table_args__ = (Index("uq_segment_name", "owner_id", "search_key", unique=True),)

    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    resource: Mapped[str] = mapped_column(Text)
    """Name of the list that it filters."""
    search: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    filters: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """As `Filter.plain` gives them: field, operator, value, and the number of the alternative where there are some."""
    shared: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Seen by everybody, each with the parties that he may see; else by its owner alone."""
    owner_id: Mapped[int] = link("user_account", "fk_segment_owner_id", on_delete="CASCADE")
