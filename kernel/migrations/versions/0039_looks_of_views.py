"""Saved views remember in which form they are looked at: lines, a board, a calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("look", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("saved_view", column, schema="kernel")
