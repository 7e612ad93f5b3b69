"""Graded items of a calendar course, grades with what was changed later, and certificates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, Stamped, Versioned
from plugins.education.models.base import (
    MARK,
    OFFERING,
    PARTY,
    EducationBase,
    Graded,
    graded_checks,
    must,
)

ENROLMENT = "education.enrolment.id"


class Item(Identified, Stamped, Versioned, Graded, EducationBase):
    """A graded item of a calendar course: an exam, a project, work in class."""

    __tablename__ = "item"
    __table_args__ = (*graded_checks(), Index("ix_item_offering_id", "offering_id", "place", "id"))

    offering_id: Mapped[int] = must(OFFERING, "fk_item_offering_id", ondelete="CASCADE")
    place: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    held_on: Mapped[date | None] = mapped_column(Date)


class Grade(Identified, Stamped, Versioned, EducationBase):
    """What a student has in an item: a mark (nought among them), absent, or excused. No row: nothing entered yet."""

    __tablename__ = "grade"
    __table_args__ = (
        CheckConstraint("kind IN ('mark', 'absent', 'excused')", name="kind"),
        CheckConstraint("(kind = 'mark') = (mark IS NOT NULL)", name="mark"),
        CheckConstraint("mark >= 0", name="least"),
        Index("uq_grade_item_id", "item_id", "enrolment_id", unique=True),
        Index("ix_grade_enrolment_id", "enrolment_id"),
    )

    item_id: Mapped[int] = must("education.item.id", "fk_grade_item_id", ondelete="CASCADE")
    enrolment_id: Mapped[int] = must(ENROLMENT, "fk_grade_enrolment_id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(Text)
    mark: Mapped[Decimal | None] = mapped_column(MARK)


class GradeChange(Identified, Stamped, Versioned, EducationBase):
    """That what was entered in an item became something else: by whom and when say the stamps, why says the reason."""

    __tablename__ = "grade_change"
    __table_args__ = (
        CheckConstraint("old_kind IN ('empty', 'mark', 'absent', 'excused')", name="old_kind"),
        CheckConstraint("new_kind IN ('empty', 'mark', 'absent', 'excused')", name="new_kind"),
        CheckConstraint("NOT late OR reason IS NOT NULL", name="reason"),
        Index("ix_grade_change_enrolment_id", "enrolment_id", "id"),
        Index("ix_grade_change_item_id", "item_id"),
    )

    item_id: Mapped[int] = must("education.item.id", "fk_grade_change_item_id", ondelete="CASCADE")
    enrolment_id: Mapped[int] = must(ENROLMENT, "fk_grade_change_enrolment_id", ondelete="CASCADE")
    old_kind: Mapped[str] = mapped_column(Text)
    old_mark: Mapped[Decimal | None] = mapped_column(MARK)
    new_kind: Mapped[str] = mapped_column(Text)
    new_mark: Mapped[Decimal | None] = mapped_column(MARK)
    late: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    reason: Mapped[str | None] = mapped_column(Text)


class Certificate(Identified, Stamped, Versioned, EducationBase):
    """A certificate as it was issued. What it says is a copy of that day: later changes of names leave it alone."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("state IN ('valid', 'revoked')", name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_on IS NOT NULL)", name="revoked"),
        CheckConstraint("state = 'valid' OR revoke_reason IS NOT NULL", name="reason"),
        Index("uq_certificate_number", "number", unique=True),
        Index("uq_certificate_code", "code", unique=True),
        Index(
            "uq_certificate_enrolment_id",
            "enrolment_id",
            unique=True,
            postgresql_where=text("state = 'valid'"),
        ),
        Index("ix_certificate_party_id", "party_id", "id"),
    )

    enrolment_id: Mapped[int] = must(ENROLMENT, "fk_certificate_enrolment_id")
    party_id: Mapped[int] = must(PARTY, "fk_certificate_party_id")
    number: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    """By it anybody can look up whether the certificate is valid; drawn at random."""
    issued_on: Mapped[date] = mapped_column(Date)
    holder: Mapped[str] = mapped_column(Text)
    holder_latin: Mapped[str | None] = mapped_column(Text)
    course: Mapped[str] = mapped_column(Text)
    course_latin: Mapped[str | None] = mapped_column(Text)
    teacher: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[int | None] = mapped_column(Integer)
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    grade: Mapped[Decimal | None] = mapped_column(MARK)
    scale: Mapped[Decimal] = mapped_column(MARK)
    state: Mapped[str] = mapped_column(Text, server_default=text("'valid'"), default="valid")
    revoked_on: Mapped[date | None] = mapped_column(Date)
    revoke_reason: Mapped[str | None] = mapped_column(Text)
