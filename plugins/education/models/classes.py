"""Calendar courses with their seats and sessions, who is enrolled, and who was there.

What must not be is refused by the database: no teacher and no room in two sessions at once (exclusion), no more students
than seats (a student who is enrolled holds a row of `seat`, and no seat is held twice), no student twice in a course.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
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
from plugins.education.models.base import (
    KEPT,
    MARK,
    OFFERING,
    PARTY,
    EducationBase,
    Ruled,
    link,
    must,
    rule_checks,
)

TAKING_PLACE = text("state <> 'cancelled'")
LIVE = text("state IN ('enrolled', 'waiting')")


class Offering(Identified, Stamped, Versioned, Binnable, Ruled, Extensible, EducationBase):
    """A calendar course (دوره تقویمی): a course as it is held in a term, by a teacher, in a place, for so many."""

    __tablename__ = "offering"
    __table_args__ = (
        *rule_checks(),
        CheckConstraint("state IN ('planned', 'open', 'running', 'finished', 'cancelled')", name="state"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
        CheckConstraint("begins_on <= ends_on", name="days"),
        CheckConstraint("share_kind IN ('none', 'percent', 'session', 'fixed')", name="share_kind"),
        CheckConstraint("share_percent BETWEEN 0 AND 100", name="share_percent"),
        CheckConstraint("instalments BETWEEN 1 AND 36", name="instalments"),
        Index("uq_offering_code", "code", unique=True, postgresql_where=KEPT),
        Index("ix_offering_sort_key", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_offering_begins_on", "begins_on", "id", postgresql_where=KEPT),
        Index("ix_offering_teacher_id", "teacher_id"),
        Index("ix_offering_course_id", "course_id"),
        user_values_index("offering"),
    )

    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    course_id: Mapped[int] = must("education.course.id", "fk_offering_course_id")
    term_id: Mapped[int | None] = link("education.term.id", "fk_offering_term_id")
    teacher_id: Mapped[int | None] = link("education.teacher.id", "fk_offering_teacher_id")
    room_id: Mapped[int | None] = link("education.room.id", "fk_offering_room_id")
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")
    capacity: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Seats that are held, and below how many wait: kept for lists; the seats themselves are the truth."""
    waiting: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    session_count: Mapped[int | None] = mapped_column(Integer)
    hours: Mapped[int | None] = mapped_column(Integer)
    fee: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    instalments: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    share_kind: Mapped[str] = mapped_column(Text, server_default=text("'none'"), default="none")
    share_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    share_amount: Mapped[int | None] = mapped_column(RialType)
    """For each session held, or for the whole course."""
    results_on: Mapped[date | None] = mapped_column(Date)
    """Since when its results are final: changes need a reason and a right of their own after that."""
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Seat(Identified, Stamped, Versioned, EducationBase):
    """One seat of a calendar course. There are as many as its capacity."""

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        Index("uq_seat_offering_id", "offering_id", "number", unique=True),
    )

    offering_id: Mapped[int] = must(OFFERING, "fk_seat_offering_id", ondelete="CASCADE")
    number: Mapped[int] = mapped_column(Integer)


class Session(Identified, Stamped, Versioned, EducationBase):
    """One meeting of a calendar course."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),
        ExcludeConstraint(
            ("teacher_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_session_teacher",
            where=TAKING_PLACE,
        ),
        ExcludeConstraint(
            ("room_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_session_room",
            where=TAKING_PLACE,
        ),
        ExcludeConstraint(
            ("offering_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_session_offering",
            where=TAKING_PLACE,
        ),
        Index("ix_session_offering_id", "offering_id", "starts_at"),
        Index("ix_session_starts_at", "starts_at", "id"),
    )

    offering_id: Mapped[int] = must(OFFERING, "fk_session_offering_id", ondelete="CASCADE")
    starts_at: Mapped[datetime] = mapped_column(InstantType)
    ends_at: Mapped[datetime] = mapped_column(InstantType)
    teacher_id: Mapped[int | None] = link("education.teacher.id", "fk_session_teacher_id")
    room_id: Mapped[int | None] = link("education.room.id", "fk_session_room_id")
    state: Mapped[str] = mapped_column(Text, server_default=text("'planned'"), default="planned")
    topic: Mapped[str | None] = mapped_column(Text)
    by_plan: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Made from the weekly pattern: planning anew may replace it."""
    planned_at: Mapped[datetime | None] = mapped_column(InstantType)
    """Where the weekly pattern had put it: a session that was moved is not planned there again."""


class Enrolment(Identified, Stamped, Versioned, EducationBase):
    """A student in a calendar course, or in its waiting list, with what came of it."""

    __tablename__ = "enrolment"
    __table_args__ = (
        CheckConstraint("state IN ('enrolled', 'waiting', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'enrolled') = (seat_id IS NOT NULL)", name="seat"),
        CheckConstraint("outcome IN ('open', 'passed', 'failed', 'incomplete')", name="outcome"),
        CheckConstraint("discount BETWEEN 0 AND fee", name="discount"),
        Index("uq_enrolment_seat_id", "seat_id", unique=True),
        Index("uq_enrolment_number", "number", unique=True),
        Index("uq_enrolment_offering_id", "offering_id", "student_id", unique=True, postgresql_where=LIVE),
        Index("ix_enrolment_offering_id", "offering_id", "id"),
        Index("ix_enrolment_student_id", "student_id", "id"),
    )

    number: Mapped[str] = mapped_column(Text)
    offering_id: Mapped[int] = must(OFFERING, "fk_enrolment_offering_id")
    student_id: Mapped[int] = must(PARTY, "fk_enrolment_student_id")
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"), default="waiting")
    seat_id: Mapped[int | None] = link("education.seat.id", "fk_enrolment_seat_id")
    entered_on: Mapped[date] = mapped_column(Date)
    """When he was enrolled, or began to wait."""
    ended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str | None] = mapped_column(Text)
    fee: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    discount: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    discount_reason: Mapped[str | None] = mapped_column(Text)
    instalments: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    attended: Mapped[int | None] = mapped_column(SmallInteger)
    """Per cent of the held sessions that count, rounded down; empty before the first."""
    final: Mapped[Decimal | None] = mapped_column(MARK)
    outcome: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default="open")


class Attendance(Identified, Stamped, Versioned, EducationBase):
    """Whether a student was there. No row: nobody has said."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("state IN ('present', 'late', 'absent', 'excused')", name="state"),
        Index("uq_attendance_session_id", "session_id", "enrolment_id", unique=True),
        Index("ix_attendance_enrolment_id", "enrolment_id"),
    )

    session_id: Mapped[int] = must("education.session.id", "fk_attendance_session_id", ondelete="CASCADE")
    enrolment_id: Mapped[int] = must(
        "education.enrolment.id", "fk_attendance_enrolment_id", ondelete="CASCADE"
    )
    state: Mapped[str] = mapped_column(Text)
