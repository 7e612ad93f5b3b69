"""Layouts of documents that a site has made, and every version of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant

HTML, BLOCKS = "html", "blocks"
FORMS = (HTML, BLOCKS)
MADE, SAVED, RETURNED, RESET, CONVERTED = "made", "saved", "returned", "reset", "converted"
CONTENT = ("form", "body", "style", "blocks", "page")
"""Columns that a layout and its versions share."""


class _Content:
    """What a layout says."""

    form: Mapped[str] = mapped_column(Text, server_default=text("'html'"), default=HTML)
    """`html`, or `blocks` of which the body is made."""
    body: Mapped[str] = mapped_column(Text)
    style: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    blocks: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"), default=list)
    page: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    """As `PageSettings` stores it."""


class DocumentLayout(_Content, Identified, Stamped, Versioned, KernelBase):
    """A layout of one kind of document in one language. The default one is printed with; without one, what ships."""

    __tablename__ = "document_layout"
    __table_args__ = (
        CheckConstraint("language IN ('fa', 'en')", name="language"),
        CheckConstraint("form IN ('html', 'blocks')", name="form"),
        Index("uq_document_layout_name", "kind", "language", "search_key", unique=True),
        Index(
            "uq_document_layout_default",
            *("kind", "language"),
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    kind: Mapped[str] = mapped_column(Text)
    """Full key of a `DocumentKind`: `labels`, `medical.turn_card`."""
    language: Mapped[str] = mapped_column(Text, server_default=text("'fa'"), default="fa")
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)


class DocumentLayoutVersion(_Content, Identified, KernelBase):
    """A layout as it was saved once."""

    __tablename__ = "document_layout_version"
    __table_args__ = (
        CheckConstraint("form IN ('html', 'blocks')", name="form"),
        Index("uq_document_layout_version", "layout_id", "number", unique=True),
    )

    layout_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey(
            "kernel.document_layout.id", name="fk_document_layout_version_layout_id", ondelete="CASCADE"
        ),
    )
    number: Mapped[int] = mapped_column(Integer)
    """Counted from 1 within the layout."""
    why: Mapped[str] = mapped_column(Text)
    """`made`, `saved`, `returned` (to an older one), `reset` (to what ships) or `converted` (out of blocks)."""
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
