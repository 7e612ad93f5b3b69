"""Base data, history, number series, notes, attachments, imports."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)


REFRESH_STATISTICS = """
CREATE FUNCTION kernel.refresh_statistics(tables text[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  grown regclass;
  done integer := 0;
BEGIN
  IF kernel.is_system() THEN
    FOR grown IN
      SELECT c.oid FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
       WHERE c.oid = ANY (tables::regclass[]) AND c.relkind = 'r' AND r.rolname = current_user
         AND pg_relation_size(c.oid) > 1.5 * c.relpages * current_setting('block_size')::bigint
    LOOP
      EXECUTE format('ANALYZE %s', grown);
      done := done + 1;
    END LOOP;
  END IF;
  RETURN done;
END $$;
COMMENT ON FUNCTION kernel.refresh_statistics(text[]) IS
  'lets the planner know of tables that have grown by half: a bulk command cannot wait for autovacuum';
"""


def _identity() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def upgrade() -> None:
    """Create the tables of `kernel.resources.models`."""
    op.create_table(
        "base_value",
        _identity(),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, server_default=sa.text("1000"), nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_base_value"),
        schema="kernel",
    )
    op.create_index(
        "uq_base_value_list_key", "base_value", ["list", "search_key"], unique=True, schema="kernel"
    )
    op.create_index("ix_base_value_list_position", "base_value", ["list", "position", "id"], schema="kernel")
    op.create_table(
        "history",
        _identity(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("root_id", sa.BigInteger, nullable=False),
        sa.Column("changes", postgresql.JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        schema="kernel",
    )
    op.create_index("ix_history_root", "history", ["root", "root_id", "id"], schema="kernel")
    op.create_index("ix_history_actor_at", "history", ["actor_id", "at"], schema="kernel")
    op.create_table(
        "number_series",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("period", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("last", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name="pk_number_series"),
        schema="kernel",
    )
    op.create_table(
        "note",
        _identity(),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("root_id", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        *_stamps(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        schema="kernel",
    )
    op.create_index("ix_note_root", "note", ["root", "root_id", "id"], schema="kernel")
    op.create_table(
        "attachment",
        _identity(),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("root_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        *_stamps(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        schema="kernel",
    )
    op.create_index("ix_attachment_root", "attachment", ["root", "root_id", "id"], schema="kernel")
    op.create_index("ix_attachment_content_hash", "attachment", ["content_hash"], schema="kernel")
    op.create_table(
        "import_run",
        _identity(),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'uploaded'"), nullable=False),
        sa.Column("mapping", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("options", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("total", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("checkpoint", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("created_count", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("skipped_count", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("refused_count", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("finished_at", INSTANT),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
        schema="kernel",
    )
    op.create_table(
        "import_row",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("outcome", sa.SmallInteger, nullable=False),
        sa.Column("record_id", sa.BigInteger),
        sa.Column("fingerprint", sa.Text),
        sa.Column("values", postgresql.JSONB),
        sa.Column("problems", postgresql.JSONB),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_import_row"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["kernel.import_run.id"], name="fk_import_row_run_id", ondelete="CASCADE"
        ),
        schema="kernel",
    )
    op.create_index(
        "ix_import_row_run_outcome", "import_row", ["run_id", "outcome", "number"], schema="kernel"
    )
    op.create_index("ix_import_row_fingerprint", "import_row", ["fingerprint"], schema="kernel")
    op.execute(REFRESH_STATISTICS)


def downgrade() -> None:
    """Drop them again; used by developers only."""
    op.execute("DROP FUNCTION kernel.refresh_statistics(text[])")
    for table in ("import_row", "import_run", "attachment", "note", "number_series", "history", "base_value"):
        op.drop_table(table, schema="kernel")
