"""Surveys of members: their questions, who was asked, and what was answered, at most once for each time of asking."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, RialType, Stamped, Versioned
from plugins.club.models.base import ClubBase, refers


class Survey(Identified, Stamped, Versioned, Binnable, ClubBase):
    """A survey: whom it asks by itself after a purchase, or a group by hand; how long its links are open; what it gives."""

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint("occasion IN ('hand', 'purchase')", name="occasion"),
        CheckConstraint("channel IN ('sms', 'email')", name="channel"),
        CheckConstraint("after_days BETWEEN 0 AND 365", name="after_days"),
        CheckConstraint("rest_days BETWEEN 0 AND 3650", name="rest_days"),
        CheckConstraint("open_days BETWEEN 1 AND 365", name="open_days"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("least >= 0", name="least"),
    )

    title: Mapped[str] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    """What stands above the questions."""
    occasion: Mapped[str] = mapped_column(Text, server_default=text("'hand'"), default="hand")
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    channel: Mapped[str] = mapped_column(Text, server_default=text("'sms'"), default="sms")
    after_days: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    least: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """A purchase of less asks nobody."""
    segment_id: Mapped[int | None] = refers("survey_segment_id", "kernel.segment", nullable=True)
    rest_days: Mapped[int] = mapped_column(Integer, server_default=text("90"), default=90)
    """Days for which a member is not asked again by this survey."""
    open_days: Mapped[int] = mapped_column(Integer, server_default=text("14"), default=14)
    points: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    search_key: Mapped[str] = mapped_column(Text)


class Question(Identified, Stamped, Versioned, ClubBase):
    """A question of a survey. What it asks for stays as it is once somebody has answered."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("kind IN ('nps', 'scale', 'choice', 'text')", name="kind"),
        CheckConstraint("kind <> 'choice' OR options IS NOT NULL", name="options"),
        Index("ix_question_survey_id", "survey_id", "place", "id"),
    )

    survey_id: Mapped[int] = refers("question_survey_id", "club.survey", ondelete="CASCADE")
    place: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    options: Mapped[str | None] = mapped_column(Text)
    """Of a choice: one answer in each line."""
    required: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class Asked(Identified, Stamped, Versioned, ClubBase):
    """That a member was asked on an occasion, once; the code of its link is kept as a hash only."""

    __tablename__ = "asked"
    __table_args__ = (
        CheckConstraint("answered_by IN ('link', 'sms', 'hand')", name="answered_by"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
        UniqueConstraint("survey_id", "member_id", "occasion", name="uq_asked"),
        Index("uq_asked_code_hash", "code_hash", unique=True),
        Index("ix_asked_member_id", "member_id", "survey_id", "day"),
        Index("ix_asked_day", "survey_id", "day"),
    )

    survey_id: Mapped[int] = refers("asked_survey_id", "club.survey")
    member_id: Mapped[int] = refers("asked_member_id", "club.member", ondelete="CASCADE")
    occasion: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    open_until: Mapped[date] = mapped_column(Date)
    code_hash: Mapped[str] = mapped_column(Text)
    reached: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    answered_at: Mapped[datetime | None] = mapped_column(InstantType)
    answered_by: Mapped[str | None] = mapped_column(Text)


class Answer(Identified, Stamped, ClubBase):
    """What was answered to one question: a number (of a choice the line of the answer, from 1), or words."""

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint("number IS NOT NULL OR words IS NOT NULL", name="said"),
        UniqueConstraint("asked_id", "question_id", name="uq_answer"),
        Index("ix_answer_question_id", "question_id", "number"),
    )

    asked_id: Mapped[int] = refers("answer_asked_id", "club.asked", ondelete="CASCADE")
    question_id: Mapped[int] = refers("answer_question_id", "club.question")
    number: Mapped[int | None] = mapped_column(Integer)
    words: Mapped[str | None] = mapped_column(Text)
