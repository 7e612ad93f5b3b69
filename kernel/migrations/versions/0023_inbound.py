"""Messages that came in, the ways in of lines, conversations by USSD."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("inbound", "inbound_party", "line_door", "inbound_batch", "ussd_session")

EMPTY = """
CREATE FUNCTION kernel.empty_inbound() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.sender := '';
  NEW.raw_sender := '';
  NEW.subject := '';
  NEW.raw_text := '';
  NEW.body := '';
  NEW.keyword := '';
  NEW.fingerprint := '';
  RETURN NEW;
END $$;
COMMENT ON FUNCTION kernel.empty_inbound()
  IS 'a received message whose party is taken out keeps neither sender nor words';
CREATE TRIGGER empty_inbound BEFORE UPDATE OF party_id ON kernel.inbound
FOR EACH ROW WHEN (OLD.party_id IS NOT NULL AND NEW.party_id IS NULL) EXECUTE FUNCTION kernel.empty_inbound();
"""


def upgrade() -> None:
    """Create the tables, and the trigger that empties messages whose party is taken out."""
    op.create_table(
        "inbound",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("both_ways", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reference", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("fingerprint", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("raw_sender", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("raw_text", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("keyword", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opted_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("state IN ('new', 'answered', 'done')", name="ck_inbound_state"),
        sa.CheckConstraint("way IN ('callback', 'poll', 'session')", name="ck_inbound_way"),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["kernel.message.id"], name="fk_inbound_answer_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["kernel.message_line.id"], name="fk_inbound_line_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_inbound_party_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        schema="kernel",
    )
    op.create_index(
        "ix_inbound_answer_id",
        "inbound",
        ["answer_id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("answer_id IS NOT NULL"),
    )
    op.create_index("ix_inbound_assignee_id", "inbound", ["assignee_id", "id"], unique=False, schema="kernel")
    op.create_index(
        "ix_inbound_fingerprint", "inbound", ["fingerprint", "created_at"], unique=False, schema="kernel"
    )
    op.create_index(
        "ix_inbound_party_id",
        "inbound",
        ["party_id", "id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("party_id IS NOT NULL"),
    )
    op.create_index("ix_inbound_sender", "inbound", ["channel", "sender"], unique=False, schema="kernel")
    op.create_index("ix_inbound_state", "inbound", ["state", "id"], unique=False, schema="kernel")
    op.create_index(
        "uq_inbound_reference",
        "inbound",
        ["line_id", "reference"],
        unique=True,
        schema="kernel",
        postgresql_where=sa.text("reference <> ''"),
    )
    op.create_table(
        "inbound_party",
        sa.Column("inbound_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["kernel.inbound.id"], name="fk_inbound_party_inbound_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_inbound_party_party_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inbound_id", "party_id", name="pk_inbound_party"),
        schema="kernel",
    )
    op.create_index("ix_inbound_party_party_id", "inbound_party", ["party_id"], unique=False, schema="kernel")
    op.create_table(
        "line_door",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("busy_until", INSTANT, nullable=True),
        sa.Column("came_at", INSTANT, nullable=True),
        sa.Column("trouble", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["kernel.message_line.id"], name="fk_line_door_line_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", name="pk_line_door"),
        schema="kernel",
    )
    op.create_index("uq_line_door_secret_hash", "line_door", ["secret_hash"], unique=True, schema="kernel")
    op.create_table(
        "inbound_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["kernel.message_line.id"], name="fk_inbound_batch_line_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_batch"),
        schema="kernel",
    )
    op.create_index("ix_inbound_batch_line_id", "inbound_batch", ["line_id"], unique=False, schema="kernel")
    op.create_table(
        "ussd_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inputs", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column(
            "notes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("said", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("steps", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["kernel.message_line.id"], name="fk_ussd_session_line_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_ussd_session_party_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ussd_session"),
        schema="kernel",
    )
    op.create_index("ix_ussd_session_at", "ussd_session", ["at"], unique=False, schema="kernel")
    op.create_index(
        "ix_ussd_session_party_id",
        "ussd_session",
        ["party_id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("party_id IS NOT NULL"),
    )
    op.create_index("uq_ussd_session_key", "ussd_session", ["line_id", "key"], unique=True, schema="kernel")
    op.get_bind().exec_driver_sql(EMPTY)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table, schema="kernel")
    op.execute("DROP FUNCTION kernel.empty_inbound()")
