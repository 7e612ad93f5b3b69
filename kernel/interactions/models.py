"""Interactions, who took part in them, the records that they are about; and calls as the telephone tells of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Computed, Date, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import (
    Binnable,
    Extensible,
    Identified,
    KernelBase,
    Stamped,
    Versioned,
    user_values_index,
)
from kernel.data.types import Instant
from kernel.parties.models.links import link

KEPT = text("binned_at IS NULL")
SECONDS = "CAST(EXTRACT(epoch FROM {until} - {since}) AS integer)"


class Interaction(Identified, Stamped, Versioned, Binnable, Extensible, KernelBase):
    """A call, visit, letter or whatever else brought us and a party together (ارتباط), at a time.

    `party_id` is the party that it is with; others who took part are rows of `InteractionParty`. `started_at` may be put
    back to the real day; `created_at` stays when it was entered. The three places mirror those of the party, since rights
    and lists narrow by them: triggers keep them.
    """

    __tablename__ = "interaction"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("ended_at >= started_at", name="period"),
        Index(
            "ix_interaction_started_at",
            "started_at",
            "id",
            postgresql_include=("owner_id", "done_by_id", "province_id", "city_id", "district_id"),
            postgresql_where=KEPT,
        ),
        Index("ix_interaction_party_id", "party_id", "started_at", "id"),
        Index("ix_interaction_owner_id", "owner_id", "started_at", "id", postgresql_where=KEPT),
        Index("ix_interaction_done_by_id", "done_by_id", "started_at", "id", postgresql_where=KEPT),
        Index("ix_interaction_province_id", "province_id", "started_at", "id", postgresql_where=KEPT),
        Index("ix_interaction_channel", "channel", "started_at", "id", postgresql_where=KEPT),
        Index("ix_interaction_reason_id", "reason_id", "started_at", "id", postgresql_where=KEPT),
        Index("ix_interaction_follow_up_number", "follow_up_number"),
        Index(
            "ix_interaction_open_follow_up",
            "follow_up_on",
            "id",
            postgresql_where=text(
                "followed_up_at IS NULL AND binned_at IS NULL AND follow_up_on IS NOT NULL"
            ),
        ),
        Index("ix_interaction_organisation_id", "organisation_id"),
        Index("ix_interaction_created_at", "created_at", "id", postgresql_where=KEPT),
        Index("ix_interaction_binned_at", "binned_at", "id", postgresql_where=text("binned_at IS NOT NULL")),
        Index(
            "ix_interaction_search_key_trigram",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
            postgresql_with={"gin_pending_list_limit": "128"},
        ),
        user_values_index("interaction"),
    )

    channel: Mapped[str] = mapped_column(Text)
    """Key of a channel; those of plugins carry the plugin's name."""
    direction: Mapped[str | None] = mapped_column(Text)
    """`in` or `out`, seen from us; None for channels that have none."""
    party_id: Mapped[int] = link("party", "fk_interaction_party_id")
    number: Mapped[str | None] = mapped_column(Text)
    """The telephone number or address that was used, as it was written."""
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    duration: Mapped[int | None] = mapped_column(
        Integer, Computed(SECONDS.format(since="started_at", until="ended_at"), persisted=True)
    )
    """Seconds from the start to the end."""
    result_id: Mapped[int | None] = link("base_value", "fk_interaction_result_id")
    reason_id: Mapped[int | None] = link("base_value", "fk_interaction_reason_id")
    follow_up_number: Mapped[str | None] = mapped_column(Text)
    """One number for all interactions about one matter (شماره پیگیری)."""
    follow_up_on: Mapped[date | None] = mapped_column(Date)
    """The day on which somebody is to come back to it."""
    followed_up_at: Mapped[datetime | None] = mapped_column(Instant)
    """When that was done; None while it is open."""
    done_by_id: Mapped[int | None] = link("user_account", "fk_interaction_done_by_id")
    """The user who talked with the party; who recorded it is `created_by`."""
    owner_id: Mapped[int | None] = link("user_account", "fk_interaction_owner_id")
    """The user responsible for what comes of it; goes along when the party is handed over."""
    organisation_id: Mapped[int | None] = link("party", "fk_interaction_organisation_id")
    position_id: Mapped[int | None] = link("base_value", "fk_interaction_position_id")
    unit: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[date | None] = mapped_column(Date)
    """The day of which the organisation, position and unit are: what the person was when it happened."""
    province_id: Mapped[int | None] = link("province", "fk_interaction_province_id")
    city_id: Mapped[int | None] = link("city", "fk_interaction_city_id")
    district_id: Mapped[int | None] = link("district", "fk_interaction_district_id")
    search_key: Mapped[str] = mapped_column(Text(collation="C"))


