"""Purchases and the ledger of points in lots."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)

KEEP_ENTRIES = """
CREATE FUNCTION club.keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (OLD.day, OLD.kind, OLD.points, OLD.debt, OLD.balance, OLD.occasion)
        IS DISTINCT FROM (NEW.day, NEW.kind, NEW.points, NEW.debt, NEW.balance, NEW.occasion) THEN
    RAISE EXCEPTION 'an entry of the ledger of points is never changed or deleted'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
"""Entries are only added. Whom they are of (merging) and words about a person (erasing) may change."""


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    ]


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "purchase",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("source", sa.Text, server_default=sa.text("'hand'"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("returned", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("earned", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("referrer_id", sa.BigInteger),
        sa.Column("referral_percent", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("referred", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_purchase"),
        sa.CheckConstraint("amount >= 0", name="ck_purchase_amount"),
        sa.CheckConstraint("earned >= 0", name="ck_purchase_earned"),
        sa.CheckConstraint("referred >= 0", name="ck_purchase_referred"),
        sa.CheckConstraint("returned BETWEEN 0 AND amount", name="ck_purchase_returned"),
        sa.CheckConstraint("source IN ('hand', 'sales')", name="ck_purchase_source"),
        _key("purchase", "member_id", "club.member.id", "RESTRICT"),
        _key("purchase", "referrer_id", "club.member.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_purchase_day", "purchase", ["day", "id"], schema="club")
    op.create_index("ix_purchase_member_id", "purchase", ["member_id", "day"], schema="club")
    op.create_index("uq_purchase_invoice_id", "purchase", ["invoice_id"], unique=True, schema="club")
    op.create_table(
        "entry",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.Column("debt", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("balance", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("purchase_id", sa.BigInteger),
        sa.Column("reason_id", sa.BigInteger),
        sa.Column("note", sa.Text),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.CheckConstraint(
            "kind IN ('earn', 'referral', 'bonus', 'spend', 'expire', 'take_back', 'give_back', 'decay', 'correct', 'debt')",
            name="ck_entry_kind",
        ),
        _key("entry", "member_id", "club.member.id", "RESTRICT"),
        _key("entry", "purchase_id", "club.purchase.id", "RESTRICT"),
        _key("entry", "reason_id", "kernel.base_value.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_entry_day", "entry", ["day", "id"], schema="club")
    op.create_index("ix_entry_member_id", "entry", ["member_id", "id"], schema="club")
    op.create_index("ix_entry_purchase_id", "entry", ["purchase_id"], schema="club")
    op.create_index("uq_entry_occasion", "entry", ["occasion"], unique=True, schema="club")
    op.create_table(
        "purchase_line",
        _id(),
        sa.Column("purchase_id", sa.BigInteger, nullable=False),
        sa.Column("group_id", sa.BigInteger),
        sa.Column("title", sa.Text),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("returned", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("points", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("per_amount", sa.BigInteger, server_default=sa.text("1"), nullable=False),
        sa.Column("multiplier", sa.BigInteger, server_default=sa.text("10000"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger),
        sa.Column("invoice_line_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_line"),
        sa.CheckConstraint("amount >= 0", name="ck_purchase_line_amount"),
        sa.CheckConstraint("multiplier >= 0", name="ck_purchase_line_multiplier"),
        sa.CheckConstraint("per_amount > 0", name="ck_purchase_line_per_amount"),
        sa.CheckConstraint("points >= 0", name="ck_purchase_line_points"),
        sa.CheckConstraint("returned BETWEEN 0 AND amount", name="ck_purchase_line_returned"),
        _key("purchase_line", "campaign_id", "club.campaign.id", "RESTRICT"),
        _key("purchase_line", "group_id", "club.product_group.id", "RESTRICT"),
        _key("purchase_line", "purchase_id", "club.purchase.id", "CASCADE"),
        schema="club",
    )
    op.create_index("ix_purchase_line_purchase_id", "purchase_line", ["purchase_id"], schema="club")
    op.create_table(
        "lot",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.Column("remaining", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'open'"), nullable=False),
        sa.Column("counts_from", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_lot"),
        sa.CheckConstraint("expires_on IS NULL OR expires_on >= counts_from", name="ck_lot_order"),
        sa.CheckConstraint("points > 0", name="ck_lot_points"),
        sa.CheckConstraint("remaining BETWEEN 0 AND points", name="ck_lot_remaining"),
        sa.CheckConstraint("state IN ('pending', 'open', 'expired')", name="ck_lot_state"),
        _key("lot", "entry_id", "club.entry.id", "RESTRICT"),
        _key("lot", "member_id", "club.member.id", "RESTRICT"),
        schema="club",
    )
    op.create_index(
        "ix_lot_counts_from",
        "lot",
        ["counts_from", "id"],
        postgresql_where=sa.text("state = 'pending'"),
        schema="club",
    )
    op.create_index("ix_lot_expires_on", "lot", ["expires_on", "id"], schema="club")
    op.create_index("ix_lot_member_id", "lot", ["member_id", "id"], schema="club")
    op.create_table(
        "redemption",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("points_back", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("amount_back", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'open'"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger),
        sa.Column("used_on", sa.Date),
        sa.Column("search_key", sa.Text, server_default=sa.text("''"), nullable=False),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_redemption"),
        sa.CheckConstraint("amount > 0", name="ck_redemption_amount"),
        sa.CheckConstraint("amount_back BETWEEN 0 AND amount", name="ck_redemption_amount_back"),
        sa.CheckConstraint("points > 0", name="ck_redemption_points"),
        sa.CheckConstraint("points_back BETWEEN 0 AND points", name="ck_redemption_points_back"),
        sa.CheckConstraint("state IN ('open', 'used', 'cancelled')", name="ck_redemption_state"),
        _key("redemption", "entry_id", "club.entry.id", "RESTRICT"),
        _key("redemption", "member_id", "club.member.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_redemption_member_id", "redemption", ["member_id", "id"], schema="club")
    op.create_index("uq_redemption_invoice_id", "redemption", ["invoice_id"], unique=True, schema="club")
    op.create_index("uq_redemption_number", "redemption", ["number"], unique=True, schema="club")
    op.create_table(
        "move",
        _id(),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("lot_id", sa.BigInteger, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_move"),
        _key("move", "entry_id", "club.entry.id", "RESTRICT"),
        _key("move", "lot_id", "club.lot.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_move_entry_id", "move", ["entry_id"], schema="club")
    op.create_index("ix_move_lot_id", "move", ["lot_id"], schema="club")
    op.create_table(
        "purchase_return",
        _id(),
        sa.Column("line_id", sa.BigInteger, nullable=False),
        sa.Column("invoice_id", sa.BigInteger),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("cancelled", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_return"),
        sa.CheckConstraint("amount > 0", name="ck_purchase_return_amount"),
        _key("purchase_return", "line_id", "club.purchase_line.id", "CASCADE"),
        schema="club",
    )
    op.create_index(
        "uq_purchase_return_line_id",
        "purchase_return",
        ["line_id", "invoice_id"],
        unique=True,
        schema="club",
    )
    op.execute(KEEP_ENTRIES)
    op.execute(
        "CREATE TRIGGER keep_entry BEFORE UPDATE OR DELETE ON club.entry"
        " FOR EACH ROW EXECUTE FUNCTION club.keep_entry()"
    )
