"""Tables of printing: formats of sheets and envelopes, templates of letters, what was printed and for whom."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant

LABELS, ENVELOPES, LETTERS = "labels", "envelopes", "letters"
KINDS = (LABELS, ENVELOPES, LETTERS)
PREPARING, READY, PRINTING, DONE, STOPPED, FAILED = (
    "preparing",
    "ready",
    "printing",
    "done",
    "stopped",
    "failed",
)
RUN_STATES = (PREPARING, READY, PRINTING, DONE, STOPPED, FAILED)
Millimetres = Numeric(6, 2)


def _among(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class LabelFormat(Identified, Stamped, Versioned, KernelBase):
    """A sheet of labels: its page, how many labels stand on it, how large, and where the first begins. Millimetres."""

    __tablename__ = "label_format"
    __table_args__ = (
        CheckConstraint("columns > 0 AND rows > 0", name="grid"),
        CheckConstraint("label_width > 0 AND label_height > 0", name="size"),
        Index("uq_label_format_code", "code", unique=True),
        Index("uq_label_format_search_key", "search_key", unique=True),
    )

    code: Mapped[str | None] = mapped_column(Text)
    """Stable name of one that ships with the product; None for what users add."""
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    page_width: Mapped[Decimal] = mapped_column(Millimetres)
    page_height: Mapped[Decimal] = mapped_column(Millimetres)
    columns: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer)
    label_width: Mapped[Decimal] = mapped_column(Millimetres)
    label_height: Mapped[Decimal] = mapped_column(Millimetres)
    margin_top: Mapped[Decimal] = mapped_column(Millimetres)
    """From the upper edge of the page to the first row."""
    margin_side: Mapped[Decimal] = mapped_column(Millimetres)
    """From the edge where reading begins, the right one in Persian, to the first column."""
    gap_across: Mapped[Decimal] = mapped_column(Millimetres, server_default=text("0"), default=Decimal(0))
    gap_down: Mapped[Decimal] = mapped_column(Millimetres, server_default=text("0"), default=Decimal(0))
    padding: Mapped[Decimal] = mapped_column(Millimetres, server_default=text("3"), default=Decimal(3))
    """Kept free at each edge of a label."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class EnvelopeFormat(Identified, Stamped, Versioned, KernelBase):
    """An envelope: its size, and where the recipient's address begins. Millimetres."""

    __tablename__ = "envelope_format"
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="size"),
        Index("uq_envelope_format_code", "code", unique=True),
        Index("uq_envelope_format_search_key", "search_key", unique=True),
    )

    code: Mapped[str | None] = mapped_column(Text)
    """Stable name of one that ships with the product; None for what users add."""
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    width: Mapped[Decimal] = mapped_column(Millimetres)
    height: Mapped[Decimal] = mapped_column(Millimetres)
    margin: Mapped[Decimal] = mapped_column(Millimetres, server_default=text("10"), default=Decimal(10))
    """Kept free at each edge."""
    recipient_side: Mapped[Decimal] = mapped_column(Millimetres)
    """From the edge where reading begins to the recipient's address."""
    recipient_top: Mapped[Decimal] = mapped_column(Millimetres)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class LetterTemplate(Identified, Stamped, Versioned, KernelBase):
    """The words of a letter, with variables."""

    __tablename__ = "letter_template"
    __table_args__ = (
        CheckConstraint("language IN ('fa', 'en')", name="language"),
        Index("uq_letter_template_search_key", "search_key", unique=True),
    )

    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default=text("'fa'"), default="fa")
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    signature: Mapped[str | None] = mapped_column(Text)
    """Who signs, a line each: name, position."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class PrintRun(Identified, Stamped, Versioned, KernelBase):
    """What was printed in one go: for whom, in which form, by whom, and what came of it. Its pieces are `PrintItem`s."""

    __tablename__ = "print_run"
    __table_args__ = (
        CheckConstraint(_among("kind", KINDS), name="kind"),
        CheckConstraint(_among("state", RUN_STATES), name="state"),
        Index("ix_print_run_user_id", "user_id", "id"),
    )

    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(BigInteger)
    """The user whose rights decide what is printed."""
    source: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Whom it is for, as `kernel.parties.chosen` reads it."""
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was chosen in the form, by the names of `kernel.documents.asking`."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'preparing'"), default=PREPARING)
    trouble: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Why nothing came of it."""
    pieces: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How many labels, envelopes or letters there are."""
    left_out: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    hidden: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How many of those meant are hidden from the user."""
    pages: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    layout_fault: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """What was wrong with the site's layout, so that the one that ships was printed with; empty where nothing was."""
    round: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How often its file was begun or taken back: what an earlier worker made counts no more."""
    ordered_by: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The part that has its letters printed, as `kernel.documents.ordered` knows it; empty for runs of users."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PrintItem(Identified, KernelBase):
    """One piece of a run, or one of those left out with the reason. Names and addresses stand in the parties alone."""

    __tablename__ = "print_item"
    __table_args__ = (
        Index("ix_print_item_run_id", "run_id", "id"),
        Index("ix_print_item_party_id", "party_id", postgresql_where=text("party_id IS NOT NULL")),
        Index(
            "ix_print_item_organisation_id",
            "organisation_id",
            postgresql_where=text("organisation_id IS NOT NULL"),
        ),
        Index(
            "ix_print_item_interaction_id",
            "interaction_id",
            postgresql_where=text("interaction_id IS NOT NULL"),
        ),
    )

    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kernel.print_run.id", ondelete="CASCADE"))
    party_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", ondelete="SET NULL")
    )
    organisation_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", ondelete="SET NULL")
    )
    """The firm at which the party is addressed."""
    number: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The number of a letter."""
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Why nothing is printed for it; empty where something is."""
    recorded_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the letter was recorded as an interaction: once, however often the work is done again."""
    interaction_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.interaction.id", ondelete="SET NULL")
    )
