"""What students are to pay and have paid, what teachers have been paid, and what a calendar course costs besides."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, RialType, Stamped, Versioned
from plugins.education.models.base import BASE, KEPT, OFFERING, PARTY, EducationBase, link, must


class Charge(Identified, Stamped, Versioned, EducationBase):
    """What a student is to pay by a day: an instalment of the fee, an exam, a book.

    `billed` says that the plugin `sales` has an invoice of it: then what is paid of it is known there.
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('open', 'cancelled')", name="state"),
        Index("ix_charge_enrolment_id", "enrolment_id", "due", "id"),
        Index("ix_charge_due", "due", "id"),
    )

    enrolment_id: Mapped[int] = must("education.enrolment.id", "fk_charge_enrolment_id")
    title: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(RialType)
    due: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    fee: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Part of the fee, of which a teacher may have a share."""
    billed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)


class Payment(Identified, Stamped, Versioned, Binnable, EducationBase):
    """Money in from a student, back to the student, or out to a teacher, for a calendar course."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out', 'back')", name="direction"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(direction IN ('in', 'back')) = (enrolment_id IS NOT NULL)", name="enrolment"),
        CheckConstraint("(direction = 'out') = (offering_id IS NOT NULL)", name="offering"),
        Index("ix_payment_enrolment_id", "enrolment_id", postgresql_where=KEPT),
        Index("ix_payment_offering_id", "offering_id", postgresql_where=KEPT),
        Index("ix_payment_party_id", "party_id", "id"),
        Index("ix_payment_day", "day", "id", postgresql_where=KEPT),
    )

    direction: Mapped[str] = mapped_column(Text)
    party_id: Mapped[int] = must(PARTY, "fk_payment_party_id")
    enrolment_id: Mapped[int | None] = link("education.enrolment.id", "fk_payment_enrolment_id")
    offering_id: Mapped[int | None] = link(OFFERING, "fk_payment_offering_id")
    amount: Mapped[int] = mapped_column(RialType)
    day: Mapped[date] = mapped_column(Date)
    way_id: Mapped[int | None] = link(BASE, "fk_payment_way_id")
    reference: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class Cost(Identified, Stamped, Versioned, Binnable, EducationBase):
    """What a calendar course costs the academy besides its teacher: room, books, catering."""

    __tablename__ = "cost"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_cost_offering_id", "offering_id", "id", postgresql_where=KEPT),
        Index("ix_cost_day", "day", "id", postgresql_where=KEPT),
    )

    offering_id: Mapped[int] = must(OFFERING, "fk_cost_offering_id")
    kind_id: Mapped[int | None] = link(BASE, "fk_cost_kind_id")
    title: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(RialType)
    day: Mapped[date] = mapped_column(Date)
    search_key: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
