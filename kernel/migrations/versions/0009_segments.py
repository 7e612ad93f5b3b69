"""Segments of parties, and the trees of groups edited in place."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.fa.sorting import sort_key

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the order of groups, who is responsible for them, and segments."""
    _order_groups()
    _create_responsibles()
    _create_segments()


def downgrade() -> None:
    """Take them away again; used by developers only."""
    op.drop_table("segment", schema="kernel")
    op.drop_table("party_group_user", schema="kernel")
    op.drop_column("party_group", "sort_key", schema="kernel")


def _order_groups() -> None:
    key = sa.Column("sort_key", sa.Text(collation="C"), server_default=sa.text("''"), nullable=False)
    op.add_column("party_group", key, schema="kernel")
    groups = sa.table(
        "party_group", sa.column("id"), sa.column("name"), sa.column("sort_key"), schema="kernel"
    )
    bind = op.get_bind()
    for number, name in bind.execute(sa.select(groups.c.id, groups.c.name)).all():
        bind.execute(sa.update(groups).where(groups.c.id == number).values(sort_key=sort_key(name)))


def _create_responsibles() -> None:
    _table(
        "party_group_user",
        sa.Column("group_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        _link("party_group_user", "group_id", "party_group"),
        _link("party_group_user", "user_id", "user_account"),
    )
    op.create_index(
        "uq_party_group_user", "party_group_user", ["group_id", "user_id"], unique=True, schema="kernel"
    )
    op.create_index("ix_party_group_user_user_id", "party_group_user", ["user_id"], schema="kernel")


def _create_segments() -> None:
    _table(
        "segment",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("search", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("filters", postgresql.JSONB, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("shared", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        _link("segment", "owner_id", "user_account"),
    )
    op.create_index("uq_segment_name", "segment", ["owner_id", "search_key"], unique=True, schema="kernel")


def _table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *elements,
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema="kernel",
    )


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"kernel.{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )
