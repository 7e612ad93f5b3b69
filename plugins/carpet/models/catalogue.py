"""Models of carpets: a design in a size and a colour."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned
from plugins.carpet.models.base import BASE, KEPT, CarpetBase, may_refer


class CarpetModel(Identified, Stamped, Versioned, Binnable, CarpetBase):
    """A model of carpets, with the guarantee that its batches usually have."""

    __tablename__ = "model"
    __table_args__ = (
        CheckConstraint("reeds > 0", name="reeds"),
        CheckConstraint("density > 0", name="density"),
        CheckConstraint("term_months BETWEEN 1 AND 600", name="term_months"),
        Index("uq_model_code", "code", unique=True, postgresql_where=KEPT),
        Index("ix_model_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    size_id: Mapped[int | None] = may_refer("model_size_id", BASE)
    design_id: Mapped[int | None] = may_refer("model_design_id", BASE)
    colour_id: Mapped[int | None] = may_refer("model_colour_id", BASE)
    reeds: Mapped[int | None] = mapped_column(Integer)
    """Reed count (شانه), such as 700 or 1200."""
    density: Mapped[int | None] = mapped_column(Integer)
    """Density (تراکم) along the warp, such as 2550."""
    term_months: Mapped[int] = mapped_column(Integer, server_default=text("24"), default=24)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
