"""Printing: formats of labels and envelopes, templates of letters, runs and their pieces."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("label_format", "envelope_format", "letter_template", "print_run", "print_item")


def _identity() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _millimetres(name: str, default: str | None = None) -> sa.Column[Any]:
    given = None if default is None else sa.text(default)
    return sa.Column(name, sa.Numeric(6, 2), server_default=given, nullable=False)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    ]


def _active() -> sa.Column[Any]:
    return sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False)


def upgrade() -> None:
    """Create the tables; what ships with the product is filled in by the seed of the kernel."""
    op.create_table(
        "label_format",
        _identity(),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        _millimetres("page_width"),
        _millimetres("page_height"),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _millimetres("label_width"),
        _millimetres("label_height"),
        _millimetres("margin_top"),
        _millimetres("margin_side"),
        _millimetres("gap_across", "0"),
        _millimetres("gap_down", "0"),
        _millimetres("padding", "3"),
        _active(),
        *_stamps(),
        sa.CheckConstraint("columns > 0 AND rows > 0", name="ck_label_format_grid"),
        sa.CheckConstraint("label_width > 0 AND label_height > 0", name="ck_label_format_size"),
        sa.PrimaryKeyConstraint("id", name="pk_label_format"),
        schema="kernel",
    )
    op.create_table(
        "envelope_format",
        _identity(),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        _millimetres("width"),
        _millimetres("height"),
        _millimetres("margin", "10"),
        _millimetres("recipient_side"),
        _millimetres("recipient_top"),
        _active(),
        *_stamps(),
        sa.CheckConstraint("width > 0 AND height > 0", name="ck_envelope_format_size"),
        sa.PrimaryKeyConstraint("id", name="pk_envelope_format"),
        schema="kernel",
    )
    op.create_table(
        "letter_template",
        _identity(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("'fa'"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=True),
        _active(),
        *_stamps(),
        sa.CheckConstraint("language IN ('fa', 'en')", name="ck_letter_template_language"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_template"),
        schema="kernel",
    )
    _create_runs()
    _create_indexes()


def _create_runs() -> None:
    empty = sa.text("''")
    op.create_table(
        "print_run",
        _identity(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'preparing'"), nullable=False),
        sa.Column("trouble", sa.Text(), server_default=empty, nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in ("pieces", "left_out", "hidden", "pages")
        ),
        sa.Column("ended_at", INSTANT, nullable=True),
        *_stamps(),
        sa.CheckConstraint("kind IN ('labels', 'envelopes', 'letters')", name="ck_print_run_kind"),
        sa.CheckConstraint(
            "state IN ('preparing', 'ready', 'printing', 'done', 'stopped', 'failed')",
            name="ck_print_run_state",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_print_run"),
        schema="kernel",
    )
    op.create_table(
        "print_item",
        _identity(),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), server_default=empty, nullable=False),
        sa.Column("reason", sa.Text(), server_default=empty, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["kernel.print_run.id"], name="fk_print_item_run_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_print_item_party_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["kernel.party.id"],
            name="fk_print_item_organisation_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["kernel.interaction.id"],
            name="fk_print_item_interaction_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_print_item"),
        schema="kernel",
    )


def _create_indexes() -> None:
    for table in ("label_format", "envelope_format", "letter_template"):
        op.create_index(f"uq_{table}_search_key", table, ["search_key"], unique=True, schema="kernel")
    for table in ("label_format", "envelope_format"):
        op.create_index(f"uq_{table}_code", table, ["code"], unique=True, schema="kernel")
    op.create_index("ix_print_run_user_id", "print_run", ["user_id", "id"], schema="kernel")
    op.create_index("ix_print_item_run_id", "print_item", ["run_id", "id"], schema="kernel")
    for column in ("party_id", "organisation_id", "interaction_id"):
        op.create_index(
            f"ix_print_item_{column}",
            "print_item",
            [column],
            schema="kernel",
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table, schema="kernel")
