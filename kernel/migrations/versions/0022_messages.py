"""The outbox: templates, sendings, messages to single recipients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "message_kind",
    "message_template",
    "snippet",
    "message_line",
    "sending",
    "message",
    "message_step",
    "opt_out",
)

EMPTY = """
CREATE FUNCTION kernel.empty_message() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.address := NULL;
  NEW.subject := '';
  NEW.body := '';
  NEW.reason := '';
  IF NEW.state IN ('prepared', 'queued') THEN
    NEW.state := 'stopped';
    NEW.ended_at := now();
  END IF;
  UPDATE kernel.message_step s SET detail = '' WHERE s.message_id = NEW.id AND s.detail <> '';
  RETURN NEW;
END $$;
COMMENT ON FUNCTION kernel.empty_message()
  IS 'a message whose party is taken out keeps its figures, but neither address nor words';
CREATE TRIGGER empty_message BEFORE UPDATE OF party_id ON kernel.message
FOR EACH ROW WHEN (OLD.party_id IS NOT NULL AND NEW.party_id IS NULL) EXECUTE FUNCTION kernel.empty_message();
"""


def upgrade() -> None:
    """Create the tables, and the trigger that empties messages whose party is taken out."""
    op.create_table(
        "message_kind",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("advertising", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_kind"),
        schema="kernel",
    )
    op.create_index("uq_message_kind_code", "message_kind", ["code"], unique=True, schema="kernel")
    op.create_index(
        "uq_message_kind_search_key", "message_kind", ["search_key"], unique=True, schema="kernel"
    )
    op.create_table(
        "message_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("'sms'"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("'fa'"), nullable=False),
        sa.Column("kind_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("language IN ('fa', 'en')", name="ck_message_template_language"),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["kernel.message_kind.id"], name="fk_message_template_kind_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_template"),
        schema="kernel",
    )
    op.create_index(
        "ix_message_template_kind_id", "message_template", ["kind_id"], unique=False, schema="kernel"
    )
    op.create_index(
        "uq_message_template_code", "message_template", ["code", "language"], unique=True, schema="kernel"
    )
    op.create_index(
        "uq_message_template_search_key",
        "message_template",
        ["search_key", "channel", "language"],
        unique=True,
        schema="kernel",
    )
    op.create_table(
        "snippet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snippet"),
        schema="kernel",
    )
    op.create_index("uq_snippet_search_key", "snippet", ["search_key"], unique=True, schema="kernel")
    op.create_table(
        "message_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'both'"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("100"), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "secrets",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("price", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("price_latin", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("busy_until", INSTANT, nullable=True),
        sa.Column("busy_by", sa.BigInteger(), nullable=True),
        sa.Column("wanted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("rests_until", INSTANT, nullable=True),
        sa.Column("refusals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("trouble", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("kind IN ('service', 'advertising', 'both')", name="ck_message_line_kind"),
        sa.CheckConstraint("rate > 0", name="ck_message_line_rate"),
        sa.PrimaryKeyConstraint("id", name="pk_message_line"),
        schema="kernel",
    )
    op.create_index(
        "ix_message_line_channel",
        "message_line",
        ["channel", "position", "id"],
        unique=False,
        schema="kernel",
    )
    op.create_table(
        "sending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("kind_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("'fa'"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'preparing'"), nullable=False),
        sa.Column("trouble", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("hidden", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("planned_at", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "state IN ('preparing', 'ready', 'planned', 'running', 'paused', 'done', 'stopped', 'failed')",
            name="ck_sending_state",
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["kernel.message_kind.id"], name="fk_sending_kind_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sending"),
        schema="kernel",
    )
    op.create_index("ix_sending_kind_id", "sending", ["kind_id"], unique=False, schema="kernel")
    op.create_index(
        "ix_sending_open",
        "sending",
        ["state", "planned_at"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("state IN ('planned', 'running')"),
    )
    op.create_index("ix_sending_sender_id", "sending", ["sender_id", "id"], unique=False, schema="kernel")
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("sending_id", sa.BigInteger(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("sender_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("kind_id", sa.BigInteger(), nullable=False),
        sa.Column("advertising", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("bulk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("parts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("price", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "passed", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'::bigint[]"), nullable=False
        ),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("ask_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('prepared', 'left_out', 'queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'stopped')",
            name="ck_message_state",
        ),
        sa.CheckConstraint("client_id > 0 AND client_id < 4611686018427387904", name="ck_message_client_id"),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["kernel.message_kind.id"], name="fk_message_kind_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["kernel.message_line.id"], name="fk_message_line_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_message_party_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["kernel.sending.id"], name="fk_message_sending_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        schema="kernel",
    )
    op.create_index(
        "ix_message_asked",
        "message",
        ["line_id", "ask_at"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("state IN ('sent', 'unknown') AND ask_at IS NOT NULL"),
    )
    op.create_index("ix_message_kind_id", "message", ["kind_id", "created_at"], unique=False, schema="kernel")
    op.create_index(
        "ix_message_leased",
        "message",
        ["leased_until"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_message_occasion", "message", ["purpose", "occasion", "party_id"], unique=False, schema="kernel"
    )
    op.create_index(
        "ix_message_party_id",
        "message",
        ["party_id", "id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("party_id IS NOT NULL"),
    )
    op.create_index(
        "ix_message_queued",
        "message",
        ["channel", "bulk", "id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_message_reference",
        "message",
        ["line_id", "reference"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("reference <> ''"),
    )
    op.create_index("ix_message_sender_id", "message", ["sender_id", "id"], unique=False, schema="kernel")
    op.create_index(
        "ix_message_sending_id", "message", ["sending_id", "state", "id"], unique=False, schema="kernel"
    )
    op.create_index("ix_message_state", "message", ["state", "id"], unique=False, schema="kernel")
    op.create_index("uq_message_client_id", "message", ["client_id"], unique=True, schema="kernel")
    op.create_index(
        "uq_message_occasion",
        "message",
        ["channel", "address", "purpose", "occasion"],
        unique=True,
        schema="kernel",
        postgresql_where=sa.text("state <> 'left_out'"),
    )
    op.create_table(
        "message_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["kernel.message.id"], name="fk_message_step_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_step"),
        schema="kernel",
    )
    op.create_index(
        "ix_message_step_message_id", "message_step", ["message_id", "id"], unique=False, schema="kernel"
    )
    op.create_table(
        "opt_out",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("'sms'"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("'office'"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("since", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["kernel.message_kind.id"], name="fk_opt_out_kind_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opt_out"),
        schema="kernel",
    )
    op.create_index(
        "ix_opt_out_kind_id",
        "opt_out",
        ["kind_id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("kind_id IS NOT NULL"),
    )
    op.create_index(
        "uq_opt_out_address",
        "opt_out",
        ["channel", "address", "kind_id"],
        unique=True,
        schema="kernel",
        postgresql_nulls_not_distinct=True,
    )
    # ### end Alembic commands ###
    op.get_bind().exec_driver_sql(EMPTY)


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table, schema="kernel")
    op.execute("DROP FUNCTION kernel.empty_message()")
