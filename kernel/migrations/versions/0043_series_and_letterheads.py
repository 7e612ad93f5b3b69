"""How a site writes the numbers of series, and what stands on its letterheads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

INSTANT = sa.DateTime(timezone=True)


def _touched() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    )


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "series_pattern",
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        *_touched(),
        sa.PrimaryKeyConstraint("series", name="pk_series_pattern"),
        schema="kernel",
    )
    op.create_table(
        "letterhead",
        sa.Column("language", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Text, server_default=sa.text("''"), nullable=False)
            for name in ("name", "header", "footer")
        ),
        sa.Column("logo", sa.LargeBinary),
        sa.Column("logo_kind", sa.Text),
        *_touched(),
        sa.PrimaryKeyConstraint("language", name="pk_letterhead"),
        schema="kernel",
    )


def downgrade() -> None:
    """Take them away again; used by developers only."""
    op.drop_table("letterhead", schema="kernel")
    op.drop_table("series_pattern", schema="kernel")
