"""What happens in the course of a policy: instalments, endorsements, claims, and talks about its renewal."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, RialType, Stamped, Versioned
from plugins.insurance.models.base import KEPT, PARTY, USER, InsuranceBase, link


def of_policy(name: str) -> Mapped[int]:
    """The foreign key to the policy: its course goes with it."""
    return mapped_column(BigInteger, ForeignKey("insurance.policy.id", name=name, ondelete="CASCADE"))


class Endorsement(Identified, Stamped, Versioned, InsuranceBase):
    """A change of a policy that the insurer wrote (الحاقیه). It is never changed itself: a further one corrects it."""

    __tablename__ = "endorsement"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('premium', 'dates', 'insured', 'object', 'holder', 'correction')", name="kind"
        ),
        CheckConstraint("added_id <> removed_id", name="persons"),
        CheckConstraint("place > 0", name="place"),
        Index("uq_endorsement_policy_id", "policy_id", "place", unique=True),
    )

    policy_id: Mapped[int] = of_policy("fk_endorsement_policy_id")
    place: Mapped[int] = mapped_column(SmallInteger)
    """Its number among those of the policy, from 1."""
    number: Mapped[str | None] = mapped_column(Text)
    """As the insurer writes it."""
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    premium_change: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """Rials, negative where the insurer gives back."""
    ends_before: Mapped[date | None] = mapped_column(Date)
    ends_after: Mapped[date | None] = mapped_column(Date)
    added_id: Mapped[int | None] = link(PARTY, "fk_endorsement_added_id", ondelete="SET NULL")
    removed_id: Mapped[int | None] = link(PARTY, "fk_endorsement_removed_id", ondelete="SET NULL")
    description: Mapped[str] = mapped_column(Text)


class Instalment(Identified, Stamped, Versioned, InsuranceBase):
    """A part of the premium that comes due on a day."""

    __tablename__ = "instalment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("paid_from IN ('own', 'sales')", name="paid_from"),
        CheckConstraint("(paid_on IS NULL) = (paid_from IS NULL)", name="paid"),
        Index("ix_instalment_policy_id", "policy_id", "due_on", "id"),
        Index("ix_instalment_due_on", "due_on", "id", postgresql_where=text("paid_on IS NULL")),
    )

    policy_id: Mapped[int] = of_policy("fk_instalment_policy_id")
    due_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(RialType)
    paid_on: Mapped[date | None] = mapped_column(Date)
    paid_from: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class Claim(Identified, Stamped, Versioned, Binnable, InsuranceBase):
    """A loss that was reported (خسارت), from the report until it is paid or rejected."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(
            "state IN ('reported', 'documents', 'surveyed', 'approved', 'paid', 'rejected', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("claimed >= 0", name="claimed"),
        CheckConstraint("paid >= 0", name="paid_amount"),
        CheckConstraint("occurred_on <= reported_on", name="order"),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="paid"),
        CheckConstraint("(state = 'rejected') IS NOT TRUE OR reject_reason IS NOT NULL", name="rejected"),
        Index("uq_claim_code", "code", unique=True, postgresql_where=KEPT),
        Index("ix_claim_policy_id", "policy_id", "id"),
        Index("ix_claim_state", "state", "id", postgresql_where=KEPT),
        Index("ix_claim_next_step_on", "next_step_on", "id", postgresql_where=KEPT),
        Index("ix_claim_expert_id", "expert_id"),
    )

    code: Mapped[str] = mapped_column(Text)
    policy_id: Mapped[int] = of_policy("fk_claim_policy_id")
    number: Mapped[str | None] = mapped_column(Text)
    """As the insurer files it."""
    cause_id: Mapped[int | None] = link("kernel.base_value.id", "fk_claim_cause_id")
    occurred_on: Mapped[date] = mapped_column(Date)
    reported_on: Mapped[date] = mapped_column(Date)
    place: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    claimed: Mapped[int | None] = mapped_column(RialType)
    paid: Mapped[int | None] = mapped_column(RialType)
    paid_on: Mapped[date | None] = mapped_column(Date)
    reject_reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'reported'"), default="reported")
    expert_id: Mapped[int | None] = link(USER, "fk_claim_expert_id", ondelete="SET NULL")
    next_step_on: Mapped[date | None] = mapped_column(Date)
    search_key: Mapped[str] = mapped_column(Text)


class Talk(Identified, Stamped, Versioned, InsuranceBase):
    """A call or talk with the insured about the renewal of a policy."""

    __tablename__ = "talk"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('talked', 'wants', 'quoted', 'later', 'no_answer', 'wrong_number')", name="outcome"
        ),
        Index("ix_talk_policy_id", "policy_id", "id"),
    )

    policy_id: Mapped[int] = of_policy("fk_talk_policy_id")
    at: Mapped[datetime] = mapped_column(InstantType)
    user_id: Mapped[int | None] = link(USER, "fk_talk_user_id", ondelete="SET NULL")
    outcome: Mapped[str] = mapped_column(Text)
    quoted: Mapped[int | None] = mapped_column(RialType)
    next_call_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
