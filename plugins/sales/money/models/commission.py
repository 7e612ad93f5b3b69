"""Marketers, what is agreed with them, and the ledger of what they earned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, RialType, Stamped, Versioned
from plugins.sales.models.base import SalesBase, may_refer, refers


class Marketer(Identified, Stamped, Versioned, SalesBase):
    """A party that earns commission; with a sign-in, it sees its own."""

    __tablename__ = "marketer"
    __table_args__ = (
        Index("uq_marketer_party_id", "party_id", unique=True),
        Index("ix_marketer_user_id", "user_id"),
        Index("ix_marketer_sort_key", "sort_key", "id"),
    )

    party_id: Mapped[int] = refers("kernel.party", "fk_marketer_party_id")
    user_id: Mapped[int | None] = may_refer("kernel.user_account", "fk_marketer_user_id", ondelete="SET NULL")
    name: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class CommissionRule(Identified, Stamped, Versioned, SalesBase):
    """What is paid for selling an item, a group or anything, to one marketer or to all, for some time."""

    __tablename__ = "commission_rule"
    __table_args__ = (
        Index("ix_commission_rule_item_id", "item_id"),
        Index("ix_commission_rule_group_id", "group_id"),
        Index("ix_commission_rule_marketer_id", "marketer_id"),
        CheckConstraint("kind IN ('percent', 'per_unit')", name="kind"),
        CheckConstraint("rate >= 0 AND (kind <> 'percent' OR rate <= 100)", name="rate"),
        CheckConstraint("agency_share BETWEEN 0 AND 100", name="agency_share"),
        CheckConstraint("starts <= ends", name="order"),
        CheckConstraint("item_id IS NULL OR group_id IS NULL", name="subject"),
    )

    title: Mapped[str] = mapped_column(Text)
    marketer_id: Mapped[int | None] = may_refer("sales.marketer", "fk_commission_rule_marketer_id")
    item_id: Mapped[int | None] = may_refer("sales.item", "fk_commission_rule_item_id")
    group_id: Mapped[int | None] = may_refer("sales.item_group", "fk_commission_rule_group_id")
    kind: Mapped[str] = mapped_column(Text, server_default=text("'percent'"))
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    agency_share: Mapped[Decimal] = mapped_column(
        Numeric(5, 2), server_default=text("100"), default=Decimal(100)
    )
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)


class CommissionTerm(Identified, Stamped, SalesBase):
    """What held for a line when its invoice was issued: rules that change later change nothing of it."""

    __tablename__ = "commission_term"
    __table_args__ = (
        Index("uq_commission_term_line_id", "line_id", unique=True),
        Index("ix_commission_term_document_id", "document_id"),
        Index("ix_commission_term_marketer_id", "marketer_id"),
        CheckConstraint("basis IN ('net', 'gross')", name="basis"),
        CheckConstraint("earned_at IN ('issue', 'settlement')", name="earned_at"),
    )

    document_id: Mapped[int] = refers("sales.document", "fk_commission_term_document_id", ondelete="CASCADE")
    line_id: Mapped[int] = refers("sales.document_line", "fk_commission_term_line_id", ondelete="CASCADE")
    marketer_id: Mapped[int] = refers("sales.marketer", "fk_commission_term_marketer_id")
    rule_id: Mapped[int | None] = may_refer(
        "sales.commission_rule", "fk_commission_term_rule_id", ondelete="SET NULL"
    )
    kind: Mapped[str] = mapped_column(Text)
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    agency_share: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    basis: Mapped[str] = mapped_column(Text)
    """Which amount of the line counts: `net`, after every discount, or `gross`, the price before them."""
    earned_at: Mapped[str] = mapped_column(Text)
    """`issue` of the invoice, or its `settlement`."""
    base: Mapped[int] = mapped_column(RialType)
    quantity: Mapped[Decimal] = mapped_column(Numeric(15, 3))


class CommissionEntry(Identified, Stamped, SalesBase):
    """An entry in a marketer's ledger: earned, taken back, corrected or paid. Nothing in it is ever changed."""

    __tablename__ = "commission_entry"
    __table_args__ = (
        Index("ix_commission_entry_marketer_id", "marketer_id", "day", "id"),
        Index("ix_commission_entry_term_id", "term_id"),
        Index("ix_commission_entry_payment_id", "payment_id"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("kind IN ('earned', 'reversed', 'correction', 'paid')", name="kind"),
    )

    marketer_id: Mapped[int] = refers("sales.marketer", "fk_commission_entry_marketer_id")
    kind: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    jalali_month: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(RialType)
    """Positive: we owe the marketer more; negative: less."""
    document_id: Mapped[int | None] = may_refer("sales.document", "fk_commission_entry_document_id")
    term_id: Mapped[int | None] = may_refer("sales.commission_term", "fk_commission_entry_term_id")
    payment_id: Mapped[int | None] = may_refer("sales.payment", "fk_commission_entry_payment_id")
    label: Mapped[str] = mapped_column(Text)
    """What it is for: number of the invoice and title of the line."""
    note: Mapped[str | None] = mapped_column(Text)
