"""The policy (بیمه‌نامه), with whom and what it insures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import (
    Binnable,
    Extensible,
    Identified,
    InstantType,
    RialType,
    Stamped,
    Versioned,
    user_values_index,
)
from plugins.insurance.models.base import IS_LINE, KEPT, PARTY, SHIPPED, USER, InsuranceBase, link


class Policy(Identified, Stamped, Versioned, Binnable, Extensible, InsuranceBase):
    """A policy: whose, of which insurer and line, from when until when, for how much.

    The days and hours are what people enter; `begins_at` and `ends_at` are the moments that follow. `state` is what it
    is now, kept by `plugins.insurance.keeping`. `renewal` is its lane on the renewal board, empty until it ends soon.
    A policy has one successor at most, which names it as `former_id`.
    """

    __tablename__ = "policy"
    __table_args__ = (
        CheckConstraint(IS_LINE, name="line"),
        CheckConstraint(f"({SHIPPED}) = (own_line_id IS NULL)", name="own_line"),
        CheckConstraint(
            "state IN ('request', 'waiting', 'active', 'grace', 'lapsed', 'renewed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("renewal IN ('upcoming', 'contacted', 'quoted', 'renewed', 'lost')", name="renewal"),
        CheckConstraint(
            "lost_reason IN ('price', 'competitor', 'sold', 'service', 'claim', 'unreachable', 'not_needed', "
            "'lapsed', 'other')",
            name="lost_reason",
        ),
        CheckConstraint("(renewal = 'lost') IS NOT TRUE OR lost_reason IS NOT NULL", name="lost"),
        CheckConstraint("begins_at < ends_at", name="order"),
        CheckConstraint("begins_hour BETWEEN 0 AND 24 AND ends_hour BETWEEN 0 AND 24", name="hours"),
        CheckConstraint("premium >= 0", name="premium"),
        CheckConstraint("commission_percent BETWEEN 0 AND 100", name="commission_percent"),
        CheckConstraint("COALESCE(refund, 0) >= 0 AND premium_kept >= 0", name="kept"),
        CheckConstraint("(state = 'cancelled') = (cancelled_on IS NOT NULL)", name="cancelled"),
        CheckConstraint("former_id <> id", name="former"),
        Index("uq_policy_number", "insurer_id", "number_key", unique=True, postgresql_where=KEPT),
        Index(
            "uq_policy_former_id",
            "former_id",
            unique=True,
            postgresql_where=text("binned_at IS NULL AND cancelled_on IS NULL"),
        ),
        Index("ix_policy_ends_on", "ends_on", "id", postgresql_where=KEPT),
        Index("ix_policy_premium", "premium", "id", postgresql_where=KEPT),
        Index("ix_policy_renewal", "renewal", "ends_on", "id", postgresql_where=KEPT),
        Index("ix_policy_state", "state", "ends_at", "id", postgresql_where=KEPT),
        Index("ix_policy_holder_id", "holder_id"),
        Index("ix_policy_beneficiary_id", "beneficiary_id"),
        Index("ix_policy_own_line_id", "own_line_id"),
        Index("ix_policy_expert_id", "expert_id"),
        Index("ix_policy_plate", "plate"),
        user_values_index("policy"),
    )

    title: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(Text)
    own_line_id: Mapped[int | None] = link("insurance.line.id", "fk_policy_own_line_id")
    """The row that defines the line, where it is one of the site's own: it stays as long as policies have it."""
    insurer_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("insurance.insurer.id", name="fk_policy_insurer_id", ondelete="RESTRICT")
    )
    plan: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    """As the insurer writes it; empty while it is only requested."""
    number_key: Mapped[str | None] = mapped_column(Text)
    holder_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PARTY, name="fk_policy_holder_id", ondelete="RESTRICT")
    )
    beneficiary_id: Mapped[int | None] = link(PARTY, "fk_policy_beneficiary_id", ondelete="SET NULL")
    beneficiary_note: Mapped[str | None] = mapped_column(Text)
    expert_id: Mapped[int | None] = link(USER, "fk_policy_expert_id", ondelete="SET NULL")
    issued_on: Mapped[date | None] = mapped_column(Date)
    begins_on: Mapped[date] = mapped_column(Date)
    begins_hour: Mapped[int] = mapped_column(SmallInteger)
    ends_on: Mapped[date] = mapped_column(Date)
    ends_hour: Mapped[int] = mapped_column(SmallInteger)
    begins_at: Mapped[datetime] = mapped_column(InstantType)
    ends_at: Mapped[datetime] = mapped_column(InstantType)
    anchor_day: Mapped[int] = mapped_column(SmallInteger)
    """The day of the month on which the chain began, see `plugins.insurance.terms`."""
    grace_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    premium: Mapped[int] = mapped_column(RialType)
    """As agreed at the beginning; what endorsements changed of it stands in `endorsed`."""
    endorsed: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    premium_total: Mapped[int] = mapped_column(RialType, Computed("premium + endorsed", persisted=True))
    premium_kept: Mapped[int] = mapped_column(
        RialType, Computed("premium + endorsed - COALESCE(refund, 0)", persisted=True)
    )
    """What stays of the premium where the policy was cancelled: reports of what was sold and commissions go by it."""
    commission_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    commission: Mapped[int | None] = mapped_column(RialType)
    sum_insured: Mapped[int | None] = mapped_column(RialType)
    state: Mapped[str] = mapped_column(Text, server_default=text("'request'"), default="request")
    cancelled_on: Mapped[date | None] = mapped_column(Date)
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    refund: Mapped[int | None] = mapped_column(RialType)
    former_id: Mapped[int | None] = link("insurance.policy.id", "fk_policy_former_id", ondelete="SET NULL")
    renewal: Mapped[str | None] = mapped_column(Text)
    lost_reason: Mapped[str | None] = mapped_column(Text)
    lost_note: Mapped[str | None] = mapped_column(Text)
    retained: Mapped[int | None] = mapped_column(
        SmallInteger,
        Computed("CASE renewal WHEN 'renewed' THEN 100 WHEN 'lost' THEN 0 END", persisted=True),
    )
    """100 where it was renewed, 0 where it was lost, empty while that is not decided: its mean is the retention."""
    quoted: Mapped[int | None] = mapped_column(RialType)
    contacted_at: Mapped[datetime | None] = mapped_column(InstantType)
    next_call_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)

    plate: Mapped[str | None] = mapped_column(Text)
    vin: Mapped[str | None] = mapped_column(Text)
    chassis: Mapped[str | None] = mapped_column(Text)
    engine_number: Mapped[str | None] = mapped_column(Text)
    vehicle: Mapped[str | None] = mapped_column(Text)
    model_year: Mapped[int | None] = mapped_column(SmallInteger)
    vehicle_use: Mapped[str | None] = mapped_column(Text)
    no_claim_years: Mapped[int | None] = mapped_column(SmallInteger)
    address: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    area: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    building: Mapped[str | None] = mapped_column(Text)
    earthquake: Mapped[bool | None] = mapped_column(Boolean)
    persons: Mapped[int | None] = mapped_column(Integer)
    years: Mapped[int | None] = mapped_column(SmallInteger)
    """Of a life policy: for how many years it was taken."""
    destination: Mapped[str | None] = mapped_column(Text)
    goods: Mapped[str | None] = mapped_column(Text)

    search_key: Mapped[str] = mapped_column(Text)


