"""Dealers, and the users who sign in for them."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned
from plugins.carpet.models.base import BASE, KEPT, PARTY, USER, CarpetBase, may_refer, refers


class Dealer(Identified, Stamped, Versioned, Binnable, CarpetBase):
    """Whoever sells our carpets: a party with a region and users of its own."""

    __tablename__ = "dealer"
    __table_args__ = (
        Index("uq_dealer_party_id", "party_id", unique=True, postgresql_where=KEPT),
        Index("uq_dealer_code", "code", unique=True, postgresql_where=KEPT),
        Index("ix_dealer_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    party_id: Mapped[int] = refers("dealer_party_id", PARTY)
    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    region_id: Mapped[int | None] = may_refer("dealer_region_id", BASE)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class DealerUser(Identified, Stamped, Versioned, CarpetBase):
    """A user who works for a dealer. By it he reaches the dealer's serials and buyers, see `plugins.carpet.scopes`."""

    __tablename__ = "dealer_user"
    __table_args__ = (
        Index("uq_dealer_user_user_id", "user_id", "dealer_id", unique=True),
        Index("ix_dealer_user_dealer_id", "dealer_id"),
    )

    dealer_id: Mapped[int] = refers("dealer_user_dealer_id", "carpet.dealer", ondelete="CASCADE")
    user_id: Mapped[int] = refers("dealer_user_user_id", USER, ondelete="CASCADE")
