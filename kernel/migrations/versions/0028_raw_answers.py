"""Answers of providers that give each message only once, as they came; forms that were sent, so that a repeat is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Keep an answer before it is read (batches that wait were read already), and what came of forms."""
    op.add_column("inbound_batch", sa.Column("raw", sa.LargeBinary(), nullable=True), schema="kernel")
    op.alter_column("inbound_batch", "told", server_default=sa.text("'[]'::jsonb"), schema="kernel")
    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        schema="kernel",
    )
    op.create_index("uq_submission_key", "submission", ["user_id", "key"], unique=True, schema="kernel")
    op.create_index("ix_submission_at", "submission", ["at"], schema="kernel")
