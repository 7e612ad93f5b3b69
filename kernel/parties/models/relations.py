"""How parties stand to one another: kinds of relations that users extend, relations with dates, households."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Binnable, Identified, KernelBase, Stamped, Versioned
from kernel.parties.models.links import link

PERIOD = text("daterange(since, until, '[]')")
"""The days of a row: both named days belong to it, an empty one is open."""


class RelationKind(Identified, Stamped, Versioned, KernelBase):
    """A kind of relation, read as "the first party is <name> of the second, the second <reverse name> of the first"."""

    __tablename__ = "relation_kind"
    __table_args__ = (
        CheckConstraint(
            "first_kind IN ('person', 'organisation') AND second_kind IN ('person', 'organisation')",
            name="ends",
        ),
        CheckConstraint("exclusive IN ('none', 'first', 'second', 'both')", name="exclusive"),
        CheckConstraint(
            "NOT mutual OR (first_kind IS NOT DISTINCT FROM second_kind AND NOT tree"
            " AND exclusive IN ('none', 'both'))",
            name="mutual",
        ),
        Index("uq_relation_kind_code", "code", unique=True),
        Index("uq_relation_kind_search_key", "search_key", unique=True),
    )

    code: Mapped[str | None] = mapped_column(Text)
    """Stable name of a kind that ships with the product or a plugin (`medical.guardian`); None for what users add."""
    name: Mapped[str] = mapped_column(Text)
    reverse_name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    first_kind: Mapped[str | None] = mapped_column(Text)
    """What the first party must be: `person`, `organisation`; None for either."""
    second_kind: Mapped[str | None] = mapped_column(Text)
    mutual: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether it reads the same from both sides, such as spouse."""
    exclusive: Mapped[str] = mapped_column(Text, server_default=text("'none'"), default="none")
    """Which of the two may stand in one such relation at a time only: `none`, `first`, `second`, `both`."""
    tree: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether a chain of such relations may not come back to its beginning on any day."""
    position: Mapped[int] = mapped_column(Integer, server_default=text("1000"), default=1000)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class Relation(Identified, Stamped, Versioned, KernelBase):
    """A relation between two parties from a day to a last day. Of a symmetric kind, the smaller id stands first."""

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("until >= since", name="period"),
        CheckConstraint("first_id <> second_id", name="two_parties"),
        ExcludeConstraint(
            (column("kind_id"), "="),
            (column("first_id"), "="),
            (column("second_id"), "="),
            (PERIOD, "&&"),
            name="ex_relation_period",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_relation_first_id", "first_id", "kind_id"),
        Index("ix_relation_second_id", "second_id", "kind_id"),
    )

    kind_id: Mapped[int] = link("relation_kind", "fk_relation_kind_id")
    first_id: Mapped[int] = link("party", "fk_relation_first_id", on_delete="CASCADE")
    second_id: Mapped[int] = link("party", "fk_relation_second_id", on_delete="CASCADE")
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """The last day on which it holds; None while it does."""
    note: Mapped[str | None] = mapped_column(Text)


class RelationHold(KernelBase):
    """Who is bound by an exclusive relation and when: the rows that make "one at a time" a constraint.

    A trigger keeps them; the application neither reads nor writes them. `side` is 0 for symmetric kinds, else 1 or 2.
    """

    __tablename__ = "relation_hold"
    __table_args__ = (
        ExcludeConstraint(
            (column("kind_id"), "="),
            (column("side"), "="),
            (column("party_id"), "="),
            (PERIOD, "&&"),
            name="ex_relation_exclusive",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_relation_hold_party_id", "party_id"),
    )

    relation_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.relation.id", name="fk_relation_hold_relation_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    party_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.party.id", name="fk_relation_hold_party_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    kind_id: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[int] = mapped_column(Integer)
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)


class Household(Identified, Stamped, Versioned, Binnable, KernelBase):
    """A household (خانوار): persons who live and decide together. What it is called tells nothing of its members."""

    __tablename__ = "household"
    __table_args__ = (
        Index("ix_household_sort_key", "sort_key", "id", postgresql_where=text("binned_at IS NULL")),
        Index("ix_household_owner_id", "owner_id"),
    )

    name: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = link("user_account", "fk_household_owner_id")
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text(collation="C"))
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class HouseholdMember(Identified, Stamped, Versioned, KernelBase):
    """A person in a household from a day to a last day: in one at a time, and one head at a time."""

    __tablename__ = "household_member"
    __table_args__ = (
        CheckConstraint("until >= since", name="period"),
        CheckConstraint("part IN ('head', 'spouse', 'child', 'parent', 'other')", name="part"),
        ExcludeConstraint(
            (column("person_id"), "="),
            (PERIOD, "&&"),
            name="ex_household_member_period",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        ExcludeConstraint(
            (column("household_id"), "="),
            (PERIOD, "&&"),
            where=text("part = 'head'"),
            name="ex_household_member_head",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_household_member_household_id", "household_id", "id"),
    )

    household_id: Mapped[int] = link("household", "fk_household_member_household_id", on_delete="CASCADE")
    person_id: Mapped[int] = link("party", "fk_household_member_person_id", on_delete="CASCADE")
    part: Mapped[str] = mapped_column(Text, server_default=text("'other'"), default="other")
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """The last day; None while it lasts."""
