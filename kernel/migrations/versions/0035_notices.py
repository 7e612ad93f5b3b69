"""Notices to users, and what users have chosen for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    _create_notices()
    _create_choices()


def downgrade() -> None:
    """Take them away again; used by developers only."""
    for table in ("own_choice", "notice"):
        op.drop_table(table, schema="kernel")


def _create_notices() -> None:
    _table(
        "notice",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message", postgresql.JSONB, nullable=False),
        sa.Column("times", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("resource", sa.Text),
        sa.Column("record_id", sa.BigInteger),
        sa.Column("address", sa.Text),
        sa.Column("occasion", sa.Text),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT),
    )
    _index("uq_notice_occasion", "notice", "user_id", "kind", "occasion", unique=True)
    _index("ix_notice_told_at", "notice", "user_id", "told_at", "id")
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["user_id"],
        schema="kernel",
        postgresql_where=sa.text("read_at IS NULL"),
    )


def _create_choices() -> None:
    _table(
        "own_choice",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", postgresql.JSONB, nullable=False),
    )
    _index("uq_own_choice_name", "own_choice", "user_id", "name", unique=True)


def _table(name: str, *columns: sa.Column[object]) -> None:
    """Make a table of rows that belong to a user and go with him."""
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["kernel.user_account.id"], name=f"fk_{name}_user_id", ondelete="CASCADE"
        ),
        schema="kernel",
    )


def _index(name: str, table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(name, table, list(columns), unique=unique, schema="kernel")
