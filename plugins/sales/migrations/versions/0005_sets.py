"""Goods that are composed of others, and levels of customers that are given by a segment for some time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


INSTANT = sa.DateTime(timezone=True)


def _key(name: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "component",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("component_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger()),
        sa.Column("quantity", sa.Numeric(15, 3), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_component_quantity"),
        sa.CheckConstraint("component_id <> item_id", name="ck_component_other"),
        _key("component_item_id", "item_id", "sales.item.id", "CASCADE"),
        _key("component_component_id", "component_id", "sales.item.id", "RESTRICT"),
        _key("component_variant_id", "variant_id", "sales.variant.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_component"),
        schema="sales",
    )
    op.create_index(
        "uq_component_item_id",
        "component",
        ["item_id", "component_id", sa.text("coalesce(variant_id, 0)")],
        unique=True,
        schema="sales",
    )
    op.create_index("ix_component_component_id", "component", ["component_id"], schema="sales")
    for column in ("starts", "ends"):
        op.add_column("level", sa.Column(column, sa.Date()), schema="sales")
    op.add_column("level", sa.Column("segment_id", sa.BigInteger()), schema="sales")
    op.create_foreign_key(
        "fk_level_segment_id",
        "level",
        "segment",
        ["segment_id"],
        ["id"],
        source_schema="sales",
        referent_schema="kernel",
        ondelete="RESTRICT",
    )
    op.create_index("ix_level_segment_id", "level", ["segment_id"], schema="sales")
    op.create_check_constraint("ck_level_order", "level", "starts <= ends", schema="sales")
