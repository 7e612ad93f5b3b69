"""What can be booked: services, the rooms and devices that they need, and what insurers pay of them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, RialType, Stamped, Versioned
from plugins.medical.models.base import KEPT, MedicalBase, link


class Facility(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A room or a device that only one appointment at a time can have."""

    __tablename__ = "facility"
    __table_args__ = (
        CheckConstraint("kind IN ('room', 'device')", name="kind"),
        Index("uq_facility_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("ix_facility_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default=text("'room'"), default="room")
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Service(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """What a patient comes for, how long it takes, and how it may be booked."""

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        CheckConstraint("buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240", name="buffers"),
        CheckConstraint("capacity BETWEEN 1 AND 200", name="capacity"),
        CheckConstraint("notice_hours >= 0 AND horizon_days >= 0", name="window"),
        Index("uq_service_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("ix_service_sort_key", "sort_key", "id", postgresql_where=KEPT),
    )

    title: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(Integer)
    price: Mapped[int | None] = mapped_column(RialType)
    """Usual price in Rials."""
    buffer_before: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    buffer_after: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    """Minutes in which doctor, room and device are busy besides the visit; the patient is not."""
    capacity: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    """Patients that one time holds."""
    notice_hours: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    horizon_days: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Days ahead that can be booked; 0 for any."""
    self_booking: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether patients may book it themselves."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class ServiceFacility(Identified, Stamped, Versioned, MedicalBase):
    """A room or device with which a service can be given: a visit takes each that is always needed, and one of the others
    of each kind.
    """

    __tablename__ = "service_facility"
    __table_args__ = (
        Index("uq_service_facility_service_id", "service_id", "facility_id", unique=True),
        Index("ix_service_facility_facility_id", "facility_id"),
    )

    service_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("medical.service.id", name="fk_service_facility_service_id", ondelete="CASCADE"),
    )
    facility_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("medical.facility.id", name="fk_service_facility_facility_id", ondelete="RESTRICT"),
    )
    always: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)


class ServiceDoctor(Identified, Stamped, Versioned, MedicalBase):
    """A doctor who gives a service; a service for which nobody is named is given by all."""

    __tablename__ = "service_doctor"
    __table_args__ = (
        Index("uq_service_doctor_service_id", "service_id", "doctor_id", unique=True),
        Index("ix_service_doctor_doctor_id", "doctor_id"),
    )

    service_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.service.id", name="fk_service_doctor_service_id", ondelete="CASCADE")
    )
    doctor_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.doctor.id", name="fk_service_doctor_doctor_id", ondelete="CASCADE")
    )


class Cover(Identified, Stamped, Versioned, MedicalBase):
    """What an insurer pays of a service, or of all for which it has no rate of its own."""

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index(
            "uq_cover_insurer_id", "insurer_id", "service_id", unique=True, postgresql_nulls_not_distinct=True
        ),
        Index("ix_cover_service_id", "service_id"),
    )

    insurer_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.base_value.id", name="fk_cover_insurer_id", ondelete="RESTRICT")
    )
    service_id: Mapped[int | None] = link("medical.service", "fk_cover_service_id", ondelete="CASCADE")
    title: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Insurer and service, as the record is called."""
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