class InteractionParty(Identified, Stamped, Versioned, KernelBase):
    """A further party that took part, what it did there, and what the person was at that time.

    The last five columns mirror the interaction, by which this row's own policy knows whose it is: a trigger fills them.
    """

    __tablename__ = "interaction_party"
    __table_args__ = (
        Index("uq_interaction_party", "interaction_id", "party_id", unique=True),
        Index("ix_interaction_party_party_id", "party_id", "interaction_id"),
        Index("ix_interaction_party_organisation_id", "organisation_id"),
    )

    interaction_id: Mapped[int] = link(
        "interaction", "fk_interaction_party_interaction_id", on_delete="CASCADE"
    )
    party_id: Mapped[int] = link("party", "fk_interaction_party_party_id", on_delete="CASCADE")
    part_id: Mapped[int | None] = link("base_value", "fk_interaction_party_part_id")
    organisation_id: Mapped[int | None] = link("party", "fk_interaction_party_organisation_id")
    position_id: Mapped[int | None] = link("base_value", "fk_interaction_party_position_id")
    unit: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[date | None] = mapped_column(Date)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    done_by_id: Mapped[int | None] = mapped_column(BigInteger)
    province_id: Mapped[int | None] = mapped_column(BigInteger)
    city_id: Mapped[int | None] = mapped_column(BigInteger)
    district_id: Mapped[int | None] = mapped_column(BigInteger)


class InteractionLink(Identified, Stamped, KernelBase):
    """A record that an interaction is about; parties are no such records, they take part."""

    __tablename__ = "interaction_link"
    __table_args__ = (
        Index("uq_interaction_link", "interaction_id", "resource", "record_id", unique=True),
        Index("ix_interaction_link_record", "resource", "record_id"),
    )

    interaction_id: Mapped[int] = link(
        "interaction", "fk_interaction_link_interaction_id", on_delete="CASCADE"
    )
    resource: Mapped[str] = mapped_column(Text)
    """Name of the resource, such as `medical.appointment`."""
    record_id: Mapped[int] = mapped_column(BigInteger)


class Call(Identified, Stamped, Versioned, KernelBase):
    """A call as the exchange or a telephone's list tells of it. What was said is an interaction of its own."""

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("answered_at >= started_at AND ended_at >= started_at", name="period"),
        CheckConstraint("ended_at >= answered_at", name="answered"),
        Index(
            "uq_call_source_key",
            "source",
            "source_key",
            unique=True,
            postgresql_where=text("source_key IS NOT NULL"),
        ),
        Index("ix_call_started_at", "started_at", "id"),
        Index("ix_call_user_id", "user_id", "started_at", "id"),
        Index("ix_call_party_id", "party_id", "started_at", "id"),
        Index("ix_call_number", "number", "started_at", "id"),
        Index("ix_call_interaction_id", "interaction_id"),
        Index(
            "ix_call_unwritten",
            "started_at",
            "id",
            postgresql_where=text("interaction_id IS NULL AND NOT nothing_to_write"),
        ),
    )

    direction: Mapped[str] = mapped_column(Text)
    """`in` or `out`, seen from us."""
    number_given: Mapped[str] = mapped_column(Text)
    """The other's number as it came; a word for a hidden one."""
    number: Mapped[str | None] = mapped_column(Text)
    """The same, E.164; None where it is none."""
    extension: Mapped[str | None] = mapped_column(Text)
    """Our extension that took or made the call."""
    user_id: Mapped[int | None] = link("user_account", "fk_call_user_id")
    """Our user who did."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    """None where nobody answered."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    duration: Mapped[int | None] = mapped_column(
        Integer, Computed(SECONDS.format(since="answered_at", until="ended_at"), persisted=True)
    )
    """Seconds that were talked."""
    party_id: Mapped[int | None] = link("party", "fk_call_party_id", on_delete="SET NULL")
    """The party that the number was matched to when the call came, the first of several."""
    interaction_id: Mapped[int | None] = link("interaction", "fk_call_interaction_id", on_delete="SET NULL")
    nothing_to_write: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Somebody said that there is nothing to write: a wrong number."""
    source: Mapped[str] = mapped_column(Text, server_default=text("'hand'"), default="hand")
    """Where it comes from: `hand`, or the name of an exchange."""
    source_key: Mapped[str | None] = mapped_column(Text)
    """The exchange's own key of the call, so that hearing of it twice makes one row."""


class CallParty(Identified, Stamped, KernelBase):
    """A party whose number it was when the call came; several may share one."""

    __tablename__ = "call_party"
    __table_args__ = (
        Index("uq_call_party", "call_id", "party_id", unique=True),
        Index("ix_call_party_party_id", "party_id", "call_id"),
    )

    call_id: Mapped[int] = link("call", "fk_call_party_call_id", on_delete="CASCADE")
    party_id: Mapped[int] = link("party", "fk_call_party_party_id", on_delete="CASCADE")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    """Mirrors the call's, by a trigger."""
