"""The desk as each user arranges it, and as it is arranged for a pattern."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Add the tables."""
    _create("desk_layout", "user_id", "user_account")
    _create("desk_default", "pattern_id", "pattern")


def downgrade() -> None:
    """Take them away again; used by developers only."""
    for table in ("desk_default", "desk_layout"):
        op.drop_table(table, schema="kernel")


def _create(table: str, column: str, target: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column(column, sa.BigInteger, nullable=False),
        sa.Column("blocks", postgresql.JSONB, server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            [column], [f"kernel.{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
        ),
        schema="kernel",
    )
    op.create_index(f"uq_{table}_{column}", table, [column], unique=True, schema="kernel")
