"""What is remembered of merges and of probable duplicates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, SmallInteger, Text, text
from sqlalchemy import Identity as Numbered
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase
from kernel.data.types import Instant
from kernel.parties.models.links import link

EMPTY = text("'{}'::jsonb")


class PartyAlias(KernelBase):
    """A party that was merged into another: its number still leads there, and its codes are still found."""

    __tablename__ = "party_alias"
    __table_args__ = (
        Index("ix_party_alias_party_id", "party_id"),
        Index("ix_party_alias_codes", "codes", postgresql_using="gin"),
    )

    old_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    party_id: Mapped[int] = link("party", "fk_party_alias_party_id", on_delete="CASCADE")
    codes: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=EMPTY)
    """Codes that the party had and the survivor does not bear, by attribute: `{"national_code": …}`."""
    merge_id: Mapped[int] = mapped_column(BigInteger)


class PartyMerge(Identified, KernelBase):
    """One merge, with everything that is needed to put it back as long as that is allowed."""

    __tablename__ = "party_merge"
    __table_args__ = (Index("ix_party_merge_kept_id", "kept_id", "id"),)

    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    kept_id: Mapped[int] = mapped_column(BigInteger)
    dropped_id: Mapped[int] = mapped_column(BigInteger)
    operations: Mapped[str | None] = mapped_column(Text)
    """What was done, in order, as exact JSON; None once it can no longer be undone: it holds personal data."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[int | None] = mapped_column(BigInteger)


class PartyPair(KernelBase):
    """Two parties that are probably one; or of which somebody has said that they are not."""

    __tablename__ = "party_pair"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="order"),
        Index("uq_party_pair", "first_id", "second_id", unique=True),
        Index("ix_party_pair_second_id", "second_id"),
        Index("ix_party_pair_score", "dismissed", "score", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Numbered(), primary_key=True)
    first_id: Mapped[int] = link("party", "fk_party_pair_first_id", on_delete="CASCADE")
    second_id: Mapped[int] = link("party", "fk_party_pair_second_id", on_delete="CASCADE")
    score: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    dismissed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    scan_id: Mapped[int | None] = mapped_column(BigInteger)
    """The search that found it last."""
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)


class PartyScan(Identified, KernelBase):
    """One search for duplicates among what is there."""

    __tablename__ = "party_scan"

    started_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    whole: Mapped[bool] = mapped_column(Boolean)
    """Whether all parties were compared, or those changed since the search before with all."""
    step: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How many of the comparisons are done: a killed search goes on there."""
    pairs: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    common: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=EMPTY)
    """By comparison, how many values too many parties share to mean anything: they were left out."""
