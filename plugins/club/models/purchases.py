"""What is bought, by product group, and by which rates and campaigns it earns points."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, RialType, Stamped, Versioned
from plugins.club.models.base import ClubBase, refers

KEPT = text("binned_at IS NULL")


class ProductGroup(Identified, Stamped, Versioned, Binnable, ClubBase):
    """A group of products with rates of its own; one of the plugin `sales` may stand behind it."""

    __tablename__ = "product_group"
    __table_args__ = (
        Index("uq_product_group_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("uq_product_group_sales_group_id", "sales_group_id", unique=True, postgresql_where=KEPT),
    )

    title: Mapped[str] = mapped_column(Text)
    sales_group_id: Mapped[int | None] = mapped_column(BigInteger)
    """A group of goods of the plugin `sales`; what stands beneath it counts along."""
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Rate(Identified, Stamped, Versioned, Binnable, ClubBase):
    """How many points a purchase earns: so many for each so many Rials, from a day to a last day."""

    __tablename__ = "rate"
    __table_args__ = (
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("per_amount > 0", name="per_amount"),
        CheckConstraint("ends IS NULL OR begins <= ends", name="order"),
        Index("ix_rate_group_id", "group_id", "begins"),
    )

    group_id: Mapped[int | None] = refers("rate_group_id", "club.product_group", nullable=True)
    """The product group; empty for everything that has no rate of its own."""
    points: Mapped[int] = mapped_column(Integer)
    per_amount: Mapped[int] = mapped_column(RialType)
    begins: Mapped[date] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class Campaign(Identified, Stamped, Versioned, Binnable, ClubBase):
    """Days on which purchases earn more: for all members or some, on all products or some."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("begins <= ends", name="order"),
        CheckConstraint("multiplier BETWEEN 0 AND 10000", name="multiplier"),
        CheckConstraint("bonus >= 0", name="bonus"),
        CheckConstraint("least >= 0", name="least"),
        Index("ix_campaign_begins", "begins", "id"),
    )

    title: Mapped[str] = mapped_column(Text)
    begins: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    multiplier: Mapped[int] = mapped_column(Integer, server_default=text("100"), default=100)
    """Hundredths of the usual points; of several that fit a line the highest counts."""
    bonus: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Points for the first purchase of a member within it that reaches `least`."""
    least: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    group_id: Mapped[int | None] = refers("campaign_group_id", "club.product_group", nullable=True)
    rank_id: Mapped[int | None] = refers("campaign_rank_id", "club.rank", nullable=True)
    segment_id: Mapped[int | None] = refers("campaign_segment_id", "kernel.segment", nullable=True)
    search_key: Mapped[str] = mapped_column(Text)


class Purchase(Identified, Stamped, Versioned, ClubBase):
    """A purchase of a member: what ranks are reckoned from, and what earned points.

    `earned` are the points that stand for it, `referred` those of the introducer: returns lower them.
    """

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("source IN ('hand', 'sales')", name="source"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("returned BETWEEN 0 AND amount", name="returned"),
        CheckConstraint("earned >= 0", name="earned"),
        CheckConstraint("referred >= 0", name="referred"),
        Index("uq_purchase_invoice_id", "invoice_id", unique=True),
        Index("ix_purchase_member_id", "member_id", "day"),
        Index("ix_purchase_day", "day", "id"),
    )

    member_id: Mapped[int] = refers("purchase_member_id", "club.member")
    day: Mapped[date] = mapped_column(Date)
    number: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default=text("'hand'"), default="hand")
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(RialType)
    """What was paid for, in Rials: after every discount and without what points paid."""
    returned: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    earned: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    referrer_id: Mapped[int | None] = refers("purchase_referrer_id", "club.member", nullable=True)
    referral_percent: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    referred: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    note: Mapped[str | None] = mapped_column(Text)


class PurchaseLine(Identified, ClubBase):
    """What of a purchase belongs to one product group, with the rate and the multiplier of its day."""

    __tablename__ = "purchase_line"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("returned BETWEEN 0 AND amount", name="returned"),
        CheckConstraint("per_amount > 0", name="per_amount"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("multiplier >= 0", name="multiplier"),
        Index("ix_purchase_line_purchase_id", "purchase_id"),
    )

    purchase_id: Mapped[int] = refers("purchase_line_purchase_id", "club.purchase", ondelete="CASCADE")
    group_id: Mapped[int | None] = refers("purchase_line_group_id", "club.product_group", nullable=True)
    title: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(RialType)
    returned: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    points: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    per_amount: Mapped[int] = mapped_column(RialType, server_default=text("1"), default=1)
    multiplier: Mapped[int] = mapped_column(BigInteger, server_default=text("10000"), default=10000)
    """Rank and campaign together, in ten-thousandths."""
    campaign_id: Mapped[int | None] = refers("purchase_line_campaign_id", "club.campaign", nullable=True)
    invoice_line_id: Mapped[int | None] = mapped_column(BigInteger)


class PurchaseReturn(Identified, Stamped, ClubBase):
    """What was returned of a line, once for each return document of sales; a return that was cancelled counts no more."""

    __tablename__ = "purchase_return"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("uq_purchase_return_line_id", "line_id", "invoice_id", unique=True),
    )

    line_id: Mapped[int] = refers("purchase_return_line_id", "club.purchase_line", ondelete="CASCADE")
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    """The return in the plugin `sales`, or the invoice itself where that was cancelled."""
    day: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(RialType)
    cancelled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    note: Mapped[str | None] = mapped_column(Text)
