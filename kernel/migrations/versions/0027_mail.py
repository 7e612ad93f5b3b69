"""Answers to mails, addresses that came back for good, approved templates, and which parties are sample data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

INSTANT = sa.DateTime(timezone=True)

EMPTY = """
CREATE OR REPLACE FUNCTION kernel.empty_message() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.address := NULL;
  NEW.subject := '';
  NEW.body := '';
  NEW.reason := '';
  NEW.answers := '';
  NEW.approved := NULL;
  IF NEW.state IN ('prepared', 'queued') THEN
    NEW.state := 'stopped';
    NEW.ended_at := now();
  END IF;
  UPDATE kernel.message_step s SET detail = '' WHERE s.message_id = NEW.id AND s.detail <> '';
  DELETE FROM kernel.attachment a WHERE a.root = 'kernel.message' AND a.root_id = NEW.id;
  RETURN NEW;
END $$;
"""
"""A message whose party is taken out keeps its figures, but neither address nor words nor files."""


def upgrade() -> None:
    """Add the columns and tables; what is there already keeps its meaning."""
    jsonb = postgresql.JSONB()
    empty = sa.text("''")
    op.add_column(
        "message", sa.Column("answers", sa.Text(), server_default=empty, nullable=False), schema="kernel"
    )
    op.add_column("message", sa.Column("approved", jsonb, nullable=True), schema="kernel")
    op.add_column(
        "inbound", sa.Column("thread", sa.Text(), server_default=empty, nullable=False), schema="kernel"
    )
    op.add_column(
        "message_template",
        sa.Column("approved", jsonb, server_default=sa.text("'{}'::jsonb"), nullable=False),
        schema="kernel",
    )
    op.add_column(
        "message_template",
        sa.Column("approved_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="kernel",
    )
    op.create_table(
        "dead_address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=empty, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("since", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["kernel.message.id"], name="fk_dead_address_message_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dead_address"),
        schema="kernel",
    )
    op.create_index(
        "uq_dead_address_address", "dead_address", ["channel", "address"], unique=True, schema="kernel"
    )
    op.create_index(
        "ix_dead_address_message_id",
        "dead_address",
        ["message_id"],
        schema="kernel",
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_table(
        "sample_party",
        sa.Column("party_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("party_id", name="pk_sample_party"),
        schema="kernel",
    )
    op.get_bind().exec_driver_sql(EMPTY)
