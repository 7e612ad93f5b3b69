"""Draws (قرعه‌کشی): their rules, the frozen list of entrants, the seed, and who registered by telephone."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, InstantType, Stamped, Versioned
from plugins.club.models.base import ClubBase, refers


class Draw(Identified, Stamped, Versioned, ClubBase):
    """A draw. Its rules can be changed until the list is frozen; then a commitment to the hidden seed is published."""

    __tablename__ = "draw"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'frozen', 'drawn', 'cancelled')", name="state"),
        CheckConstraint("chances IN ('member', 'purchase', 'points')", name="chances"),
        CheckConstraint("begins <= ends", name="order"),
        CheckConstraint("winners BETWEEN 1 AND 1000", name="winners"),
        CheckConstraint("reserves BETWEEN 0 AND 1000", name="reserves"),
        CheckConstraint("per_points > 0", name="per_points"),
        CheckConstraint("most_chances >= 0", name="most_chances"),
        Index("ix_draw_ends", "ends", "id"),
    )

    title: Mapped[str] = mapped_column(Text)
    prize: Mapped[str | None] = mapped_column(Text)
    begins: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    chances: Mapped[str] = mapped_column(Text, server_default=text("'member'"), default="member")
    """One for each member, for each purchase of its days, or for each `per_points` points earned in its days."""
    per_points: Mapped[int] = mapped_column(Integer, server_default=text("100"), default=100)
    most_chances: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Chances that one member has at most; 0 sets no limit."""
    registered_only: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    rank_id: Mapped[int | None] = refers("draw_rank_id", "club.rank", nullable=True)
    segment_id: Mapped[int | None] = refers("draw_segment_id", "kernel.segment", nullable=True)
    without_winners_since: Mapped[date | None] = mapped_column(Date)
    """Whoever won since this day takes no part."""
    winners: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    reserves: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    public_source: Mapped[str | None] = mapped_column(Text)
    """Where the public word will come from, which nobody knows when the list is frozen."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'planned'"), default="planned")
    frozen_at: Mapped[datetime | None] = mapped_column(InstantType)
    drawn_at: Mapped[datetime | None] = mapped_column(InstantType)
    commitment: Mapped[str | None] = mapped_column(Text)
    list_hash: Mapped[str | None] = mapped_column(Text)
    seed: Mapped[str | None] = mapped_column(Text)
    """Empty until the draw; then it is public."""
    public_word: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class DrawSeed(ClubBase):
    """The seed of a frozen draw, which no page and no history shows before the draw."""

    __tablename__ = "draw_seed"

    draw_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("club.draw.id", name="fk_draw_seed_draw_id", ondelete="CASCADE"),
        primary_key=True,
    )
    seed: Mapped[str] = mapped_column(Text)


class DrawEntrant(Identified, ClubBase):
    """A line of the frozen list, and what the draw gave it."""

    __tablename__ = "draw_entrant"
    __table_args__ = (
        CheckConstraint("chances > 0", name="chances"),
        CheckConstraint("outcome IN ('none', 'winner', 'reserve', 'excluded')", name="outcome"),
        Index("uq_draw_entrant_draw_id", "draw_id", "place", unique=True),
        Index("ix_draw_entrant_member_id", "member_id", "draw_id"),
    )

    draw_id: Mapped[int] = refers("draw_entrant_draw_id", "club.draw", ondelete="CASCADE")
    member_id: Mapped[int] = refers("draw_entrant_member_id", "club.member")
    place: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text)
    """The member's number on the frozen list."""
    chances: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text, server_default=text("'none'"), default="none")
    drawn_as: Mapped[int | None] = mapped_column(Integer)
    """The how-manyth was drawn, from 1."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why a winner was excluded after the draw."""


class DrawRegistration(Identified, ClubBase):
    """That a member asked to take part."""

    __tablename__ = "draw_registration"
    __table_args__ = (
        CheckConstraint("channel IN ('hand', 'sms', 'ussd')", name="channel"),
        Index("uq_draw_registration_draw_id", "draw_id", "member_id", unique=True),
        Index("ix_draw_registration_member_id", "member_id"),
    )

    draw_id: Mapped[int] = refers("draw_registration_draw_id", "club.draw", ondelete="CASCADE")
    member_id: Mapped[int] = refers("draw_registration_member_id", "club.member", ondelete="CASCADE")
    channel: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
