"""Members, their cards and ranks, how parties become members by rule, and what members wish for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, RialType, Stamped, Versioned
from plugins.club.models.base import ClubBase, refers

KEPT = text("binned_at IS NULL")


class Rank(Identified, Stamped, Versioned, Binnable, ClubBase):
    """A rank (رتبه): what purchases of the window it takes, and what it gives."""

    __tablename__ = "rank"
    __table_args__ = (
        CheckConstraint("threshold >= 0", name="threshold"),
        CheckConstraint("discount BETWEEN 0 AND 100", name="discount"),
        CheckConstraint("multiplier BETWEEN 0 AND 10000", name="multiplier"),
        Index("uq_rank_threshold", "threshold", unique=True, postgresql_where=KEPT),
        Index("uq_rank_search_key", "search_key", unique=True, postgresql_where=KEPT),
    )

    title: Mapped[str] = mapped_column(Text)
    threshold: Mapped[int] = mapped_column(RialType)
    """Purchases of the window, in Rials, from which on a member has the rank; 0 is that of everybody."""
    discount: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"), default=Decimal(0))
    multiplier: Mapped[int] = mapped_column(Integer, server_default=text("100"), default=100)
    """Hundredths of the usual points that its members earn."""
    colour: Mapped[str] = mapped_column(Text, server_default=text("'grey'"), default="grey")
    search_key: Mapped[str] = mapped_column(Text)


class JoinRule(Identified, Stamped, Versioned, Binnable, ClubBase):
    """A rule by which parties become members: all whom a segment finds."""

    __tablename__ = "join_rule"
    __table_args__ = (CheckConstraint("welcome >= 0", name="welcome"),)

    title: Mapped[str] = mapped_column(Text)
    segment_id: Mapped[int | None] = refers("join_rule_segment_id", "kernel.segment", nullable=True)
    """Whom it is for; a rule without one makes nobody a member."""
    welcome: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Points that one gets for joining by it."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    search_key: Mapped[str] = mapped_column(Text)


class Member(Identified, Stamped, Versioned, ClubBase):
    """A member with the sums of the ledger. Whoever writes the ledger of a member holds a lock on this row.

    `balance` is what is left in open lots, `pending` in those that do not count yet, `debt` what later earnings pay first.
    """

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'suspended', 'left')", name="state"),
        CheckConstraint("source IN ('hand', 'form', 'rule', 'import')", name="source"),
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("pending >= 0", name="pending"),
        CheckConstraint("debt >= 0", name="debt"),
        Index("uq_member_party_id", "party_id", unique=True),
        Index("uq_member_number", "number", unique=True),
        Index("ix_member_card_number", "card_number"),
        Index("ix_member_sort_key", "sort_key", "id"),
        Index("ix_member_rank_id", "rank_id", "id"),
        Index("ix_member_joined_on", "joined_on", "id"),
    )

    party_id: Mapped[int] = refers("member_party_id", "kernel.party")
    number: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The party's name with the number: how lists call the member."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default="active")
    source: Mapped[str] = mapped_column(Text, server_default=text("'hand'"), default="hand")
    joined_on: Mapped[date] = mapped_column(Date)
    rank_id: Mapped[int | None] = refers("member_rank_id", "club.rank", nullable=True)
    rank_since: Mapped[date | None] = mapped_column(Date)
    rank_fixed_until: Mapped[date | None] = mapped_column(Date)
    """Until this day the rank given by hand stays, whatever is bought."""
    card_number: Mapped[str | None] = mapped_column(Text)
    """Number of the card in use."""
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    pending: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    debt: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    last_purchase_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Card(Identified, Stamped, Versioned, ClubBase):
    """A card of a member. One at a time is in use; lost and replaced ones stay, so that nobody else gets their number."""

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'lost', 'replaced', 'returned')", name="state"),
        CheckConstraint("discount BETWEEN 0 AND 100", name="discount"),
        CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="order"),
        Index("uq_card_number", "number", unique=True),
        Index("uq_card_member_id", "member_id", unique=True, postgresql_where=text("state = 'active'")),
    )

    member_id: Mapped[int] = refers("card_member_id", "club.member")
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default="active")
    issued_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    discount: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"), default=Decimal(0))
    """Of a discount card: hundredths that it takes off, where the rank does not take off more."""
    ended_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")


class RankChange(Identified, Stamped, ClubBase):
    """That a member came to another rank: when, by what purchases, and why."""

    __tablename__ = "rank_change"
    __table_args__ = (
        CheckConstraint("kind IN ('joined', 'up', 'down', 'hand')", name="kind"),
        Index("ix_rank_change_member_id", "member_id", "id"),
        Index("ix_rank_change_day", "day", "id"),
    )

    member_id: Mapped[int] = refers("rank_change_member_id", "club.member", ondelete="CASCADE")
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    before_id: Mapped[int | None] = refers("rank_change_before_id", "club.rank", nullable=True)
    after_id: Mapped[int | None] = refers("rank_change_after_id", "club.rank", nullable=True)
    bought: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """Purchases of the window on that day."""
    note: Mapped[str | None] = mapped_column(Text)


class Wish(Identified, Stamped, Versioned, Binnable, ClubBase):
    """What a member would like to buy next, and by when: the shop asks back."""

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'ready', 'bought', 'dropped')", name="state"),
        Index("ix_wish_member_id", "member_id", "id"),
        Index("ix_wish_wanted_on", "wanted_on", "id"),
    )

    member_id: Mapped[int] = refers("wish_member_id", "club.member")
    title: Mapped[str] = mapped_column(Text)
    wanted_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
