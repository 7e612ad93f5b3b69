"""Planned contact with members and its response."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _whole(name: str, usual: int) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, server_default=sa.text(str(usual)), nullable=False)


def _key(name: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "contact_plan",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, server_default=sa.text("'months'"), nullable=False),
        sa.Column("way", sa.Text, server_default=sa.text("'call'"), nullable=False),
        sa.Column("words", sa.Text),
        _whole("every_months", 3),
        _whole("days_before", 0),
        _whole("respond_days", 30),
        _whole("most_a_day", 20),
        sa.Column("rank_id", sa.BigInteger),
        sa.Column("segment_id", sa.BigInteger),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        sa.Column("binned_at", INSTANT),
        sa.Column("binned_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_contact_plan"),
        sa.CheckConstraint("occasion IN ('months', 'birthday', 'joined')", name="ck_contact_plan_occasion"),
        sa.CheckConstraint("way IN ('call', 'sms', 'surprise')", name="ck_contact_plan_way"),
        sa.CheckConstraint("every_months BETWEEN 1 AND 120", name="ck_contact_plan_every_months"),
        sa.CheckConstraint("days_before BETWEEN 0 AND 60", name="ck_contact_plan_days_before"),
        sa.CheckConstraint("respond_days BETWEEN 1 AND 365", name="ck_contact_plan_respond_days"),
        sa.CheckConstraint("most_a_day BETWEEN 1 AND 100000", name="ck_contact_plan_most_a_day"),
        _key("contact_plan_rank_id", "rank_id", "club.rank.id", "RESTRICT"),
        _key("contact_plan_segment_id", "segment_id", "kernel.segment.id", "RESTRICT"),
        schema="club",
    )
    op.create_table(
        "contact",
        _id(),
        sa.Column("plan_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'due'"), nullable=False),
        sa.Column("done_on", sa.Date),
        sa.Column("done_by_id", sa.BigInteger),
        sa.Column("note", sa.Text),
        sa.Column("response", sa.Text),
        sa.Column("responded_on", sa.Date),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.CheckConstraint("state IN ('due', 'done', 'missed')", name="ck_contact_state"),
        sa.CheckConstraint("response IN ('bought', 'told')", name="ck_contact_response"),
        sa.CheckConstraint("response IS NULL OR responded_on IS NOT NULL", name="ck_contact_responded"),
        sa.CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name="ck_contact_done"),
        _key("contact_plan_id", "plan_id", "club.contact_plan.id", "RESTRICT"),
        _key("contact_member_id", "member_id", "club.member.id", "CASCADE"),
        _key("contact_done_by_id", "done_by_id", "kernel.user_account.id", "SET NULL"),
        sa.UniqueConstraint("plan_id", "member_id", "occasion", name="uq_contact"),
        schema="club",
    )
    op.create_index("ix_contact_member_id", "contact", ["member_id", "plan_id", "due_on"], schema="club")
    op.create_index("ix_contact_due_on", "contact", ["state", "due_on", "id"], schema="club")
