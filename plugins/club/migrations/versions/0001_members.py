"""Members, cards, ranks, rates and campaigns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    ]


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False)


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "product_group",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("sales_group_id", sa.BigInteger),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_product_group"),
        schema="club",
    )
    op.create_index(
        "uq_product_group_sales_group_id",
        "product_group",
        ["sales_group_id"],
        unique=True,
        postgresql_where=sa.text("binned_at IS NULL"),
        schema="club",
    )
    op.create_index(
        "uq_product_group_search_key",
        "product_group",
        ["search_key"],
        unique=True,
        postgresql_where=sa.text("binned_at IS NULL"),
        schema="club",
    )
    op.create_table(
        "rank",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("threshold", sa.BigInteger, nullable=False),
        sa.Column("discount", sa.Numeric(5, 2), server_default=sa.text("0"), nullable=False),
        sa.Column("multiplier", sa.Integer, server_default=sa.text("100"), nullable=False),
        sa.Column("colour", sa.Text, server_default=sa.text("'grey'"), nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_rank"),
        sa.CheckConstraint("discount BETWEEN 0 AND 100", name="ck_rank_discount"),
        sa.CheckConstraint("multiplier BETWEEN 0 AND 10000", name="ck_rank_multiplier"),
        sa.CheckConstraint("threshold >= 0", name="ck_rank_threshold"),
        schema="club",
    )
    op.create_index(
        "uq_rank_search_key",
        "rank",
        ["search_key"],
        unique=True,
        postgresql_where=sa.text("binned_at IS NULL"),
        schema="club",
    )
    op.create_index(
        "uq_rank_threshold",
        "rank",
        ["threshold"],
        unique=True,
        postgresql_where=sa.text("binned_at IS NULL"),
        schema="club",
    )
    op.create_table(
        "rate",
        _id(),
        sa.Column("group_id", sa.BigInteger),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("per_amount", sa.BigInteger, nullable=False),
        sa.Column("begins", sa.Date, nullable=False),
        sa.Column("ends", sa.Date),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_rate"),
        sa.CheckConstraint("ends IS NULL OR begins <= ends", name="ck_rate_order"),
        sa.CheckConstraint("per_amount > 0", name="ck_rate_per_amount"),
        sa.CheckConstraint("points >= 0", name="ck_rate_points"),
        _key("rate", "group_id", "club.product_group.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_rate_group_id", "rate", ["group_id", "begins"], schema="club")
    op.create_table(
        "campaign",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("begins", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("multiplier", sa.Integer, server_default=sa.text("100"), nullable=False),
        sa.Column("bonus", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("least", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("group_id", sa.BigInteger),
        sa.Column("rank_id", sa.BigInteger),
        sa.Column("segment_id", sa.BigInteger),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.CheckConstraint("bonus >= 0", name="ck_campaign_bonus"),
        sa.CheckConstraint("least >= 0", name="ck_campaign_least"),
        sa.CheckConstraint("multiplier BETWEEN 0 AND 10000", name="ck_campaign_multiplier"),
        sa.CheckConstraint("begins <= ends", name="ck_campaign_order"),
        _key("campaign", "group_id", "club.product_group.id", "RESTRICT"),
        _key("campaign", "rank_id", "club.rank.id", "RESTRICT"),
        _key("campaign", "segment_id", "kernel.segment.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_campaign_begins", "campaign", ["begins", "id"], schema="club")
    op.create_table(
        "join_rule",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("segment_id", sa.BigInteger),
        sa.Column("welcome", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_join_rule"),
        sa.CheckConstraint("welcome >= 0", name="ck_join_rule_welcome"),
        _key("join_rule", "segment_id", "kernel.segment.id", "RESTRICT"),
        schema="club",
    )
    op.create_table(
        "member",
        _id(),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("title", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'active'"), nullable=False),
        sa.Column("source", sa.Text, server_default=sa.text("'hand'"), nullable=False),
        sa.Column("joined_on", sa.Date, nullable=False),
        sa.Column("rank_id", sa.BigInteger),
        sa.Column("rank_since", sa.Date),
        sa.Column("rank_fixed_until", sa.Date),
        sa.Column("card_number", sa.Text),
        sa.Column("balance", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("pending", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("debt", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("last_purchase_on", sa.Date),
        sa.Column("note", sa.Text),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.CheckConstraint("balance >= 0", name="ck_member_balance"),
        sa.CheckConstraint("debt >= 0", name="ck_member_debt"),
        sa.CheckConstraint("pending >= 0", name="ck_member_pending"),
        sa.CheckConstraint("source IN ('hand', 'form', 'rule', 'import')", name="ck_member_source"),
        sa.CheckConstraint("state IN ('active', 'suspended', 'left')", name="ck_member_state"),
        _key("member", "party_id", "kernel.party.id", "RESTRICT"),
        _key("member", "rank_id", "club.rank.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_member_card_number", "member", ["card_number"], schema="club")
    op.create_index("ix_member_joined_on", "member", ["joined_on", "id"], schema="club")
    op.create_index("ix_member_rank_id", "member", ["rank_id", "id"], schema="club")
    op.create_index("ix_member_sort_key", "member", ["sort_key", "id"], schema="club")
    op.create_index("uq_member_number", "member", ["number"], unique=True, schema="club")
    op.create_index("uq_member_party_id", "member", ["party_id"], unique=True, schema="club")
    op.create_table(
        "card",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'active'"), nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("discount", sa.Numeric(5, 2), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("reason", sa.Text),
        sa.Column("search_key", sa.Text, server_default=sa.text("''"), nullable=False),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.CheckConstraint("discount BETWEEN 0 AND 100", name="ck_card_discount"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="ck_card_order"),
        sa.CheckConstraint("state IN ('active', 'lost', 'replaced', 'returned')", name="ck_card_state"),
        _key("card", "member_id", "club.member.id", "RESTRICT"),
        schema="club",
    )
    op.create_index(
        "uq_card_member_id",
        "card",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        schema="club",
    )
    op.create_index("uq_card_number", "card", ["number"], unique=True, schema="club")
    op.create_table(
        "rank_change",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("before_id", sa.BigInteger),
        sa.Column("after_id", sa.BigInteger),
        sa.Column("bought", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_rank_change"),
        sa.CheckConstraint("kind IN ('joined', 'up', 'down', 'hand')", name="ck_rank_change_kind"),
        _key("rank_change", "after_id", "club.rank.id", "RESTRICT"),
        _key("rank_change", "before_id", "club.rank.id", "RESTRICT"),
        _key("rank_change", "member_id", "club.member.id", "CASCADE"),
        schema="club",
    )
    op.create_index("ix_rank_change_day", "rank_change", ["day", "id"], schema="club")
    op.create_index("ix_rank_change_member_id", "rank_change", ["member_id", "id"], schema="club")
    op.create_table(
        "wish",
        _id(),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("wanted_on", sa.Date),
        sa.Column("state", sa.Text, server_default=sa.text("'open'"), nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_wish"),
        sa.CheckConstraint("state IN ('open', 'ready', 'bought', 'dropped')", name="ck_wish_state"),
        _key("wish", "member_id", "club.member.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_wish_member_id", "wish", ["member_id", "id"], schema="club")
    op.create_index("ix_wish_wanted_on", "wish", ["wanted_on", "id"], schema="club")
