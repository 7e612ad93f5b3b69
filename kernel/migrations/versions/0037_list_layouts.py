"""The order and the widths of a list's columns that each user keeps for himself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "list_layout",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("columns", postgresql.JSONB, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("widths", postgresql.JSONB, server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list_layout"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["kernel.user_account.id"], name="fk_list_layout_user_id", ondelete="CASCADE"
        ),
        schema="kernel",
    )
    op.create_index("uq_list_layout", "list_layout", ["user_id", "resource"], unique=True, schema="kernel")


def downgrade() -> None:
    """Take it away again; used by developers only."""
    op.drop_table("list_layout", schema="kernel")
