"""The catalogue with its prices, and the documents of sale and purchase."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.api import add_user_values

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(name: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}", ondelete=ondelete)


def upgrade() -> None:
    _groups_and_items()
    _prices()
    _documents()
    _lines()


def _groups_and_items() -> None:
    op.create_table(
        "item_group",
        _id(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_record(),
        *_bin(),
        sa.CheckConstraint("parent_id <> id", name="ck_item_group_parent"),
        _key("item_group_parent_id", "parent_id", "sales.item_group.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_item_group"),
        schema="sales",
    )
    op.create_index("ix_item_group_parent_id", "item_group", ["parent_id"], schema="sales")
    op.create_index(
        "ix_item_group_sort_key", "item_group", ["sort_key", "id"], schema="sales", postgresql_where=KEPT
    )
    op.create_table(
        "item",
        _id(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'goods'"), nullable=False),
        sa.Column("group_id", sa.BigInteger()),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("sale_price", sa.BigInteger()),
        sa.Column("purchase_price", sa.BigInteger()),
        sa.Column("tax_class", sa.Text(), server_default=sa.text("'standard'"), nullable=False),
        sa.Column("public_code", sa.Text()),
        sa.Column("profit_class_id", sa.BigInteger()),
        sa.Column("serial", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("expert_id", sa.BigInteger()),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_record(),
        *_bin(),
        sa.CheckConstraint("kind IN ('goods', 'service')", name="ck_item_kind"),
        sa.CheckConstraint(
            "tax_class IN ('standard', 'special', 'zero', 'exempt')", name="ck_item_tax_class"
        ),
        sa.CheckConstraint("sale_price >= 0 AND purchase_price >= 0", name="ck_item_prices"),
        _key("item_expert_id", "expert_id", "kernel.user_account.id", "SET NULL"),
        _key("item_group_id", "group_id", "sales.item_group.id", "RESTRICT"),
        _key("item_profit_class_id", "profit_class_id", "kernel.base_value.id", "RESTRICT"),
        _key("item_unit_id", "unit_id", "kernel.base_value.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        schema="sales",
    )
    op.create_index("ix_item_group_id", "item", ["group_id", "id"], schema="sales")
    op.create_index(
        "ix_item_search_key",
        "item",
        ["search_key"],
        schema="sales",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_item_sort_key", "item", ["sort_key", "id"], schema="sales", postgresql_where=KEPT)
    op.create_index("uq_item_code", "item", ["code"], unique=True, schema="sales", postgresql_where=KEPT)
    op.create_table(
        "variant",
        _id(),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("size_id", sa.BigInteger()),
        sa.Column("design_id", sa.BigInteger()),
        sa.Column("colour_id", sa.BigInteger()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sale_price", sa.BigInteger()),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        *_record(),
        sa.CheckConstraint("num_nonnulls(size_id, design_id, colour_id) > 0", name="ck_variant_distinct"),
        sa.CheckConstraint("sale_price >= 0", name="ck_variant_price"),
        _key("variant_colour_id", "colour_id", "kernel.base_value.id", "RESTRICT"),
        _key("variant_design_id", "design_id", "kernel.base_value.id", "RESTRICT"),
        _key("variant_item_id", "item_id", "sales.item.id", "CASCADE"),
        _key("variant_size_id", "size_id", "kernel.base_value.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_variant"),
        schema="sales",
    )
    op.create_index("ix_variant_title", "variant", ["title", "id"], schema="sales")
    op.create_index(
        "uq_variant_item_id",
        "variant",
        [
            "item_id",
            sa.literal_column("coalesce(size_id, 0)"),
            sa.literal_column("coalesce(design_id, 0)"),
            sa.literal_column("coalesce(colour_id, 0)"),
        ],
        unique=True,
        schema="sales",
    )
    op.create_table(
        "barcode",
        _id(),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger()),
        sa.Column("code", sa.Text(), nullable=False),
        *_record(),
        _key("barcode_item_id", "item_id", "sales.item.id", "CASCADE"),
        _key("barcode_variant_id", "variant_id", "sales.variant.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_barcode"),
        schema="sales",
    )
    op.create_index("ix_barcode_item_id", "barcode", ["item_id"], schema="sales")
    op.create_index("uq_barcode_code", "barcode", ["code"], unique=True, schema="sales")
    op.create_table(
        "phrase",
        _id(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_phrase"),
        schema="sales",
    )
    op.create_index("ix_phrase_position", "phrase", ["position", "id"], schema="sales")
    add_user_values(op, "sales", "item")


def _prices() -> None:
    op.create_table(
        "level",
        _id(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("search_key", sa.Text(), nullable=False),
        *_record(),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="ck_level_percent"),
        sa.PrimaryKeyConstraint("id", name="pk_level"),
        schema="sales",
    )
    op.create_index("uq_level_search_key", "level", ["search_key"], unique=True, schema="sales")
    op.create_table(
        "customer_terms",
        _id(),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("level_id", sa.BigInteger()),
        sa.Column("terms", sa.Text()),
        *_record(),
        _key("customer_terms_level_id", "level_id", "sales.level.id", "RESTRICT"),
        _key("customer_terms_party_id", "party_id", "kernel.party.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_terms"),
        sa.UniqueConstraint("party_id", name="uq_customer_terms_party_id"),
        schema="sales",
    )
    op.create_index("ix_customer_terms_level_id", "customer_terms", ["level_id"], schema="sales")
    op.create_table(
        "price_list",
        _id(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), server_default=sa.text("'sale'"), nullable=False),
        sa.Column("level_id", sa.BigInteger()),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_record(),
        *_bin(),
        sa.CheckConstraint("direction IN ('sale', 'purchase')", name="ck_price_list_direction"),
        sa.CheckConstraint("starts <= ends", name="ck_price_list_order"),
        _key("price_list_level_id", "level_id", "sales.level.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_price_list"),
        schema="sales",
    )
    op.create_index(
        "ix_price_list_sort_key", "price_list", ["sort_key", "id"], schema="sales", postgresql_where=KEPT
    )
    op.create_table(
        "price_line",
        _id(),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger()),
        sa.Column("above", sa.Numeric(precision=15, scale=3), server_default=sa.text("0"), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        *_record(),
        sa.CheckConstraint("above >= 0", name="ck_price_line_above"),
        sa.CheckConstraint("price >= 0", name="ck_price_line_price"),
        _key("price_line_item_id", "item_id", "sales.item.id", "CASCADE"),
        _key("price_line_price_list_id", "price_list_id", "sales.price_list.id", "CASCADE"),
        _key("price_line_variant_id", "variant_id", "sales.variant.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_price_line"),
        schema="sales",
    )
    op.create_index("ix_price_line_item_id", "price_line", ["item_id", "price_list_id"], schema="sales")
    op.create_index(
        "uq_price_line_price_list_id",
        "price_line",
        ["price_list_id", "item_id", sa.literal_column("coalesce(variant_id, 0)"), "above"],
        unique=True,
        schema="sales",
    )
    op.create_table(
        "tax_rate",
        _id(),
        sa.Column("tax_class", sa.Text(), server_default=sa.text("'standard'"), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("note", sa.Text()),
        *_record(),
        sa.CheckConstraint("tax_class IN ('standard', 'special')", name="ck_tax_rate_tax_class"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="ck_tax_rate_percent"),
        sa.PrimaryKeyConstraint("id", name="pk_tax_rate"),
        schema="sales",
    )
    op.create_index("uq_tax_rate_tax_class", "tax_rate", ["tax_class", "starts"], unique=True, schema="sales")


def _documents() -> None:
    op.create_table(
        "document",
        _id(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), server_default=sa.text("'sale'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger()),
        sa.Column("serial", sa.BigInteger()),
        sa.Column("number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("marketer_id", sa.BigInteger()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("terms", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("outer_number", sa.Text()),
        sa.Column("outer_link", sa.Text()),
        sa.Column("taxed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("discount_kind", sa.Text()),
        sa.Column("discount_value", sa.Numeric(precision=18, scale=2)),
        sa.Column("gross", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("line_discount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("net", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("payable", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("source_id", sa.BigInteger()),
        sa.Column("converted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("original_id", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("issued_at", INSTANT),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("delivered_on", sa.Date()),
        sa.Column("delivery", sa.Text()),
        sa.Column("search_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        *_record(),
        *_bin(),
        sa.CheckConstraint("(kind = 'return') = (original_id IS NOT NULL)", name="ck_document_original"),
        sa.CheckConstraint("(state = 'draft') = (serial IS NULL)", name="ck_document_numbered"),
        sa.CheckConstraint("direction IN ('sale', 'purchase')", name="ck_document_direction"),
        sa.CheckConstraint("discount_kind IN ('percent', 'rial')", name="ck_document_discount_kind"),
        sa.CheckConstraint("kind IN ('quote', 'order', 'invoice', 'return')", name="ck_document_kind"),
        sa.CheckConstraint("state = 'draft' OR binned_at IS NULL", name="ck_document_kept"),
        sa.CheckConstraint(
            "state IN ('draft', 'issued', 'accepted', 'rejected', 'expired', 'ready', 'delivered', 'cancelled')",
            name="ck_document_state",
        ),
        sa.CheckConstraint("(discount_kind IS NULL) = (discount_value IS NULL)", name="ck_document_discount"),
        sa.CheckConstraint("net >= 0 AND tax >= 0", name="ck_document_amounts"),
        sa.CheckConstraint(
            "payable = net + tax AND net = gross - line_discount - discount", name="ck_document_sums"
        ),
        _key("document_marketer_id", "marketer_id", "kernel.party.id", "RESTRICT"),
        _key("document_original_id", "original_id", "sales.document.id", "RESTRICT"),
        _key("document_owner_id", "owner_id", "kernel.user_account.id", "SET NULL"),
        _key("document_party_id", "party_id", "kernel.party.id", "RESTRICT"),
        _key("document_source_id", "source_id", "sales.document.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        schema="sales",
    )
    op.create_index(
        "ix_document_day", "document", ["kind", "day", "id"], schema="sales", postgresql_where=KEPT
    )
    op.create_index(
        "ix_document_ends_on",
        "document",
        ["ends_on"],
        schema="sales",
        postgresql_where=sa.text("state <> 'cancelled' AND binned_at IS NULL"),
    )
    op.create_index("ix_document_original_id", "document", ["original_id"], schema="sales")
    op.create_index("ix_document_owner_id", "document", ["owner_id", "kind", "day"], schema="sales")
    op.create_index("ix_document_party_id", "document", ["party_id", "day"], schema="sales")
    op.create_index(
        "ix_document_valid_until",
        "document",
        ["valid_until"],
        schema="sales",
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_index(
        "uq_document_number",
        "document",
        ["kind", "direction", "fiscal_year", "serial"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("serial IS NOT NULL"),
    )
    op.create_index(
        "uq_document_source_id",
        "document",
        ["source_id"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("source_id IS NOT NULL AND state <> 'cancelled' AND binned_at IS NULL"),
    )


def _lines() -> None:
    op.create_table(
        "document_line",
        _id(),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger()),
        sa.Column("variant_id", sa.BigInteger()),
        sa.Column("kind", sa.Text(), server_default=sa.text("'goods'"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("serials", sa.Text()),
        sa.Column("unit", sa.Text()),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("origin", sa.Text()),
        sa.Column("discount_kind", sa.Text()),
        sa.Column("discount_value", sa.Numeric(precision=18, scale=2)),
        sa.Column(
            "tax_percent", sa.Numeric(precision=5, scale=2), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("shared", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("original_line_id", sa.BigInteger()),
        sa.Column("returned", sa.Numeric(precision=15, scale=3), server_default=sa.text("0"), nullable=False),
        *_record(),
        sa.CheckConstraint("discount_kind IN ('percent', 'rial')", name="ck_document_line_discount_kind"),
        sa.CheckConstraint("kind IN ('goods', 'service')", name="ck_document_line_kind"),
        sa.CheckConstraint(
            "(discount_kind IS NULL) = (discount_value IS NULL)", name="ck_document_line_discount"
        ),
        sa.CheckConstraint(
            "discount >= 0 AND shared >= 0 AND net >= 0 AND tax >= 0", name="ck_document_line_amounts"
        ),
        sa.CheckConstraint("net = gross - discount - shared", name="ck_document_line_sums"),
        sa.CheckConstraint("quantity > 0", name="ck_document_line_quantity"),
        sa.CheckConstraint("returned BETWEEN 0 AND quantity", name="ck_document_line_returned"),
        sa.CheckConstraint("unit_price >= 0", name="ck_document_line_price"),
        _key("document_line_document_id", "document_id", "sales.document.id", "CASCADE"),
        _key("document_line_item_id", "item_id", "sales.item.id", "RESTRICT"),
        _key("document_line_original_line_id", "original_line_id", "sales.document_line.id", "RESTRICT"),
        _key("document_line_variant_id", "variant_id", "sales.variant.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_document_line"),
        schema="sales",
    )
    op.create_index(
        "ix_document_line_document_id", "document_line", ["document_id", "position"], schema="sales"
    )
    op.create_index("ix_document_line_item_id", "document_line", ["item_id", "document_id"], schema="sales")
    op.create_index(
        "ix_document_line_original_line_id", "document_line", ["original_line_id"], schema="sales"
    )
    op.create_table(
        "sale_entry",
        _id(),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("item_id", sa.BigInteger()),
        sa.Column("group_id", sa.BigInteger()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("marketer_id", sa.BigInteger()),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        *_record(),
        sa.CheckConstraint("direction IN ('sale', 'purchase')", name="ck_sale_entry_direction"),
        _key("sale_entry_document_id", "document_id", "sales.document.id", "CASCADE"),
        _key("sale_entry_group_id", "group_id", "sales.item_group.id", "RESTRICT"),
        _key("sale_entry_item_id", "item_id", "sales.item.id", "RESTRICT"),
        _key("sale_entry_line_id", "line_id", "sales.document_line.id", "CASCADE"),
        _key("sale_entry_marketer_id", "marketer_id", "kernel.party.id", "RESTRICT"),
        _key("sale_entry_owner_id", "owner_id", "kernel.user_account.id", "SET NULL"),
        _key("sale_entry_party_id", "party_id", "kernel.party.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_sale_entry"),
        schema="sales",
    )
    op.create_index("ix_sale_entry_day", "sale_entry", ["direction", "day", "id"], schema="sales")
    op.create_index("ix_sale_entry_document_id", "sale_entry", ["document_id"], schema="sales")
    op.create_index("ix_sale_entry_item_id", "sale_entry", ["item_id", "day"], schema="sales")
    op.create_index("ix_sale_entry_party_id", "sale_entry", ["party_id", "day"], schema="sales")
    op.create_index("uq_sale_entry_line_id", "sale_entry", ["line_id"], unique=True, schema="sales")
    op.create_table(
        "redemption",
        _id(),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("given_back", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        *_record(),
        sa.CheckConstraint("amount > 0 AND given_back BETWEEN 0 AND amount", name="ck_redemption_amount"),
        _key("redemption_document_id", "document_id", "sales.document.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_redemption"),
        schema="sales",
    )
    op.create_index(
        "uq_redemption_document_id", "redemption", ["document_id", "key"], unique=True, schema="sales"
    )
