"""Layouts of documents that a site makes, with every version of each; why a run was not printed in the site's layout."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the column."""
    _create_layouts()
    _create_versions()
    column = sa.Column("layout_fault", sa.Text, server_default=sa.text("''"), nullable=False)
    op.add_column("print_run", column, schema="kernel")


def downgrade() -> None:
    """Take them away again; used by developers only."""
    op.drop_column("print_run", "layout_fault", schema="kernel")
    for table in ("document_layout_version", "document_layout"):
        op.drop_table(table, schema="kernel")


def _content() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("form", sa.Text, server_default=sa.text("'html'"), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("style", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("blocks", postgresql.JSONB, server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("page", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
    )


def _create_layouts() -> None:
    op.create_table(
        "document_layout",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("language", sa.Text, server_default=sa.text("'fa'"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("is_default", sa.Boolean, server_default=sa.text("false"), nullable=False),
        *_content(),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_layout"),
        sa.CheckConstraint("language IN ('fa', 'en')", name="ck_document_layout_language"),
        sa.CheckConstraint("form IN ('html', 'blocks')", name="ck_document_layout_form"),
        schema="kernel",
    )
    _index("uq_document_layout_name", "document_layout", "kind", "language", "search_key")
    op.create_index(
        "uq_document_layout_default",
        "document_layout",
        ["kind", "language"],
        schema="kernel",
        unique=True,
        postgresql_where=sa.text("is_default"),
    )


def _create_versions() -> None:
    op.create_table(
        "document_layout_version",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("layout_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("saved_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        *_content(),
        sa.PrimaryKeyConstraint("id", name="pk_document_layout_version"),
        sa.CheckConstraint("form IN ('html', 'blocks')", name="ck_document_layout_version_form"),
        sa.ForeignKeyConstraint(
            ["layout_id"],
            ["kernel.document_layout.id"],
            name="fk_document_layout_version_layout_id",
            ondelete="CASCADE",
        ),
        schema="kernel",
    )
    _index("uq_document_layout_version", "document_layout_version", "layout_id", "number")


def _index(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, list(columns), schema="kernel", unique=True)
