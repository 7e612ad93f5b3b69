"""Records that users opened lately or keep open, and their favourites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    _table(
        "opened_record",
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("kept_since", INSTANT),
    )
    op.create_index(
        "ix_opened_record_opened_at", "opened_record", ["user_id", "opened_at", "id"], schema="kernel"
    )
    _table("favourite", sa.Column("place", sa.Integer, nullable=False))


def downgrade() -> None:
    """Take them away again; used by developers only."""
    for table in ("favourite", "opened_record"):
        op.drop_table(table, schema="kernel")


def _table(name: str, *columns: sa.Column[object]) -> None:
    """Make a table of records that a user knows, each once."""
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["kernel.user_account.id"], name=f"fk_{name}_user_id", ondelete="CASCADE"
        ),
        schema="kernel",
    )
    op.create_index(f"uq_{name}", name, ["user_id", "resource", "record_id"], unique=True, schema="kernel")
