"""What is offered beside a good, and which lines were taken because of that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)


def _key(name: str, column: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["sales.item.id"], name=f"fk_{name}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("offered_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'side'"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("kind IN ('side', 'cross', 'up')", name="ck_suggestion_kind"),
        sa.CheckConstraint("offered_id <> item_id", name="ck_suggestion_other"),
        sa.CheckConstraint("position BETWEEN 0 AND 10000", name="ck_suggestion_position"),
        _key("suggestion_item_id", "item_id", "CASCADE"),
        _key("suggestion_offered_id", "offered_id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
        schema="sales",
    )
    op.create_index(
        "uq_suggestion_item_id", "suggestion", ["item_id", "offered_id"], unique=True, schema="sales"
    )
    op.create_index("ix_suggestion_offered_id", "suggestion", ["offered_id"], schema="sales")
    for table in ("document_line", "sale_entry"):
        op.add_column(table, sa.Column("beside_id", sa.BigInteger()), schema="sales")
        op.add_column(table, sa.Column("beside_kind", sa.Text()), schema="sales")
        op.create_foreign_key(
            f"fk_{table}_beside_id",
            table,
            "item",
            ["beside_id"],
            ["id"],
            source_schema="sales",
            referent_schema="sales",
            ondelete="RESTRICT",
        )
        op.create_index(
            f"ix_{table}_beside_id",
            table,
            ["beside_id"],
            schema="sales",
            postgresql_where=sa.text("beside_id IS NOT NULL"),
        )
    op.create_check_constraint(
        "ck_document_line_beside",
        "document_line",
        "(beside_id IS NULL) = (beside_kind IS NULL)",
        schema="sales",
    )
