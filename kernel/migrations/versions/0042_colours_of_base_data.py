"""Colours of values of base data; the states of customers that ship get theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

OF_STATES = {"satisfied": "green", "loyal": "green", "dissatisfied": "amber", "angry": "red"}


def upgrade() -> None:
    """Add the column."""
    op.add_column("base_value", sa.Column("colour", sa.Text), schema="kernel")
    value = sa.table(
        "base_value",
        sa.column("list", sa.Text),
        sa.column("code", sa.Text),
        sa.column("colour", sa.Text),
        schema="kernel",
    )
    for code, colour in OF_STATES.items():
        op.execute(
            sa.update(value).where(value.c.list == "party_state", value.c.code == code).values(colour=colour)
        )


def downgrade() -> None:
    """Take it away again; used by developers only."""
    op.drop_column("base_value", "colour", schema="kernel")
