"""Backups of the site, and whether what it does in the background is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("now()")


def upgrade() -> None:
    """Create the tables of `kernel.lifecycle.backup.models` and `kernel.jobs.models.Held`."""
    op.create_table(
        "backup",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'running'"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("started_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("size", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("rows", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("files", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("damaged", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("verified_at", INSTANT),
        sa.Column("error", sa.Text),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backup"),
        sa.CheckConstraint("occasion IN ('nightly', 'asked')", name=op.f("ck_backup_occasion")),
        sa.CheckConstraint("state IN ('running', 'done', 'failed', 'gone')", name=op.f("ck_backup_state")),
        schema="kernel",
    )
    op.create_table(
        "held",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("since", INSTANT, server_default=NOW, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("taken_at", INSTANT),
        sa.Column("last_work", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("last_event", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sa.CheckConstraint("id = 1", name=op.f("ck_held_single")),
        sa.CheckConstraint("reason IN ('restored', 'moving')", name=op.f("ck_held_reason")),
        schema="kernel",
    )


def downgrade() -> None:
    """Drop them again; used by developers only."""
    op.drop_table("held", schema="kernel")
    op.drop_table("backup", schema="kernel")
