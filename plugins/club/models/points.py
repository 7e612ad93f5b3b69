"""The ledger of points: entries that are only ever added, lots, what each entry moved in which lot, and coupons."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, RialType, Stamped, Versioned
from plugins.club.models.base import ClubBase, refers

ENTRY_KINDS = (
    "earn",
    "referral",
    "bonus",
    "spend",
    "expire",
    "take_back",
    "give_back",
    "decay",
    "correct",
    "debt",
)


class Entry(Identified, Stamped, ClubBase):
    """One line of a member's account. The database refuses to change or delete it.

    `points` is what it changes of (balance + pending - debt); `debt` what it changes of the debt alone. So the sum of
    `points` over all entries of a member is always what is left in the lots, less the debt.
    """

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in ENTRY_KINDS)})", name="kind"),
        Index("uq_entry_occasion", "occasion", unique=True),
        Index("ix_entry_member_id", "member_id", "id"),
        Index("ix_entry_day", "day", "id"),
        Index("ix_entry_purchase_id", "purchase_id"),
    )

    member_id: Mapped[int] = refers("entry_member_id", "club.member")
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    debt: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    """What the member could spend after it."""
    occasion: Mapped[str] = mapped_column(Text)
    """What it is for, once: `earn 12`, `expire 7`. What happened before is not done again."""
    purchase_id: Mapped[int | None] = refers("entry_purchase_id", "club.purchase", nullable=True)
    reason_id: Mapped[int | None] = refers("entry_reason_id", "kernel.base_value", nullable=True)
    note: Mapped[str | None] = mapped_column(Text)


class Lot(Identified, Stamped, ClubBase):
    """Points that were earned together: they count from one day, and expire after another."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("remaining BETWEEN 0 AND points", name="remaining"),
        CheckConstraint("state IN ('pending', 'open', 'expired')", name="state"),
        CheckConstraint("expires_on IS NULL OR expires_on >= counts_from", name="order"),
        Index("ix_lot_member_id", "member_id", "id"),
        Index("ix_lot_expires_on", "expires_on", "id"),
        Index("ix_lot_counts_from", "counts_from", "id", postgresql_where=text("state = 'pending'")),
    )

    member_id: Mapped[int] = refers("lot_member_id", "club.member")
    entry_id: Mapped[int] = refers("lot_entry_id", "club.entry")
    points: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    counts_from: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which they can be spent; empty for ever."""


class Move(Identified, ClubBase):
    """What an entry put into a lot, or took from it (negative)."""

    __tablename__ = "move"
    __table_args__ = (
        Index("ix_move_entry_id", "entry_id"),
        Index("ix_move_lot_id", "lot_id"),
    )

    entry_id: Mapped[int] = refers("move_entry_id", "club.entry")
    lot_id: Mapped[int] = refers("move_lot_id", "club.lot")
    points: Mapped[int] = mapped_column(BigInteger)


class Redemption(Identified, Stamped, Versioned, ClubBase):
    """Points that were spent: on an invoice of the plugin `sales`, or for a coupon on paper."""

    __tablename__ = "redemption"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'used', 'cancelled')", name="state"),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("points_back BETWEEN 0 AND points", name="points_back"),
        CheckConstraint("amount_back BETWEEN 0 AND amount", name="amount_back"),
        Index("uq_redemption_number", "number", unique=True),
        Index("uq_redemption_invoice_id", "invoice_id", unique=True),
        Index("ix_redemption_member_id", "member_id", "id"),
    )

    member_id: Mapped[int] = refers("redemption_member_id", "club.member")
    entry_id: Mapped[int] = refers("redemption_entry_id", "club.entry")
    number: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    points: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(RialType)
    points_back: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    amount_back: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    """The invoice of the plugin `sales` that it was spent on."""
    used_on: Mapped[date | None] = mapped_column(Date)
    search_key: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
