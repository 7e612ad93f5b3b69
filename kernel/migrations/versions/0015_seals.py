"""Seals of history and audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the table of `kernel.lifecycle.seals.models`."""
    op.create_table(
        "seal",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("first_id", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("members", postgresql.INT8MULTIRANGE, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seal"),
        sa.CheckConstraint("kind IN ('history', 'audit')", name=op.f("ck_seal_kind")),
        schema="kernel",
    )
    op.create_index("ix_seal_kind_last_id", "seal", ["kind", "last_id"], schema="kernel")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("seal", schema="kernel")
