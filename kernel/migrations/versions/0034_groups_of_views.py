"""Saved views keep what their rows are put together by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add the column."""
    empty = sa.text("'[]'")
    column = sa.Column("groups", postgresql.JSONB, server_default=empty, nullable=False)
    op.add_column("saved_view", column, schema="kernel")


def downgrade() -> None:
    """Take it away again; used by developers only."""
    op.drop_column("saved_view", "groups", schema="kernel")
