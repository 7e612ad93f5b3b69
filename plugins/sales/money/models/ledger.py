"""Receipts and payments, and what they settle.

Whatever one side owes the other is an *open item*: a debit where the party owes us (an invoice of ours, a refund), a credit
where we owe the party (money received, goods taken back, a supplier's invoice). Allocations put a credit on a debit. How
much of an item is settled stands in the item, and the database refuses more than its amount, whoever allocates at the same
moment.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, RialType, Stamped, Versioned
from plugins.sales.models.base import SalesBase, may_refer, refers


class Payment(Identified, Stamped, Versioned, SalesBase):
    """Money that came in (a receipt) or went out (a payment). It is never deleted: it is reversed, with a reason."""

    __tablename__ = "payment"
    __table_args__ = (
        Index("uq_payment_number", "direction", "fiscal_year", "serial", unique=True),
        Index(
            "uq_payment_cheque_id",
            "cheque_id",
            "direction",
            unique=True,
            postgresql_where=text("state = 'standing' AND cheque_id IS NOT NULL"),
        ),
        Index(
            "uq_payment_tracking",
            "direction",
            "method",
            text("coalesce(terminal, '')"),
            "tracking",
            "day",
            unique=True,
            postgresql_where=text("state = 'standing' AND tracking IS NOT NULL"),
        ),
        Index("ix_payment_party_id", "party_id", "day"),
        Index("ix_payment_day", "day", "id"),
        Index("ix_payment_owner_id", "owner_id", "day"),
        Index("ix_payment_seller_id", "seller_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("method IN ('cash', 'card', 'transfer', 'cheque', 'discount')", name="method"),
        CheckConstraint("purpose IN ('trade', 'commission')", name="purpose"),
        CheckConstraint("state IN ('standing', 'reversed')", name="state"),
    )

    direction: Mapped[str] = mapped_column(Text, server_default=text("'in'"))
    purpose: Mapped[str] = mapped_column(Text, server_default=text("'trade'"), default="trade")
    """`trade` stands in the account of the party; `commission` pays what a marketer earned."""
    method: Mapped[str] = mapped_column(Text)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    serial: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(Text)
    party_id: Mapped[int] = refers("kernel.party", "fk_payment_party_id")
    day: Mapped[date] = mapped_column(Date)
    jalali_month: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(RialType)
    place_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_payment_place_id")
    """The cash desk or bank account of ours."""
    terminal: Mapped[str | None] = mapped_column(Text)
    tracking: Mapped[str | None] = mapped_column(Text)
    cheque_id: Mapped[int | None] = may_refer("sales.cheque", "fk_payment_cheque_id")
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'standing'"), default="standing")
    reversed_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_payment_owner_id", ondelete="SET NULL"
    )
    """Who is in charge of the party: by it, and by the seller, people see the money of their own customers."""
    seller_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_payment_seller_id", ondelete="SET NULL"
    )
    """The seller of the document, or of the first one that it settles."""
    search_key: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")


class OpenItem(Identified, Stamped, SalesBase):
    """What a party owes us, or we owe it, of one document or one payment; and how much of that is settled."""

    __tablename__ = "open_item"
    __table_args__ = (
        Index(
            "uq_open_item_document_id",
            "document_id",
            unique=True,
            postgresql_where=text("document_id IS NOT NULL"),
        ),
        Index(
            "uq_open_item_payment_id",
            "payment_id",
            unique=True,
            postgresql_where=text("payment_id IS NOT NULL"),
        ),
        Index("ix_open_item_party_id", "party_id", "day", "id"),
        Index("ix_open_item_due", "due", "id", postgresql_where=text("open > 0")),
        Index("ix_open_item_owner_id", "owner_id"),
        Index("ix_open_item_seller_id", "seller_id"),
        CheckConstraint("side IN ('debit', 'credit')", name="side"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("settled >= 0 AND settled <= amount", name="settled"),
        CheckConstraint("NOT void OR (settled = 0 AND void_on IS NOT NULL)", name="void"),
    )

    side: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    """`sale`, `purchase`, `sale_return`, `purchase_return`, `receipt`, `payment`."""
    document_id: Mapped[int | None] = may_refer(
        "sales.document", "fk_open_item_document_id", ondelete="CASCADE"
    )
    payment_id: Mapped[int | None] = may_refer("sales.payment", "fk_open_item_payment_id", ondelete="CASCADE")
    party_id: Mapped[int] = refers("kernel.party", "fk_open_item_party_id")
    label: Mapped[str] = mapped_column(Text)
    """The number of the document or payment."""
    day: Mapped[date] = mapped_column(Date)
    due: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(RialType)
    settled: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    void: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Cancelled or reversed: it counts for nothing since `void_on`."""
    void_on: Mapped[date | None] = mapped_column(Date)
    open: Mapped[int] = mapped_column(
        RialType, Computed("CASE WHEN void THEN 0 ELSE amount - settled END", persisted=True)
    )
    owner_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_open_item_owner_id", ondelete="SET NULL"
    )
    """Who is in charge of the party: by it, and by the seller, people see the money of their own customers."""
    seller_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_open_item_seller_id", ondelete="SET NULL"
    )
    """The seller of the document, or of the first one that it settles."""


class Allocation(Identified, Stamped, SalesBase):
    """That some Rials of a credit settle a debit. One that is undone stays, and says when and why."""

    __tablename__ = "allocation"
    __table_args__ = (
        Index("ix_allocation_debit_id", "debit_id"),
        Index("ix_allocation_credit_id", "credit_id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    debit_id: Mapped[int] = refers("sales.open_item", "fk_allocation_debit_id", ondelete="CASCADE")
    credit_id: Mapped[int] = refers("sales.open_item", "fk_allocation_credit_id", ondelete="CASCADE")
    amount: Mapped[int] = mapped_column(RialType)
    day: Mapped[date] = mapped_column(Date)
    undone_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)