class InsuredPerson(Identified, Stamped, Versioned, InsuranceBase):
    """A person whom a policy insures."""

    __tablename__ = "insured_person"
    __table_args__ = (
        CheckConstraint(
            "relation IN ('holder', 'spouse', 'child', 'parent', 'employee', 'other')", name="relation"
        ),
        Index("uq_insured_person_policy_id", "policy_id", "party_id", unique=True),
        Index("ix_insured_person_party_id", "party_id"),
    )

    policy_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("insurance.policy.id", name="fk_insured_person_policy_id", ondelete="CASCADE")
    )
    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PARTY, name="fk_insured_person_party_id", ondelete="RESTRICT")
    )
    relation: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class InsuredObject(Identified, Stamped, Versioned, InsuranceBase):
    """A further thing that a policy insures: one more vehicle of a fleet, a machine, a store of goods."""

    __tablename__ = "insured_object"
    __table_args__ = (
        CheckConstraint("sum_insured >= 0", name="sum_insured"),
        Index("ix_insured_object_policy_id", "policy_id"),
    )

    policy_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("insurance.policy.id", name="fk_insured_object_policy_id", ondelete="CASCADE")
    )
    title: Mapped[str] = mapped_column(Text)
    identifier: Mapped[str | None] = mapped_column(Text)
    """Plate, serial, postal code: what tells it from others."""
    sum_insured: Mapped[int | None] = mapped_column(RialType)
