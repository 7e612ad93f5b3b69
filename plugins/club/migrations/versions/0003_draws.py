"""Draws."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

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


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "draw",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("prize", sa.Text),
        sa.Column("begins", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("chances", sa.Text, server_default=sa.text("'member'"), nullable=False),
        sa.Column("per_points", sa.Integer, server_default=sa.text("100"), nullable=False),
        sa.Column("most_chances", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("registered_only", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("rank_id", sa.BigInteger),
        sa.Column("segment_id", sa.BigInteger),
        sa.Column("without_winners_since", sa.Date),
        sa.Column("winners", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("reserves", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("public_source", sa.Text),
        sa.Column("state", sa.Text, server_default=sa.text("'planned'"), nullable=False),
        sa.Column("frozen_at", INSTANT),
        sa.Column("drawn_at", INSTANT),
        sa.Column("commitment", sa.Text),
        sa.Column("list_hash", sa.Text),
        sa.Column("seed", sa.Text),
        sa.Column("public_word", sa.Text),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_draw"),
        sa.CheckConstraint("chances IN ('member', 'purchase', 'points')", name="ck_draw_chances"),
        sa.CheckConstraint("most_chances >= 0", name="ck_draw_most_chances"),
        sa.CheckConstraint("begins <= ends", name="ck_draw_order"),
        sa.CheckConstraint("per_points > 0", name="ck_draw_per_points"),
        sa.CheckConstraint("reserves BETWEEN 0 AND 1000", name="ck_draw_reserves"),
        sa.CheckConstraint("state IN ('planned', 'frozen', 'drawn', 'cancelled')", name="ck_draw_state"),
        sa.CheckConstraint("winners BETWEEN 1 AND 1000", name="ck_draw_winners"),
        _key("draw", "rank_id", "club.rank.id", "RESTRICT"),
        _key("draw", "segment_id", "kernel.segment.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_draw_ends", "draw", ["ends", "id"], schema="club")
    op.create_table(
        "draw_seed",
        sa.Column("draw_id", sa.BigInteger, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("draw_id", name="pk_draw_seed"),
        _key("draw_seed", "draw_id", "club.draw.id", "CASCADE"),
        schema="club",
    )
    op.create_table(
        "draw_entrant",
        _id(),
        sa.Column("draw_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("chances", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, server_default=sa.text("'none'"), nullable=False),
        sa.Column("drawn_as", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_draw_entrant"),
        sa.CheckConstraint("chances > 0", name="ck_draw_entrant_chances"),
        sa.CheckConstraint(
            "outcome IN ('none', 'winner', 'reserve', 'excluded')", name="ck_draw_entrant_outcome"
        ),
        _key("draw_entrant", "draw_id", "club.draw.id", "CASCADE"),
        _key("draw_entrant", "member_id", "club.member.id", "RESTRICT"),
        schema="club",
    )
    op.create_index("ix_draw_entrant_member_id", "draw_entrant", ["member_id", "draw_id"], schema="club")
    op.create_index(
        "uq_draw_entrant_draw_id", "draw_entrant", ["draw_id", "place"], unique=True, schema="club"
    )
    op.create_table(
        "draw_registration",
        _id(),
        sa.Column("draw_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draw_registration"),
        sa.CheckConstraint("channel IN ('hand', 'sms', 'ussd')", name="ck_draw_registration_channel"),
        _key("draw_registration", "draw_id", "club.draw.id", "CASCADE"),
        _key("draw_registration", "member_id", "club.member.id", "CASCADE"),
        schema="club",
    )
    op.create_index("ix_draw_registration_member_id", "draw_registration", ["member_id"], schema="club")
    op.create_index(
        "uq_draw_registration_draw_id",
        "draw_registration",
        ["draw_id", "member_id"],
        unique=True,
        schema="club",
    )
