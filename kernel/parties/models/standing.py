"""What a party is to us, dated, and the groups it is counted in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, Index, Integer, Text, column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.parties.models.links import link


class PartyRole(Identified, Stamped, Versioned, KernelBase):
    """What a party is to us in a period: lead, customer, patient. Periods of one role never overlap."""

    __tablename__ = "party_role"
    __table_args__ = (
        CheckConstraint("until >= since", name="period"),
        CheckConstraint("outcome IS NULL OR (role = 'lead' AND until IS NOT NULL)", name="outcome_of_lead"),
        CheckConstraint("outcome IN ('qualified', 'disqualified')", name="outcome"),
        Index("ix_party_role_role_since", "role", "since", "party_id"),
        ExcludeConstraint(
            (column("party_id"), "="),
            (column("role"), "="),
            (text("daterange(since, until, '[)')"), "&&"),
            name="ex_party_role_period",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    party_id: Mapped[int] = link("party", "fk_party_role_party_id", on_delete="CASCADE")
    role: Mapped[str] = mapped_column(Text)
    """Key of a declared role kind; kinds of plugins carry the plugin's name (`medical.patient`)."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """First day on which it no longer holds; None while it does."""
    outcome: Mapped[str | None] = mapped_column(Text)
    """How a lead ended: `qualified` or `disqualified` (lost)."""
    reason_id: Mapped[int | None] = link("base_value", "fk_party_role_reason_id")


class PartyGroup(Identified, Stamped, Versioned, KernelBase):
    """A node of the tree of persons' or of organisations' groups.

    `path` holds the ids from the root down to the node itself, `.3.17.`: a path that begins so is beneath it.
    """

    __tablename__ = "party_group"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        Index(
            "uq_party_group_name",
            "kind",
            "parent_id",
            "search_key",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_party_group_kind_path", "kind", "path"),
    )

    kind: Mapped[str] = mapped_column(Text)
    """Which tree: `person` or `organisation`."""
    parent_id: Mapped[int | None] = link("party_group", "fk_party_group_parent_id")
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"), default="")
    path: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"), default="")
    position: Mapped[int] = mapped_column(Integer, server_default=text("1000"), default=1000)


class PartyGroupMember(Identified, Stamped, Versioned, KernelBase):
    """A party in a group."""

    __tablename__ = "party_group_member"
    __table_args__ = (
        Index("uq_party_group_member", "party_id", "group_id", unique=True),
        Index("ix_party_group_member_group_id", "group_id", "party_id"),
    )

    party_id: Mapped[int] = link("party", "fk_party_group_member_party_id", on_delete="CASCADE")
    group_id: Mapped[int] = link("party_group", "fk_party_group_member_group_id")


class PartyGroupUser(Identified, Stamped, Versioned, KernelBase):
    """A user who is responsible for a group and all beneath it, such as a telephone marketer."""

    __tablename__ = "party_group_user"
    __table_args__ = (
        Index("uq_party_group_user", "group_id", "user_id", unique=True),
        Index("ix_party_group_user_user_id", "user_id"),
    )

    group_id: Mapped[int] = link("party_group", "fk_party_group_user_group_id", on_delete="CASCADE")
    user_id: Mapped[int] = link("user_account", "fk_party_group_user_user_id", on_delete="CASCADE")
