"""Saved views of lists, with whom they are shared, and which of them each user has pinned or opens by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"

INSTANT = sa.DateTime(timezone=True)
TEXT = sa.text("''")


def upgrade() -> None:
    """Add the tables."""
    _create_views()
    _create_patterns()
    _create_pins()
    _create_defaults()


def downgrade() -> None:
    """Take them away again; used by developers only."""
    for table in ("list_default", "saved_view_pin", "saved_view_pattern", "saved_view"):
        op.drop_table(table, schema="kernel")


def _create_views() -> None:
    _table(
        "saved_view",
        _number("owner_id"),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("search", sa.Text, server_default=TEXT, nullable=False),
        _json("filters", "[]"),
        sa.Column("sort", sa.Text, server_default=TEXT, nullable=False),
        _json("columns", "[]"),
        sa.Column("audience", sa.Text, server_default=sa.text("'own'"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        _number("created_by", default="0"),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        _number("updated_by", default="0"),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        _link("saved_view", "owner_id", "user_account"),
    )
    _index("uq_saved_view_name", "saved_view", "owner_id", "resource", "search_key", unique=True)
    _index("ix_saved_view_audience", "saved_view", "audience")


def _create_patterns() -> None:
    _table(
        "saved_view_pattern",
        _number("view_id"),
        _number("pattern_id"),
        _link("saved_view_pattern", "view_id", "saved_view"),
        _link("saved_view_pattern", "pattern_id", "pattern"),
    )
    _index("uq_saved_view_pattern", "saved_view_pattern", "view_id", "pattern_id", unique=True)
    _index("ix_saved_view_pattern_pattern_id", "saved_view_pattern", "pattern_id")


def _create_pins() -> None:
    _table(
        "saved_view_pin",
        _number("user_id"),
        _number("view_id"),
        _link("saved_view_pin", "user_id", "user_account"),
        _link("saved_view_pin", "view_id", "saved_view"),
    )
    _index("uq_saved_view_pin", "saved_view_pin", "user_id", "view_id", unique=True)
    _index("ix_saved_view_pin_view_id", "saved_view_pin", "view_id")


def _create_defaults() -> None:
    _table(
        "list_default",
        _number("user_id"),
        sa.Column("resource", sa.Text, nullable=False),
        _number("view_id"),
        _link("list_default", "user_id", "user_account"),
        _link("list_default", "view_id", "saved_view"),
    )
    _index("uq_list_default", "list_default", "user_id", "resource", unique=True)
    _index("ix_list_default_view_id", "list_default", "view_id")


def _table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *elements,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema="kernel",
    )


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    given = None if default is None else sa.text(default)
    return sa.Column(name, sa.BigInteger, server_default=given, nullable=False)


def _json(name: str, empty: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB, server_default=sa.text(f"'{empty}'"), nullable=False)


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"kernel.{target}.id"], name=name, ondelete="CASCADE")


def _index(name: str, table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(name, table, list(columns), unique=unique, schema="kernel")
