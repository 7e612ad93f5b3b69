"""Answers of providers that give each message only once, as they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Keep an answer before it is read; batches that wait were read already."""
    op.add_column("inbound_batch", sa.Column("raw", sa.LargeBinary(), nullable=True), schema="kernel")
    op.alter_column("inbound_batch", "told", server_default=sa.text("'[]'::jsonb"), schema="kernel")
