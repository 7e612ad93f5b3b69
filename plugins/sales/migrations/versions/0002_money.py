"""Receipts and payments, what they settle, cheques, commission; credit of parties and settlement of invoices."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(name: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}", ondelete=ondelete)


def upgrade() -> None:
    op.add_column("document", sa.Column("due", sa.Date()), schema="sales")
    op.add_column(
        "document",
        sa.Column("settled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        schema="sales",
    )
    op.add_column("document", sa.Column("settlement", sa.Text()), schema="sales")
    op.create_index(
        "ix_document_settlement",
        "document",
        ["settlement", "due", "id"],
        schema="sales",
        postgresql_where=sa.text("settlement <> 'settled'"),
    )
    op.add_column("customer_terms", sa.Column("credit_ceiling", sa.BigInteger()), schema="sales")
    op.add_column("customer_terms", sa.Column("credit_days", sa.Integer()), schema="sales")
    _cheques()
    _ledger()
    _commission()


def _cheques() -> None:
    op.create_table(
        "cheque",
        _id(),
        sa.Column("direction", sa.Text(), server_default=sa.text("'received'"), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("drawer", sa.Text()),
        sa.Column("drawer_code", sa.Text()),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sayad", sa.Text()),
        sa.Column("bank_id", sa.BigInteger()),
        sa.Column("branch", sa.Text()),
        sa.Column("account", sa.Text()),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'held'"), nullable=False),
        sa.Column("state_on", sa.Date(), nullable=False),
        sa.Column("holder_id", sa.BigInteger()),
        sa.Column("place_id", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("seller_id", sa.BigInteger()),
        sa.Column("search_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        *_record(),
        sa.CheckConstraint("direction IN ('received', 'given')", name="ck_cheque_direction"),
        sa.CheckConstraint(
            "state IN ('held', 'deposited', 'cleared', 'bounced', 'passed_on', 'returned', 'issued')",
            name="ck_cheque_state",
        ),
        sa.CheckConstraint("amount > 0", name="ck_cheque_amount"),
        _key("cheque_bank_id", "bank_id", "kernel.base_value.id", "RESTRICT"),
        _key("cheque_holder_id", "holder_id", "kernel.party.id", "RESTRICT"),
        _key("cheque_owner_id", "owner_id", "kernel.user_account.id", "SET NULL"),
        _key("cheque_party_id", "party_id", "kernel.party.id", "RESTRICT"),
        _key("cheque_place_id", "place_id", "kernel.base_value.id", "RESTRICT"),
        _key("cheque_seller_id", "seller_id", "kernel.user_account.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_cheque"),
        schema="sales",
    )
    op.create_index("ix_cheque_due", "cheque", ["due", "id"], schema="sales")
    op.create_index("ix_cheque_holder_id", "cheque", ["holder_id"], schema="sales")
    op.create_index("ix_cheque_owner_id", "cheque", ["owner_id"], schema="sales")
    op.create_index("ix_cheque_party_id", "cheque", ["party_id", "due"], schema="sales")
    op.create_index(
        "ix_cheque_search_key",
        "cheque",
        ["search_key"],
        schema="sales",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_cheque_seller_id", "cheque", ["seller_id"], schema="sales")
    op.create_index(
        "uq_cheque_sayad",
        "cheque",
        ["direction", "sayad"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("sayad IS NOT NULL AND state <> 'returned'"),
    )
    op.create_table(
        "cheque_move",
        _id(),
        sa.Column("cheque_id", sa.BigInteger(), nullable=False),
        sa.Column("old", sa.Text()),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("holder_id", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        *_record()[:-1],
        _key("cheque_move_cheque_id", "cheque_id", "sales.cheque.id", "CASCADE"),
        _key("cheque_move_holder_id", "holder_id", "kernel.party.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_cheque_move"),
        schema="sales",
    )
    op.create_index("ix_cheque_move_cheque_id", "cheque_move", ["cheque_id", "id"], schema="sales")


def _ledger() -> None:
    op.create_table(
        "payment",
        _id(),
        sa.Column("direction", sa.Text(), server_default=sa.text("'in'"), nullable=False),
        sa.Column("purpose", sa.Text(), server_default=sa.text("'trade'"), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("jalali_month", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger()),
        sa.Column("terminal", sa.Text()),
        sa.Column("tracking", sa.Text()),
        sa.Column("cheque_id", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("state", sa.Text(), server_default=sa.text("'standing'"), nullable=False),
        sa.Column("reversed_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("seller_id", sa.BigInteger()),
        sa.Column("search_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        *_record(),
        sa.CheckConstraint("direction IN ('in', 'out')", name="ck_payment_direction"),
        sa.CheckConstraint(
            "method IN ('cash', 'card', 'transfer', 'cheque', 'discount')", name="ck_payment_method"
        ),
        sa.CheckConstraint("purpose IN ('trade', 'commission')", name="ck_payment_purpose"),
        sa.CheckConstraint("state IN ('standing', 'reversed')", name="ck_payment_state"),
        sa.CheckConstraint("amount > 0", name="ck_payment_amount"),
        _key("payment_cheque_id", "cheque_id", "sales.cheque.id", "RESTRICT"),
        _key("payment_owner_id", "owner_id", "kernel.user_account.id", "SET NULL"),
        _key("payment_party_id", "party_id", "kernel.party.id", "RESTRICT"),
        _key("payment_place_id", "place_id", "kernel.base_value.id", "RESTRICT"),
        _key("payment_seller_id", "seller_id", "kernel.user_account.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        schema="sales",
    )
    op.create_index("ix_payment_day", "payment", ["day", "id"], schema="sales")
    op.create_index("ix_payment_owner_id", "payment", ["owner_id", "day"], schema="sales")
    op.create_index("ix_payment_party_id", "payment", ["party_id", "day"], schema="sales")
    op.create_index("ix_payment_seller_id", "payment", ["seller_id"], schema="sales")
    op.create_index(
        "uq_payment_cheque_id",
        "payment",
        ["cheque_id", "direction"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("state = 'standing' AND cheque_id IS NOT NULL"),
    )
    op.create_index(
        "uq_payment_number", "payment", ["direction", "fiscal_year", "serial"], unique=True, schema="sales"
    )
    op.create_index(
        "uq_payment_tracking",
        "payment",
        ["direction", "method", sa.literal_column("coalesce(terminal, '')"), "tracking", "day"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("state = 'standing' AND tracking IS NOT NULL"),
    )
    op.create_table(
        "open_item",
        _id(),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("payment_id", sa.BigInteger()),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("void_on", sa.Date()),
        sa.Column(
            "open",
            sa.BigInteger(),
            sa.Computed("CASE WHEN void THEN 0 ELSE amount - settled END", persisted=True),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("seller_id", sa.BigInteger()),
        *_record()[:-1],
        sa.CheckConstraint("side IN ('debit', 'credit')", name="ck_open_item_side"),
        sa.CheckConstraint("NOT void OR (settled = 0 AND void_on IS NOT NULL)", name="ck_open_item_void"),
        sa.CheckConstraint("amount >= 0", name="ck_open_item_amount"),
        sa.CheckConstraint("settled >= 0 AND settled <= amount", name="ck_open_item_settled"),
        _key("open_item_document_id", "document_id", "sales.document.id", "CASCADE"),
        _key("open_item_owner_id", "owner_id", "kernel.user_account.id", "SET NULL"),
        _key("open_item_party_id", "party_id", "kernel.party.id", "RESTRICT"),
        _key("open_item_payment_id", "payment_id", "sales.payment.id", "CASCADE"),
        _key("open_item_seller_id", "seller_id", "kernel.user_account.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_open_item"),
        schema="sales",
    )
    op.create_index(
        "ix_open_item_due", "open_item", ["due", "id"], schema="sales", postgresql_where=sa.text("open > 0")
    )
    op.create_index("ix_open_item_owner_id", "open_item", ["owner_id"], schema="sales")
    op.create_index("ix_open_item_party_id", "open_item", ["party_id", "day", "id"], schema="sales")
    op.create_index("ix_open_item_seller_id", "open_item", ["seller_id"], schema="sales")
    op.create_index(
        "uq_open_item_document_id",
        "open_item",
        ["document_id"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("document_id IS NOT NULL"),
    )
    op.create_index(
        "uq_open_item_payment_id",
        "open_item",
        ["payment_id"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )
    op.create_table(
        "allocation",
        _id(),
        sa.Column("debit_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("undone_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        *_record()[:-1],
        sa.CheckConstraint("amount > 0", name="ck_allocation_amount"),
        _key("allocation_credit_id", "credit_id", "sales.open_item.id", "CASCADE"),
        _key("allocation_debit_id", "debit_id", "sales.open_item.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
        schema="sales",
    )
    op.create_index("ix_allocation_credit_id", "allocation", ["credit_id"], schema="sales")
    op.create_index("ix_allocation_debit_id", "allocation", ["debit_id"], schema="sales")


def _commission() -> None:
    op.create_table(
        "marketer",
        _id(),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_record(),
        _key("marketer_party_id", "party_id", "kernel.party.id", "RESTRICT"),
        _key("marketer_user_id", "user_id", "kernel.user_account.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_marketer"),
        schema="sales",
    )
    op.create_index("ix_marketer_sort_key", "marketer", ["sort_key", "id"], schema="sales")
    op.create_index("ix_marketer_user_id", "marketer", ["user_id"], schema="sales")
    op.create_index("uq_marketer_party_id", "marketer", ["party_id"], unique=True, schema="sales")
    op.create_table(
        "commission_rule",
        _id(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("marketer_id", sa.BigInteger()),
        sa.Column("item_id", sa.BigInteger()),
        sa.Column("group_id", sa.BigInteger()),
        sa.Column("kind", sa.Text(), server_default=sa.text("'percent'"), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column(
            "agency_share", sa.Numeric(precision=5, scale=2), server_default=sa.text("100"), nullable=False
        ),
        sa.Column("starts", sa.Date()),
        sa.Column("ends", sa.Date()),
        *_record(),
        sa.CheckConstraint("kind IN ('percent', 'per_unit')", name="ck_commission_rule_kind"),
        sa.CheckConstraint(
            "rate >= 0 AND (kind <> 'percent' OR rate <= 100)", name="ck_commission_rule_rate"
        ),
        sa.CheckConstraint("agency_share BETWEEN 0 AND 100", name="ck_commission_rule_agency_share"),
        sa.CheckConstraint("item_id IS NULL OR group_id IS NULL", name="ck_commission_rule_subject"),
        sa.CheckConstraint("starts <= ends", name="ck_commission_rule_order"),
        _key("commission_rule_group_id", "group_id", "sales.item_group.id", "RESTRICT"),
        _key("commission_rule_item_id", "item_id", "sales.item.id", "RESTRICT"),
        _key("commission_rule_marketer_id", "marketer_id", "sales.marketer.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_commission_rule"),
        schema="sales",
    )
    op.create_index("ix_commission_rule_group_id", "commission_rule", ["group_id"], schema="sales")
    op.create_index("ix_commission_rule_item_id", "commission_rule", ["item_id"], schema="sales")
    op.create_index("ix_commission_rule_marketer_id", "commission_rule", ["marketer_id"], schema="sales")
    op.create_table(
        "commission_term",
        _id(),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("marketer_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("agency_share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("earned_at", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        *_record()[:-1],
        sa.CheckConstraint("basis IN ('net', 'gross')", name="ck_commission_term_basis"),
        sa.CheckConstraint("earned_at IN ('issue', 'settlement')", name="ck_commission_term_earned_at"),
        _key("commission_term_document_id", "document_id", "sales.document.id", "CASCADE"),
        _key("commission_term_line_id", "line_id", "sales.document_line.id", "CASCADE"),
        _key("commission_term_marketer_id", "marketer_id", "sales.marketer.id", "RESTRICT"),
        _key("commission_term_rule_id", "rule_id", "sales.commission_rule.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_commission_term"),
        schema="sales",
    )
    op.create_index("ix_commission_term_document_id", "commission_term", ["document_id"], schema="sales")
    op.create_index("ix_commission_term_marketer_id", "commission_term", ["marketer_id"], schema="sales")
    op.create_index("uq_commission_term_line_id", "commission_term", ["line_id"], unique=True, schema="sales")
    op.create_table(
        "commission_entry",
        _id(),
        sa.Column("marketer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("jalali_month", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("term_id", sa.BigInteger()),
        sa.Column("payment_id", sa.BigInteger()),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        *_record()[:-1],
        sa.CheckConstraint(
            "kind IN ('earned', 'reversed', 'correction', 'paid')", name="ck_commission_entry_kind"
        ),
        sa.CheckConstraint("amount <> 0", name="ck_commission_entry_amount"),
        _key("commission_entry_document_id", "document_id", "sales.document.id", "RESTRICT"),
        _key("commission_entry_marketer_id", "marketer_id", "sales.marketer.id", "RESTRICT"),
        _key("commission_entry_payment_id", "payment_id", "sales.payment.id", "RESTRICT"),
        _key("commission_entry_term_id", "term_id", "sales.commission_term.id", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_commission_entry"),
        schema="sales",
    )
    op.create_index(
        "ix_commission_entry_marketer_id", "commission_entry", ["marketer_id", "day", "id"], schema="sales"
    )
    op.create_index("ix_commission_entry_payment_id", "commission_entry", ["payment_id"], schema="sales")
    op.create_index("ix_commission_entry_term_id", "commission_entry", ["term_id"], schema="sales")
