"""Patients, doctors with hours, services, appointments that cannot overlap."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")
OCCUPYING = sa.text("state NOT IN ('cancelled', 'missed') AND binned_at IS NULL")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "patient",
        _id(),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("file_number", sa.Text),
        sa.Column("blood_group", sa.Text),
        sa.Column("illness_id", sa.BigInteger),
        sa.Column("allergies", sa.Text),
        sa.Column("insurer_id", sa.BigInteger),
        sa.Column("insurance_number", sa.Text),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("party_id", name="uq_patient_party_id"),
        _key("patient", "party_id", "kernel.party.id", "CASCADE"),
        _key("patient", "illness_id", "kernel.base_value.id", "RESTRICT"),
        _key("patient", "insurer_id", "kernel.base_value.id", "RESTRICT"),
        schema="medical",
    )
    op.create_table(
        "doctor",
        _id(),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("specialty_id", sa.BigInteger),
        sa.Column("room", sa.Text),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_record(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_doctor"),
        _key("doctor", "party_id", "kernel.party.id", "RESTRICT"),
        _key("doctor", "user_id", "kernel.user_account.id", "SET NULL"),
        _key("doctor", "specialty_id", "kernel.base_value.id", "RESTRICT"),
        schema="medical",
    )
    op.create_index(
        "uq_doctor_party_id", "doctor", ["party_id"], unique=True, schema="medical", postgresql_where=KEPT
    )
    op.create_index(
        "ix_doctor_sort_key", "doctor", ["sort_key", "id"], schema="medical", postgresql_where=KEPT
    )
    op.create_table(
        "weekly_hours",
        _id(),
        sa.Column("doctor_id", sa.BigInteger, nullable=False),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("starts", sa.Time, nullable=False),
        sa.Column("ends", sa.Time, nullable=False),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_hours"),
        _key("weekly_hours", "doctor_id", "medical.doctor.id", "CASCADE"),
        sa.CheckConstraint("starts < ends", name="ck_weekly_hours_order"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_weekly_hours_weekday"),
        schema="medical",
    )
    op.create_index(
        "ix_weekly_hours_doctor_id", "weekly_hours", ["doctor_id", "weekday", "starts"], schema="medical"
    )
    op.create_table(
        "hours_exception",
        _id(),
        sa.Column("doctor_id", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("starts", sa.Time),
        sa.Column("ends", sa.Time),
        sa.Column("reason", sa.Text),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_hours_exception"),
        _key("hours_exception", "doctor_id", "medical.doctor.id", "CASCADE"),
        sa.CheckConstraint("kind IN ('away', 'extra')", name="ck_hours_exception_kind"),
        sa.CheckConstraint(
            "(starts IS NULL) = (ends IS NULL) AND (starts IS NULL OR starts < ends)",
            name="ck_hours_exception_order",
        ),
        sa.CheckConstraint("kind = 'away' OR starts IS NOT NULL", name="ck_hours_exception_extra"),
        schema="medical",
    )
    op.create_index("ix_hours_exception_doctor_id", "hours_exception", ["doctor_id", "day"], schema="medical")
    op.create_table(
        "service",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("price", sa.BigInteger),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_record(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_service_minutes"),
        schema="medical",
    )
    op.create_index(
        "uq_service_search_key",
        "service",
        ["search_key"],
        unique=True,
        schema="medical",
        postgresql_where=KEPT,
    )
    op.create_index(
        "ix_service_sort_key", "service", ["sort_key", "id"], schema="medical", postgresql_where=KEPT
    )
    op.create_table(
        "appointment",
        _id(),
        sa.Column("doctor_id", sa.BigInteger, nullable=False),
        sa.Column("patient_id", sa.BigInteger, nullable=False),
        sa.Column("service_id", sa.BigInteger, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'booked'"), nullable=False),
        sa.Column("doctor_user_id", sa.BigInteger),
        sa.Column("note", sa.Text),
        sa.Column("cancelled_by", sa.Text),
        sa.Column("cancel_reason", sa.Text),
        *_record(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        _key("appointment", "doctor_id", "medical.doctor.id", "RESTRICT"),
        _key("appointment", "patient_id", "kernel.party.id", "RESTRICT"),
        _key("appointment", "service_id", "medical.service.id", "RESTRICT"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_appointment_order"),
        sa.CheckConstraint(
            "state IN ('booked', 'confirmed', 'arrived', 'in_visit', 'done', 'missed', 'cancelled')",
            name="ck_appointment_state",
        ),
        *(
            postgresql.ExcludeConstraint(
                (column, "="),
                (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
                name=f"ex_appointment_{who}",
                where=OCCUPYING,
            )
            for column, who in (("doctor_id", "doctor"), ("patient_id", "patient"))
        ),
        schema="medical",
    )
    op.create_index(
        "ix_appointment_doctor_id_starts_at", "appointment", ["doctor_id", "starts_at"], schema="medical"
    )
    op.create_index(
        "ix_appointment_patient_id_starts_at", "appointment", ["patient_id", "starts_at"], schema="medical"
    )
    op.create_index("ix_appointment_starts_at", "appointment", ["starts_at", "id"], schema="medical")


def downgrade() -> None:
    for table in ("appointment", "service", "hours_exception", "weekly_hours", "doctor", "patient"):
        op.drop_table(table, schema="medical")
