"""Letters as sendings: what was chosen for them, the run that prints them, and the piece of each message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0028"


def upgrade() -> None:
    """Add the columns; runs and sendings that are there keep what they are."""
    op.add_column(
        "print_run",
        sa.Column("round", sa.Integer(), server_default=sa.text("0"), nullable=False),
        schema="kernel",
    )
    op.add_column(
        "print_run",
        sa.Column("ordered_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        schema="kernel",
    )
    op.add_column(
        "sending",
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        schema="kernel",
    )
    _link("sending", "run_id", "print_run")
    _link("message", "print_item_id", "print_item")


def _link(table: str, column: str, to: str) -> None:
    op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True), schema="kernel")
    op.create_foreign_key(
        f"fk_{table}_{column}",
        table,
        to,
        [column],
        ["id"],
        source_schema="kernel",
        referent_schema="kernel",
        ondelete="SET NULL",
    )
    op.create_index(
        f"ix_{table}_{column}",
        table,
        [column],
        schema="kernel",
        postgresql_where=sa.text(f"{column} IS NOT NULL"),
    )
