"""What the clinic knows of a patient: the facet of a person, illnesses, and the documents of the file."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, Stamped, Versioned
from plugins.medical.models.base import KEPT, MedicalBase, link, party


class Illness(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A kind of illness by which patients are grouped; kinds stand beneath wider ones."""

    __tablename__ = "illness"
    __table_args__ = (
        Index("uq_illness_search_key", "search_key", unique=True, postgresql_where=KEPT),
        Index("ix_illness_sort_key", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_illness_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    )

    title: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = link("medical.illness", "fk_illness_parent_id")
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Lesson(Identified, Stamped, Versioned, MedicalBase):
    """A text that teaches patients of an illness: sent to them as a message."""

    __tablename__ = "lesson"
    __table_args__ = (Index("ix_lesson_illness_id", "illness_id"),)

    illness_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("medical.illness.id", name="fk_lesson_illness_id", ondelete="CASCADE")
    )
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class Patient(Identified, Stamped, Versioned, MedicalBase):
    """What the clinic knows of a person as a patient: the facet of a party."""

    __tablename__ = "patient"
    __table_args__ = (
        Index("ix_patient_illness_id", "illness_id", postgresql_where=text("illness_id IS NOT NULL")),
    )

    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", name="fk_patient_party_id", ondelete="CASCADE"), unique=True
    )
    file_number: Mapped[str | None] = mapped_column(Text)
    """Number of the paper file, as the clinic writes it."""
    blood_group: Mapped[str | None] = mapped_column(Text)
    illness_id: Mapped[int | None] = link("medical.illness", "fk_patient_illness_id")
    """Kind of illness, by which patients are grouped; sensitive."""
    allergies: Mapped[str | None] = mapped_column(Text)
    insurer_id: Mapped[int | None] = link("kernel.base_value", "fk_patient_insurer_id")
    insurance_number: Mapped[str | None] = mapped_column(Text)
    supplementary_id: Mapped[int | None] = link("kernel.base_value", "fk_patient_supplementary_id")
    supplementary_number: Mapped[str | None] = mapped_column(Text)


class FileEntry(Identified, Stamped, Versioned, Binnable, MedicalBase):
    """A document of a patient's file: what was found, said or prescribed. Treating staff alone see it."""

    __tablename__ = "file_entry"
    __table_args__ = (
        Index("ix_file_entry_party_id", "party_id", "day"),
        Index("ix_file_entry_day", "day", "id", postgresql_where=KEPT),
        Index("ix_file_entry_illness_id", "illness_id", postgresql_where=text("illness_id IS NOT NULL")),
        Index("ix_file_entry_doctor_id", "doctor_id"),
        Index(
            "ix_file_entry_appointment_id",
            "appointment_id",
            postgresql_where=text("appointment_id IS NOT NULL"),
        ),
    )

    party_id: Mapped[int] = party("fk_file_entry_party_id", ondelete="RESTRICT")
    day: Mapped[date] = mapped_column(Date)
    kind_id: Mapped[int | None] = link("kernel.base_value", "fk_file_entry_kind_id")
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    illness_id: Mapped[int | None] = link("medical.illness", "fk_file_entry_illness_id")
    doctor_id: Mapped[int | None] = link("medical.doctor", "fk_file_entry_doctor_id")
    doctor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    """The doctor's sign-in when it was written: by it, a doctor's own documents are his to see."""
    appointment_id: Mapped[int | None] = link(
        "medical.appointment", "fk_file_entry_appointment_id", ondelete="SET NULL"
    )
