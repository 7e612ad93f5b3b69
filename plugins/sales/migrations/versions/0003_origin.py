"""Invoices that another plugin wrote, known by what they are for: one that counts for each origin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("document", sa.Column("origin", sa.Text()), schema="sales")
    op.create_index(
        "uq_document_origin",
        "document",
        ["origin"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text(
            "origin IS NOT NULL AND kind = 'invoice' AND state <> 'cancelled' AND binned_at IS NULL"
        ),
    )
