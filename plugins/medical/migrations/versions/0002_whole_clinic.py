"""Breaks, rooms and devices, buffers and capacity, waiting list, referrals, illnesses, documents, insurers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")
OCCUPYING = "state NOT IN ('cancelled', 'missed') AND binned_at IS NULL"
TOGETHER = (
    "(CASE WHEN capacity = 1 THEN id::text ELSE doctor_id::text || '/' || service_id::text || '/' "
    "|| extract(epoch FROM (starts_at AT TIME ZONE 'UTC'))::text END)"
)

BUSY = (
    "numrange(extract(epoch FROM (starts_at AT TIME ZONE 'UTC')) - buffer_before * 60, "
    "extract(epoch FROM (ends_at AT TIME ZONE 'UTC')) + buffer_after * 60)"
)


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


def _keys() -> list[sa.Column[Any]]:
    return [
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    ]


def _link(table: str, column: str, target: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def _table(name: str, *parts: Any, binned: bool = False) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *parts,
        *_record(),
        *(_bin() if binned else []),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema="medical",
    )


def _index(name: str, table: str, *columns: str, **options: Any) -> None:
    op.create_index(name, table, list(columns), schema="medical", **options)


def _filled(column: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(f"{column} IS NOT NULL")}


def _big(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _small(name: str, default: int = 0) -> sa.Column[Any]:
    return sa.Column(name, sa.SmallInteger, server_default=sa.text(str(default)), nullable=False)


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column, schema="medical")


def _check(table: str, name: str, rule: str) -> None:
    op.create_check_constraint(f"ck_{table}_{name}", table, rule, schema="medical")


def upgrade() -> None:
    _hours()
    _services()
    _illnesses()
    _appointments()
    _lists()


def _hours() -> None:
    _add(
        "weekly_hours",
        sa.Column("kind", sa.Text, server_default=sa.text("'work'"), nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
    )
    _check("weekly_hours", "kind", "kind IN ('work', 'break')")
    _check("weekly_hours", "validity", "valid_from <= valid_until")
    _add(
        "doctor",
        _big("group_id"),
        sa.Column("holidays", sa.Boolean, server_default=sa.text("false"), nullable=False),
    )
    _foreign("doctor", "group_id", "kernel.base_value")


def _foreign(table: str, column: str, target: str, ondelete: str = "RESTRICT") -> None:
    schema, name = target.split(".")
    op.create_foreign_key(
        f"fk_{table}_{column}",
        table,
        name,
        [column],
        ["id"],
        source_schema="medical",
        referent_schema=schema,
        ondelete=ondelete,
    )


def _services() -> None:
    _table(
        "facility",
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, server_default=sa.text("'room'"), nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        *_keys(),
        sa.CheckConstraint("kind IN ('room', 'device')", name="ck_facility_kind"),
        binned=True,
    )
    _index("uq_facility_search_key", "facility", "search_key", unique=True, postgresql_where=KEPT)
    _index("ix_facility_sort_key", "facility", "sort_key", "id", postgresql_where=KEPT)
    _add(
        "service",
        _small("buffer_before"),
        _small("buffer_after"),
        _small("capacity", 1),
        sa.Column("notice_hours", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("horizon_days", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("self_booking", sa.Boolean, server_default=sa.text("false"), nullable=False),
    )
    _check("service", "buffers", "buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240")
    _check("service", "capacity", "capacity BETWEEN 1 AND 200")
    _check("service", "window", "notice_hours >= 0 AND horizon_days >= 0")
    for name, column, rule in (
        ("service_facility", "facility", "RESTRICT"),
        ("service_doctor", "doctor", "CASCADE"),
    ):
        _table(
            name,
            _big("service_id", False),
            _big(f"{column}_id", False),
            _link(name, "service_id", "medical.service", "CASCADE"),
            _link(name, f"{column}_id", f"medical.{column}", rule),
        )
        _index(f"uq_{name}_service_id", name, "service_id", f"{column}_id", unique=True)
        _index(f"ix_{name}_{column}_id", name, f"{column}_id")
    _table(
        "cover",
        _big("insurer_id", False),
        _big("service_id"),
        sa.Column("title", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("percent", sa.Numeric(5, 2), nullable=False),
        _link("cover", "insurer_id", "kernel.base_value"),
        _link("cover", "service_id", "medical.service", "CASCADE"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="ck_cover_percent"),
    )
    _index(
        "uq_cover_insurer_id",
        "cover",
        "insurer_id",
        "service_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    _index("ix_cover_service_id", "cover", "service_id")


def _illnesses() -> None:
    _table(
        "illness",
        sa.Column("title", sa.Text, nullable=False),
        _big("parent_id"),
        *_keys(),
        _link("illness", "parent_id", "medical.illness"),
        binned=True,
    )
    _index("uq_illness_search_key", "illness", "search_key", unique=True, postgresql_where=KEPT)
    _index("ix_illness_sort_key", "illness", "sort_key", "id", postgresql_where=KEPT)
    _index("ix_illness_parent_id", "illness", "parent_id", **_filled("parent_id"))
    _table(
        "lesson",
        _big("illness_id", False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        _link("lesson", "illness_id", "medical.illness", "CASCADE"),
    )
    _index("ix_lesson_illness_id", "lesson", "illness_id")
    op.execute(
        "INSERT INTO medical.illness (id, title, search_key, sort_key) OVERRIDING SYSTEM VALUE "
        "SELECT id, title, search_key, search_key FROM kernel.base_value WHERE list = 'medical.illness'"
    )
    op.execute(
        "SELECT setval(pg_get_serial_sequence('medical.illness', 'id'), "
        "(SELECT coalesce(max(id), 0) + 1 FROM medical.illness), false)"
    )
    op.drop_constraint("fk_patient_illness_id", "patient", schema="medical", type_="foreignkey")
    _foreign("patient", "illness_id", "medical.illness")
    _index("ix_patient_illness_id", "patient", "illness_id", **_filled("illness_id"))
    op.execute("DELETE FROM kernel.base_value WHERE list = 'medical.illness'")
    _add("patient", _big("supplementary_id"), sa.Column("supplementary_number", sa.Text))
    _foreign("patient", "supplementary_id", "kernel.base_value")


def _appointments() -> None:
    _add(
        "appointment",
        _small("buffer_before"),
        _small("buffer_after"),
        _small("capacity", 1),
        _small("seat", 1),
        _big("room_id"),
        _big("device_id"),
        sa.Column("outside", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("walk_in", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text, server_default=sa.text("'desk'"), nullable=False),
        sa.Column("queue_day", sa.Date),
        sa.Column("queue_number", sa.Integer),
        sa.Column("arrived_at", INSTANT),
        _big("series_id"),
        _big("price"),
        _big("insurer_id"),
        _big("insurer_part"),
        _big("supplementary_id"),
        _big("supplementary_part"),
    )
    for column, target in (
        ("room_id", "medical.facility"),
        ("device_id", "medical.facility"),
        ("insurer_id", "kernel.base_value"),
        ("supplementary_id", "kernel.base_value"),
    ):
        _foreign("appointment", column, target)
    op.drop_constraint("ck_appointment_state", "appointment", schema="medical", type_="check")
    _check(
        "appointment",
        "state",
        "state IN ('booked', 'confirmed', 'arrived', 'in_visit', 'done', 'missed', 'cancelled', 'offered')",
    )
    _check("appointment", "buffers", "buffer_before >= 0 AND buffer_after >= 0")
    _check("appointment", "seat", "capacity >= 1 AND seat BETWEEN 1 AND capacity")
    _check("appointment", "queue", "(queue_number IS NULL) = (queue_day IS NULL)")
    _check(
        "appointment",
        "parts",
        "coalesce(insurer_part, 0) >= 0 AND coalesce(supplementary_part, 0) >= 0 "
        "AND coalesce(insurer_part, 0) + coalesce(supplementary_part, 0) <= coalesce(price, 0)",
    )
    op.drop_constraint("ex_appointment_doctor", "appointment", schema="medical")
    for who in ("doctor", "room", "device"):
        op.execute(
            f"ALTER TABLE medical.appointment ADD CONSTRAINT ex_appointment_{who} EXCLUDE USING gist "
            f"({who}_id WITH =, {BUSY} WITH &&, {TOGETHER} WITH <>) WHERE ({OCCUPYING})"
        )
    _index(
        "uq_appointment_seat",
        "appointment",
        "doctor_id",
        "service_id",
        "starts_at",
        "seat",
        unique=True,
        postgresql_where=sa.text(f"capacity > 1 AND {OCCUPYING}"),
    )
    _index(
        "uq_appointment_queue",
        "appointment",
        "doctor_id",
        "queue_day",
        "queue_number",
        unique=True,
        **_filled("queue_number"),
    )
    _index("ix_appointment_room_id", "appointment", "room_id", "starts_at", **_filled("room_id"))


def _lists() -> None:
    _file_entries()
    _waiting()
    _referrals()
    _table(
        "booking_link",
        _big("party_id", False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        _link("booking_link", "party_id", "kernel.party", "CASCADE"),
    )
    _index("uq_booking_link_party_id", "booking_link", "party_id", unique=True)
    _index("uq_booking_link_code", "booking_link", "code", unique=True)
    _table(
        "proposal",
        _big("party_id", False),
        _big("service_id", False),
        sa.Column("options", postgresql.JSONB, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        _link("proposal", "party_id", "kernel.party", "CASCADE"),
        _link("proposal", "service_id", "medical.service", "CASCADE"),
    )
    _index("uq_proposal_party_id", "proposal", "party_id", unique=True)
    _index("ix_proposal_service_id", "proposal", "service_id")


def _file_entries() -> None:
    _table(
        "file_entry",
        _big("party_id", False),
        sa.Column("day", sa.Date, nullable=False),
        _big("kind_id"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
        _big("illness_id"),
        _big("doctor_id"),
        _big("doctor_user_id"),
        _big("appointment_id"),
        _link("file_entry", "party_id", "kernel.party"),
        _link("file_entry", "kind_id", "kernel.base_value"),
        _link("file_entry", "illness_id", "medical.illness"),
        _link("file_entry", "doctor_id", "medical.doctor"),
        _link("file_entry", "appointment_id", "medical.appointment", "SET NULL"),
        binned=True,
    )
    _index("ix_file_entry_party_id", "file_entry", "party_id", "day")
    _index("ix_file_entry_day", "file_entry", "day", "id", postgresql_where=KEPT)
    _index("ix_file_entry_doctor_id", "file_entry", "doctor_id")
    for column in ("illness_id", "appointment_id"):
        _index(f"ix_file_entry_{column}", "file_entry", column, **_filled(column))


def _waiting() -> None:
    _table(
        "waiting",
        _big("patient_id", False),
        _big("service_id", False),
        _big("doctor_id"),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("part", sa.Text, server_default=sa.text("'any'"), nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'waiting'"), nullable=False),
        _big("appointment_id"),
        sa.Column("offered_until", INSTANT),
        sa.Column("offers", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text),
        _link("waiting", "patient_id", "kernel.party", "CASCADE"),
        _link("waiting", "service_id", "medical.service"),
        _link("waiting", "doctor_id", "medical.doctor"),
        _link("waiting", "appointment_id", "medical.appointment", "SET NULL"),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'booked', 'gone')", name="ck_waiting_state"),
        sa.CheckConstraint("part IN ('any', 'morning', 'afternoon', 'evening')", name="ck_waiting_part"),
        sa.CheckConstraint("first_day <= last_day", name="ck_waiting_days"),
        sa.CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name="ck_waiting_offer"),
        binned=True,
    )
    _index("ix_waiting_state", "waiting", "state", "id", postgresql_where=KEPT)
    for column in ("patient_id", "service_id", "doctor_id"):
        _index(f"ix_waiting_{column}", "waiting", column)
    _index("uq_waiting_appointment_id", "waiting", "appointment_id", unique=True, **_filled("appointment_id"))


def _referrals() -> None:
    _table(
        "referral",
        _big("patient_id", False),
        sa.Column("day", sa.Date, nullable=False),
        _big("from_doctor_id"),
        _big("doctor_id"),
        _big("doctor_user_id"),
        _big("specialty_id"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'open'"), nullable=False),
        _big("appointment_id"),
        _link("referral", "patient_id", "kernel.party"),
        _link("referral", "from_doctor_id", "medical.doctor"),
        _link("referral", "doctor_id", "medical.doctor"),
        _link("referral", "specialty_id", "kernel.base_value"),
        _link("referral", "appointment_id", "medical.appointment", "SET NULL"),
        sa.CheckConstraint("state IN ('open', 'booked', 'closed')", name="ck_referral_state"),
        sa.CheckConstraint("doctor_id IS NOT NULL OR specialty_id IS NOT NULL", name="ck_referral_whereto"),
        binned=True,
    )
    _index("ix_referral_day", "referral", "day", "id", postgresql_where=KEPT)
    for column in ("patient_id", "doctor_id", "from_doctor_id"):
        _index(f"ix_referral_{column}", "referral", column)
    _index("ix_referral_appointment_id", "referral", "appointment_id", **_filled("appointment_id"))
