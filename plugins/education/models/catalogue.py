"""What an academy works with: courses, terms, places, teachers, and what is known of a person as a student."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Extensible, Identified, RialType, Stamped, Versioned, user_values_index
from plugins.education.models.base import (
    BASE,
    KEPT,
    PARTY,
    USER,
    EducationBase,
    Graded,
    Ruled,
    graded_checks,
    link,
    must,
    rule_checks,
)


class Course(Identified, Stamped, Versioned, Binnable, Ruled, Extensible, EducationBase):
    """A course as it stands in the catalogue: what is taught, for how long, for how much, and how it is graded."""

    __tablename__ = "course"
    __table_args__ = (
        *rule_checks(),
        Index("uq_course_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("ix_course_sort_key", "sort_key", "id", postgresql_where=KEPT),
        user_values_index("course"),
    )

    code: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    latin_title: Mapped[str | None] = mapped_column(Text)
    """For certificates in English."""
    group_id: Mapped[int | None] = link(BASE, "fk_course_group_id")
    hours: Mapped[int | None] = mapped_column(Integer)
    session_count: Mapped[int | None] = mapped_column(Integer)
    fee: Mapped[int | None] = mapped_column(RialType)
    syllabus: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class CourseItem(Identified, Stamped, Versioned, Graded, EducationBase):
    """A graded item that each new calendar course of a course begins with."""

    __tablename__ = "course_item"
    __table_args__ = (*graded_checks(), Index("ix_course_item_course_id", "course_id", "id"))

    course_id: Mapped[int] = must("education.course.id", "fk_course_item_course_id", ondelete="CASCADE")


class Term(Identified, Stamped, Versioned, EducationBase):
    """A term: autumn 1405, from day to day."""

    __tablename__ = "term"
    __table_args__ = (
        CheckConstraint("begins_on <= ends_on", name="days"),
        Index("uq_term_search_key", "search_key", unique=True),
        Index("ix_term_begins_on", "begins_on", "id"),
    )

    title: Mapped[str] = mapped_column(Text)
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    search_key: Mapped[str] = mapped_column(Text)


class Room(Identified, Stamped, Versioned, Binnable, EducationBase):
    """A place where sessions are held, with how many it seats."""

    __tablename__ = "room"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        Index("uq_room_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("ix_room_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    title: Mapped[str] = mapped_column(Text)
    capacity: Mapped[int] = mapped_column(Integer)
    address: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class ClosedDay(Identified, Stamped, Versioned, EducationBase):
    """A day on which the academy is closed besides the holidays."""

    __tablename__ = "closed_day"
    __table_args__ = (Index("uq_closed_day_day", "day", unique=True),)

    day: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text)


class Teacher(Identified, Stamped, Versioned, Binnable, EducationBase):
    """A person who teaches. `user_id` is the teacher's own sign-in, by which own calendar courses are seen."""

    __tablename__ = "teacher"
    __table_args__ = (
        Index("uq_teacher_party_id", "party_id", unique=True, postgresql_where=KEPT),
        Index("ix_teacher_user_id", "user_id"),
        Index("ix_teacher_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    party_id: Mapped[int] = must(PARTY, "fk_teacher_party_id")
    user_id: Mapped[int | None] = link(USER, "fk_teacher_user_id", ondelete="SET NULL")
    name: Mapped[str] = mapped_column(Text)
    field_id: Mapped[int | None] = link(BASE, "fk_teacher_field_id")
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Leave(Identified, Stamped, Versioned, EducationBase):
    """Days on which a teacher is not there, the first and the last among them."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("begins_on <= ends_on", name="days"),
        Index("ix_leave_teacher_id", "teacher_id", "begins_on"),
        Index("ix_leave_ends_on", "ends_on", "id"),
    )

    teacher_id: Mapped[int] = must("education.teacher.id", "fk_leave_teacher_id", ondelete="CASCADE")
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)


class Student(Identified, Stamped, Versioned, EducationBase):
    """What the academy knows of a person as a student: the facet of a party."""

    __tablename__ = "student"

    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PARTY, name="fk_student_party_id", ondelete="CASCADE"), unique=True
    )
    student_number: Mapped[str | None] = mapped_column(Text)
    latin_name: Mapped[str | None] = mapped_column(Text)
    """As it stands in the passport, for certificates in English."""
    level_id: Mapped[int | None] = link(BASE, "fk_student_level_id")
    school: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class Slot(Identified, Stamped, Versioned, EducationBase):
    """One time in the week of a calendar course; 0 is Saturday."""

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts < ends", name="times"),
        Index("ix_slot_offering_id", "offering_id", "weekday", "starts"),
    )

    offering_id: Mapped[int] = must("education.offering.id", "fk_slot_offering_id", ondelete="CASCADE")
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
