"""Wrong tries at open pages are counted in rows: all processes count together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "wrong_try",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("whence", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_try"),
        schema="kernel",
    )
    op.create_index("uq_wrong_try_page_whence", "wrong_try", ["page", "whence"], unique=True, schema="kernel")


def downgrade() -> None:
    """Take it away again; used by developers only."""
    op.drop_table("wrong_try", schema="kernel")
