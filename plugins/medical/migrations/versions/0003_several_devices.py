"""Services that need several devices; what patients were asked by SMS."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)
OCCUPYING = "state NOT IN ('cancelled', 'missed') AND binned_at IS NULL"
TOGETHER = (
    "(CASE WHEN capacity = 1 THEN id::text ELSE doctor_id::text || '/' || service_id::text || '/' "
    "|| extract(epoch FROM (starts_at AT TIME ZONE 'UTC'))::text END)"
)
BUSY_FROM = "extract(epoch FROM (starts_at AT TIME ZONE 'UTC')) - buffer_before * 60"
BUSY_UNTIL = "extract(epoch FROM (ends_at AT TIME ZONE 'UTC')) + buffer_after * 60"
TAKING = ("occupies", "busy_from", "busy_until", "together")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _computed(name: str, kind: Any, rule: str) -> None:
    column: sa.Column[Any] = sa.Column(name, kind, sa.Computed(rule, persisted=True), nullable=False)
    op.add_column("appointment", column, schema="medical")


def upgrade() -> None:
    always = sa.Column("always", sa.Boolean, server_default=sa.text("false"), nullable=False)
    op.add_column("service_facility", always, schema="medical")
    for column in ("asked_at", "planned_from"):
        op.add_column("appointment", sa.Column(column, INSTANT), schema="medical")
    _computed("occupies", sa.Boolean, OCCUPYING)
    _computed("busy_from", sa.Numeric, BUSY_FROM)
    _computed("busy_until", sa.Numeric, BUSY_UNTIL)
    _computed("together", sa.Text, TOGETHER)
    op.create_unique_constraint("uq_appointment_taking", "appointment", ["id", *TAKING], schema="medical")
    _uses()
    _proposals()


def _uses() -> None:
    op.create_table(
        "facility_use",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("appointment_id", sa.BigInteger, nullable=False),
        sa.Column("facility_id", sa.BigInteger, nullable=False),
        sa.Column("occupies", sa.Boolean, nullable=False),
        sa.Column("busy_from", sa.Numeric, nullable=False),
        sa.Column("busy_until", sa.Numeric, nullable=False),
        sa.Column("together", sa.Text, nullable=False),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_facility_use"),
        sa.ForeignKeyConstraint(
            ["appointment_id", *TAKING],
            [f"medical.appointment.{column}" for column in ("id", *TAKING)],
            name="fk_facility_use_appointment_id",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["medical.facility.id"], name="fk_facility_use_facility_id", ondelete="RESTRICT"
        ),
        schema="medical",
    )
    op.execute(
        "ALTER TABLE medical.facility_use ADD CONSTRAINT ex_facility_use_facility EXCLUDE USING gist "
        "(facility_id WITH =, numrange(busy_from, busy_until) WITH &&, together WITH <>) WHERE (occupies)"
    )
    op.create_index(
        "uq_facility_use_appointment_id",
        "facility_use",
        ["appointment_id", "facility_id"],
        unique=True,
        schema="medical",
    )
    op.create_index("ix_facility_use_facility_id", "facility_use", ["facility_id"], schema="medical")
    for column in ("room_id", "device_id"):
        _take_over(column)


def _take_over(column: str) -> None:
    """What appointments have taken until now."""
    taking = [sa.column(name) for name in TAKING]
    before = sa.table("appointment", sa.column("id"), sa.column(column), *taking, schema="medical")
    names = ["appointment_id", "facility_id", *TAKING]
    after = sa.table("facility_use", *(sa.column(name) for name in names), schema="medical")
    number = before.c[column]
    chosen = sa.select(before.c.id, number, *(before.c[name] for name in TAKING)).where(number.is_not(None))
    op.execute(after.insert().from_select(names, chosen))


def _proposals() -> None:
    op.add_column(
        "proposal",
        sa.Column("kind", sa.Text, server_default=sa.text("'book'"), nullable=False),
        schema="medical",
    )
    op.alter_column("proposal", "service_id", nullable=True, schema="medical")
    for name, rule in (
        ("kind", "kind IN ('book', 'confirm', 'cancel')"),
        ("service", "kind <> 'book' OR service_id IS NOT NULL"),
    ):
        op.create_check_constraint(f"ck_proposal_{name}", "proposal", rule, schema="medical")


def downgrade() -> None:
    op.execute("DELETE FROM medical.proposal WHERE kind <> 'book'")
    for name in ("service", "kind"):
        op.drop_constraint(f"ck_proposal_{name}", "proposal", schema="medical", type_="check")
    op.drop_column("proposal", "kind", schema="medical")
    op.alter_column("proposal", "service_id", nullable=False, schema="medical")
    op.drop_table("facility_use", schema="medical")
    op.drop_constraint("uq_appointment_taking", "appointment", schema="medical", type_="unique")
    for column in (*TAKING, "asked_at", "planned_from"):
        op.drop_column("appointment", column, schema="medical")
    op.drop_column("service_facility", "always", schema="medical")
