"""What a token has used of its allowance stands in its row: all processes count together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("api_token", sa.Column("counted_from", sa.DateTime(timezone=True)), schema="kernel")
    op.add_column(
        "api_token",
        sa.Column("counted", sa.Integer, nullable=False, server_default=sa.text("0")),
        schema="kernel",
    )


def downgrade() -> None:
    """Take them away again; used by developers only."""
    op.drop_column("api_token", "counted", schema="kernel")
    op.drop_column("api_token", "counted_from", schema="kernel")
