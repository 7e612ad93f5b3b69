"""Versions of a quote: a new one says which it replaces, and the earlier says that it was replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STATES = "'draft', 'issued', 'accepted', 'rejected', 'expired', 'replaced', 'ready', 'delivered', 'cancelled'"


def upgrade() -> None:
    op.add_column(
        "document",
        sa.Column(
            "revises_id",
            sa.BigInteger(),
            sa.ForeignKey("sales.document.id", name="fk_document_revises_id", ondelete="RESTRICT"),
        ),
        schema="sales",
    )
    op.add_column(
        "document",
        sa.Column("edition", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        schema="sales",
    )
    op.create_index(
        "uq_document_revises_id",
        "document",
        ["revises_id"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("revises_id IS NOT NULL AND state <> 'cancelled' AND binned_at IS NULL"),
    )
    op.drop_constraint("ck_document_state", "document", schema="sales")
    op.create_check_constraint("ck_document_state", "document", f"state IN ({STATES})", schema="sales")
    op.create_check_constraint("ck_document_edition", "document", "edition BETWEEN 1 AND 999", schema="sales")
