"""Runs of jobs, events that nobody could take, how far work is and what came of it, and days that have names."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
KERNEL = "kernel"


def _added() -> dict[str, tuple[sa.Column[Any], ...]]:
    """Give the new columns of tables that are there already."""
    job = (
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("paused_at", INSTANT),
        sa.Column("paused_by", sa.BigInteger()),
    )
    delivery = (sa.Column("traceback", sa.Text()), sa.Column("ended_at", INSTANT))
    return {"job": job, "event_delivery": delivery, "work": (*_timing(), *_file())}


def _timing() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("started_at", INSTANT),
        sa.Column("measured_at", INSTANT),
        sa.Column("measured_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("seen_at", INSTANT),
        sa.Column("traceback", sa.Text()),
        sa.Column("result", postgresql.JSONB()),
    )


def _file() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("file_hash", sa.Text()),
        sa.Column("file_name", sa.Text()),
        sa.Column("file_type", sa.Text()),
        sa.Column("file_size", sa.BigInteger()),
        sa.Column("file_until", INSTANT),
        sa.Column("file_rights", sa.Text()),
    )


REMINDER_STATES = (
    "state IN ('waiting', 'open', 'queued', 'left_out', 'done', 'dismissed', 'overtaken', 'obsolete')"
)
DELIVERY_STATES = "state IN ('due', 'running', 'done', 'failed', 'given_up', 'skipped')"


def upgrade() -> None:
    """Create the tables, and add to those of 0004 what the pages of jobs, events and work show."""
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column, schema=KERNEL)
    op.drop_constraint("ck_event_delivery_state", "event_delivery", schema=KERNEL)
    op.create_check_constraint("ck_event_delivery_state", "event_delivery", DELIVERY_STATES, schema=KERNEL)
    op.create_index(
        "ix_event_delivery_failed",
        "event_delivery",
        ["plugin", "event_id"],
        schema=KERNEL,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index("ix_work_created_by", "work", ["created_by", "id"], schema=KERNEL)
    _create_job_run()
    _create_occasion()
    _create_ladders()
    _create_reminder()
    _create_threshold()


def _create_job_run() -> None:
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'running'"), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ends_by", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("error", sa.Text()),
        sa.Column("traceback", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_job_run"),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed', 'timed_out', 'lost')", name="ck_job_run_state"
        ),
        schema=KERNEL,
    )
    op.create_index(
        "uq_job_run_running",
        "job_run",
        ["name"],
        unique=True,
        schema=KERNEL,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("ix_job_run_name", "job_run", ["name", "id"], schema=KERNEL)
    op.create_index("ix_job_run_finished_at", "job_run", ["finished_at"], schema=KERNEL)


def _create_occasion() -> None:
    op.create_table(
        "occasion",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("off", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("'entered'"), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_occasion"),
        sa.UniqueConstraint("day", "title", name="uq_occasion_day_title"),
        sa.CheckConstraint("source IN ('calendar', 'entered')", name="ck_occasion_source"),
        schema=KERNEL,
    )


def _create_ladders() -> None:
    op.create_table(
        "reminder_ladder",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text()),
        sa.Column("segment_id", sa.BigInteger()),
        sa.Column("channel", sa.Text(), server_default=sa.text("'list'"), nullable=False),
        sa.Column("template_id", sa.BigInteger()),
        sa.Column("recipient", sa.Text(), server_default=sa.text("'party'"), nullable=False),
        sa.Column("on_day_off", sa.Text(), server_default=sa.text("'keep'"), nullable=False),
        sa.Column("nowruz_off", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("swept_on", sa.Date()),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_ladder"),
        _to("reminder_ladder", "segment_id", "segment", "RESTRICT"),
        _to("reminder_ladder", "template_id", "message_template", "RESTRICT"),
        _to("reminder_ladder", "owner_id", "user_account", "CASCADE"),
        sa.CheckConstraint("channel IN ('list', 'sms', 'email')", name="ck_reminder_ladder_channel"),
        sa.CheckConstraint("recipient IN ('party', 'owner', 'both')", name="ck_reminder_ladder_recipient"),
        sa.CheckConstraint(
            "on_day_off IN ('keep', 'earlier', 'later')", name="ck_reminder_ladder_on_day_off"
        ),
        schema=KERNEL,
    )
    for column in ("owner_id", "segment_id", "template_id"):
        op.create_index(f"ix_reminder_ladder_{column}", "reminder_ladder", [column], schema=KERNEL)
    op.create_table(
        "reminder_rung",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ladder_id", sa.BigInteger(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_rung"),
        _to("reminder_rung", "ladder_id", "reminder_ladder", "CASCADE"),
        sa.UniqueConstraint("ladder_id", "days_before", name="uq_reminder_rung_ladder_id_days_before"),
        sa.CheckConstraint("days_before BETWEEN 0 AND 366", name="ck_reminder_rung_days_before"),
        schema=KERNEL,
    )


def _create_reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ladder_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("target", sa.Date(), nullable=False),
        sa.Column("at", sa.Time()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        _to("reminder", "ladder_id", "reminder_ladder", "CASCADE"),
        _to("reminder", "party_id", "party", "CASCADE"),
        sa.UniqueConstraint(
            *("ladder_id", "days_before", "channel", "recipient", "record_id", "target"),
            name="uq_reminder_once",
        ),
        sa.CheckConstraint("recipient IN ('party', 'owner')", name="ck_reminder_recipient"),
        sa.CheckConstraint(REMINDER_STATES, name="ck_reminder_state"),
        schema=KERNEL,
    )
    for column in ("party_id", "owner_id"):
        op.create_index(f"ix_reminder_{column}", "reminder", [column], schema=KERNEL)
    op.create_index("ix_reminder_day", "reminder", ["day", "id"], schema=KERNEL)
    op.create_index(
        "ix_reminder_due_at",
        "reminder",
        ["due_at"],
        schema=KERNEL,
        postgresql_where=sa.text("state IN ('waiting', 'open')"),
    )


def _create_threshold() -> None:
    op.create_table(
        "threshold",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Integer()),
        sa.Column("counted_at", INSTANT),
        sa.Column("crossed_at", INSTANT),
        sa.Column("seen_at", INSTANT),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_threshold"),
        _to("threshold", "segment_id", "segment", "CASCADE"),
        _to("threshold", "owner_id", "user_account", "CASCADE"),
        sa.CheckConstraint("most > 0", name="ck_threshold_most"),
        schema=KERNEL,
    )
    for column in ("owner_id", "segment_id"):
        op.create_index(f"ix_threshold_{column}", "threshold", [column], schema=KERNEL)


def _to(table: str, column: str, other: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{KERNEL}.{other}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    ]


def downgrade() -> None:
    """Drop them again; used by developers only."""
    for table in ("threshold", "reminder", "reminder_rung", "reminder_ladder", "occasion", "job_run"):
        op.drop_table(table, schema=KERNEL)
    op.drop_index("ix_work_created_by", "work", schema=KERNEL)
    op.drop_index("ix_event_delivery_failed", "event_delivery", schema=KERNEL)
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name, schema=KERNEL)
