"""Events and their deliveries, work for later, scheduled jobs, workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
EMPTY = sa.text("'{}'::jsonb")


def upgrade() -> None:
    """Create the tables of `kernel.jobs.models`."""
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        sa.Column("data", postgresql.JSONB, server_default=EMPTY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        schema="kernel",
    )
    op.create_table(
        "event_delivery",
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'due'"), nullable=False),
        sa.Column("due_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("attempts", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("event_id", "plugin", name="pk_event_delivery"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["kernel.event.id"], name="fk_event_delivery_event_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "state IN ('due', 'running', 'done', 'failed', 'skipped')", name="ck_event_delivery_state"
        ),
        schema="kernel",
    )
    op.create_index(
        "ix_event_delivery_due",
        "event_delivery",
        ["due_at"],
        schema="kernel",
        postgresql_where=sa.text("state IN ('due', 'running')"),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("arguments", postgresql.JSONB, server_default=EMPTY, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("subject_id", sa.BigInteger),
        sa.Column("state", sa.Text, server_default=sa.text("'due'"), nullable=False),
        sa.Column("due_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("attempts", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("done", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("stop", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.CheckConstraint("state IN ('due', 'running', 'done', 'failed', 'stopped')", name="ck_work_state"),
        schema="kernel",
    )
    op.create_index(
        "ix_work_due",
        "work",
        ["due_at"],
        schema="kernel",
        postgresql_where=sa.text("state IN ('due', 'running')"),
    )
    op.create_index("ix_work_subject", "work", ["subject", "subject_id", "id"], schema="kernel")
    op.create_table(
        "job",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_job"),
        schema="kernel",
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seen_at", INSTANT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_worker"),
        schema="kernel",
    )


def downgrade() -> None:
    """Drop them again; used by developers only."""
    for table in ("worker", "job", "work", "event_delivery", "event"):
        op.drop_table(table, schema="kernel")
