"""Reports under a name, kept beside the views of lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"

NAME = "uq_saved_view_name"


def upgrade() -> None:
    """Say of each view what it is of, and keep what a report asks."""
    form = sa.Column("form", sa.Text, server_default=sa.text("'list'"), nullable=False)
    report = sa.Column("report", postgresql.JSONB, server_default=sa.text("'{}'"), nullable=False)
    for column in (form, report):
        op.add_column("saved_view", column, schema="kernel")
    _name_by("owner_id", "resource", "form", "search_key")


def downgrade() -> None:
    """Take it away again; used by developers only."""
    _name_by("owner_id", "resource", "search_key")
    for column in ("form", "report"):
        op.drop_column("saved_view", column, schema="kernel")


def _name_by(*columns: str) -> None:
    op.drop_index(NAME, table_name="saved_view", schema="kernel")
    op.create_index(NAME, "saved_view", list(columns), unique=True, schema="kernel")
