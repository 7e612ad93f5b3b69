"""What is known of a person beyond name and numbers. Each sensitive kind has a table and a right of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Confidential, Identified, KernelBase, Stamped, Versioned
from kernel.parties.models.links import link


class PartyFacts(Identified, Stamped, Versioned, KernelBase):
    """What everybody who sees a party may know: occupation, wishes of how to be reached, preferences."""

    __tablename__ = "party_facts"
    __table_args__ = (
        CheckConstraint("channel IN ('call', 'sms', 'email', 'letter', 'visit')", name="channel"),
        Index("uq_party_facts_party_id", "party_id", unique=True),
        Index("ix_party_facts_occupation_id", "occupation_id", "party_id"),
    )

    party_id: Mapped[int] = link("party", "fk_party_facts_party_id", on_delete="CASCADE")
    occupation_id: Mapped[int | None] = link("base_value", "fk_party_facts_occupation_id")
    channel: Mapped[str | None] = mapped_column(Text)
    """How the party likes to be reached."""
    times: Mapped[str | None] = mapped_column(Text)
    """When, in words: «بعدازظهرها»."""
    language_id: Mapped[int | None] = link("base_value", "fk_party_facts_language_id")
    do_not_call: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    preferences: Mapped[str | None] = mapped_column(Text)
    companions: Mapped[str | None] = mapped_column(Text)
    """Interests of those who come along."""


class PersonFamily(Identified, Stamped, Versioned, Confidential, KernelBase):
    """Marital status and wedding day."""

    __tablename__ = "person_family"
    __table_args__ = (
        CheckConstraint("status IN ('single', 'engaged', 'married', 'divorced', 'widowed')", name="status"),
        Index("uq_person_family_party_id", "party_id", unique=True),
        Index("ix_person_family_wedding_date", "wedding_date", "party_id"),
    )

    party_id: Mapped[int] = link("party", "fk_person_family_party_id", on_delete="CASCADE")
    status: Mapped[str | None] = mapped_column(Text)
    wedding_date: Mapped[date | None] = mapped_column(Date)


class PersonFaith(Identified, Stamped, Versioned, Confidential, KernelBase):
    """Religion or denomination, by which the day and wording of greetings are chosen."""

    __tablename__ = "person_faith"
    __table_args__ = (
        Index("uq_person_faith_party_id", "party_id", unique=True),
        Index("ix_person_faith_religion_id", "religion_id", "party_id"),
    )

    party_id: Mapped[int] = link("party", "fk_person_faith_party_id", on_delete="CASCADE")
    religion_id: Mapped[int | None] = link("base_value", "fk_person_faith_religion_id")
    interests: Mapped[str | None] = mapped_column(Text)


class PersonHealth(Identified, Stamped, Versioned, Confidential, KernelBase):
    """Illnesses that whoever receives the person must know of."""

    __tablename__ = "person_health"
    __table_args__ = (Index("uq_person_health_party_id", "party_id", unique=True),)

    party_id: Mapped[int] = link("party", "fk_person_health_party_id", on_delete="CASCADE")
    illnesses: Mapped[str | None] = mapped_column(Text)


class PersonDiet(Identified, Stamped, Versioned, Confidential, KernelBase):
    """What somebody does not eat or drink, whatever the reason."""

    __tablename__ = "person_diet"
    __table_args__ = (Index("uq_person_diet_party_id", "party_id", unique=True),)

    party_id: Mapped[int] = link("party", "fk_person_diet_party_id", on_delete="CASCADE")
    halal: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    no_alcohol: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    vegetarian: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    dislikes: Mapped[str | None] = mapped_column(Text)


class Consent(Identified, Stamped, Versioned, KernelBase):
    """A person's permission to keep sensitive facts: which kinds, given when and how, until when. `created_by` recorded it.

    Never deleted: a withdrawn one stays, as the proof of what was allowed in its time.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("how IN ('form', 'verbal', 'signature', 'web', 'sms')", name="how"),
        CheckConstraint(
            "covers_family OR covers_faith OR covers_health OR covers_diet", name="covers_something"
        ),
        CheckConstraint("until >= given_on", name="period"),
        CheckConstraint("withdrawn_on >= given_on", name="withdrawn_later"),
        Index("ix_consent_party_id", "party_id", "id"),
        Index("ix_consent_until", "until", postgresql_where=text("withdrawn_on IS NULL")),
    )

    party_id: Mapped[int] = link("party", "fk_consent_party_id", on_delete="CASCADE")
    covers_family: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    covers_faith: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    covers_health: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    covers_diet: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    given_on: Mapped[date] = mapped_column(Date)
    how: Mapped[str] = mapped_column(Text)
    until: Mapped[date | None] = mapped_column(Date)
    """Last day on which it holds; None where it has no end."""
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    """Day of the withdrawal: from that day on it holds no more."""
    note: Mapped[str | None] = mapped_column(Text)
    document_id: Mapped[int | None] = link("attachment", "fk_consent_document_id", on_delete="SET NULL")
    """The signed paper, among the files of the person."""


class WithheldFacts(Identified, Stamped, Versioned, Confidential, KernelBase):
    """Sensitive facts whose consent ended and that were to be kept: no user sees them until there is a new consent."""

    __tablename__ = "withheld_facts"
    __table_args__ = (Index("ix_withheld_facts_party_id", "party_id", "kind"),)

    party_id: Mapped[int] = link("party", "fk_withheld_facts_party_id", on_delete="CASCADE")
    kind: Mapped[str] = mapped_column(Text)
    """family, faith, health or diet."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Values by column of the kind's table; days in ISO."""


class PartyState(Identified, Stamped, Versioned, KernelBase):
    """How a party stood to us in a period: potential, actual, satisfied, angry. One at a time."""

    __tablename__ = "party_state"
    __table_args__ = (
        CheckConstraint("until >= since", name="period"),
        Index("uq_party_state_present", "party_id", unique=True, postgresql_where=text("until IS NULL")),
        Index("ix_party_state_party_id", "party_id", "since", "id"),
        Index("ix_party_state_state_id", "state_id", "party_id", postgresql_where=text("until IS NULL")),
    )

    party_id: Mapped[int] = link("party", "fk_party_state_party_id", on_delete="CASCADE")
    state_id: Mapped[int] = link("base_value", "fk_party_state_state_id")
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """First day of the next state; None for the present one. Computed from the rows of the party."""
    reason: Mapped[str | None] = mapped_column(Text)
