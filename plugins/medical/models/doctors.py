"""Doctors, and when they are there."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    Time,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned
from plugins.medical.models.base import KEPT, MedicalBase, link, party


class Doctor(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A doctor of the clinic: a person who has hours. `user_id` is the doctor's own sign-in."""

    __tablename__ = "doctor"
    __table_args__ = (
        Index("uq_doctor_party_id", "party_id", unique=True, postgresql_where=KEPT),
        Index("ix_doctor_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    party_id: Mapped[int] = party("fk_doctor_party_id", ondelete="RESTRICT")
    user_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name="fk_doctor_user_id", ondelete="SET NULL")
    )
    name: Mapped[str] = mapped_column(Text)
    """How the doctor is called in calendars and messages; the person's name where nothing is entered."""
    specialty_id: Mapped[int | None] = link("kernel.base_value", "fk_doctor_specialty_id")
    group_id: Mapped[int | None] = link("kernel.base_value", "fk_doctor_group_id")
    """The department or shift by which doctors are looked at together."""
    room: Mapped[str | None] = mapped_column(Text)
    holidays: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether the weekly hours hold on holidays, too."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class WeeklyHours(Identified, Stamped, Versioned, MedicalBase):
    """One interval of a doctor's week, or a break in one; several a day are morning and evening shifts."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("starts < ends", name="order"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("kind IN ('work', 'break')", name="kind"),
        CheckConstraint("valid_from <= valid_until", name="validity"),
        Index("ix_weekly_hours_doctor_id", "doctor_id", "weekday", "starts"),
    )

    doctor_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.doctor.id", name="fk_weekly_hours_doctor_id", ondelete="CASCADE")
    )
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """0 is Saturday."""
    kind: Mapped[str] = mapped_column(Text, server_default=text("'work'"), default="work")
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    """The last day on which it holds."""


class HoursException(Identified, Stamped, Versioned, MedicalBase):
    """A day on which a doctor's hours differ: away (whole day or an interval), or there besides the weekly hours."""

    __tablename__ = "hours_exception"
    __table_args__ = (
        CheckConstraint("kind IN ('away', 'extra')", name="kind"),
        CheckConstraint(
            "(starts IS NULL) = (ends IS NULL) AND (starts IS NULL OR starts < ends)", name="order"
        ),
        CheckConstraint("kind = 'away' OR starts IS NOT NULL", name="extra"),
        Index("ix_hours_exception_doctor_id", "doctor_id", "day"),
    )

    doctor_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.doctor.id", name="fk_hours_exception_doctor_id", ondelete="CASCADE")
    )
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Text)
    starts: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    reason: Mapped[str | None] = mapped_column(Text)
