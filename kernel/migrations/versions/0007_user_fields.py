"""Fields that an administrator defines, their values in parties, and the guard of unique values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.data.user_values import add_user_values, drop_user_values

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)

KEEP_KEYS = """
CREATE FUNCTION kernel.keep_user_value_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  held jsonb;
  each record;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.user_values = NEW.user_values
     AND to_jsonb(OLD) ->> 'binned_at' IS NOT DISTINCT FROM to_jsonb(NEW) ->> 'binned_at' THEN
    RETURN NULL;
  END IF;
  -- Shared: whoever makes a field unique takes the lock alone, so that he sees every value, or it sees his field.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('user_values:' || TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 0));
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM kernel.user_value_key k
     WHERE k.subject = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME AND k.record_id = OLD.id;
  END IF;
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) ->> 'binned_at' IS NOT NULL THEN
    RETURN NULL;
  END IF;
  FOR each IN
    SELECT f.id, f.key FROM kernel.user_field f
     WHERE f.subject = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME AND f.unique_values AND f.retired_at IS NULL
     ORDER BY f.id
  LOOP
    held := NEW.user_values -> each.key;
    IF held IS NOT NULL THEN
      BEGIN
        INSERT INTO kernel.user_value_key (field_id, digest, subject, record_id)
        VALUES (each.id, sha256(convert_to(held::text, 'UTF8')), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, NEW.id);
      EXCEPTION WHEN unique_violation THEN
        RAISE unique_violation USING MESSAGE = 'another record has this value',
                                     CONSTRAINT = 'uq_user_value_' || each.key;
      END;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION kernel.keep_user_value_keys() IS
  'lets the database refuse a second record with the same value of a unique field that an administrator defined';
"""


def _flag(name: str, default: str = "false") -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, server_default=sa.text(default), nullable=False)


def upgrade() -> None:
    """Create the tables of `kernel.resources.user_fields.models`, and let parties hold values."""
    op.create_table(
        "user_field",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("resources", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("parameters", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text),
        sa.Column("help", sa.Text),
        sa.Column("section", sa.Text),
        sa.Column("position", sa.Integer, server_default=sa.text("1000"), nullable=False),
        sa.Column("default_value", postgresql.JSONB),
        *(_flag(name) for name in ("required", "unique_values", "private", "sensitive", "searchable")),
        _flag("in_list", "true"),
        _flag("in_columns"),
        _flag("filterable", "true"),
        _flag("quick_filter"),
        sa.Column("retired_at", INSTANT),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_field"),
        schema="kernel",
    )
    op.create_index("uq_user_field_key", "user_field", ["key"], unique=True, schema="kernel")
    op.create_index("ix_user_field_subject", "user_field", ["subject", "position", "id"], schema="kernel")
    op.create_table(
        "user_value_key",
        sa.Column("field_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("field_id", "digest", name="pk_user_value_key"),
        sa.ForeignKeyConstraint(
            ["field_id"], ["kernel.user_field.id"], name="fk_user_value_key_field_id", ondelete="CASCADE"
        ),
        schema="kernel",
    )
    op.create_index("ix_user_value_key_record", "user_value_key", ["subject", "record_id"], schema="kernel")
    op.execute(KEEP_KEYS)
    add_user_values(op, "kernel", "party")


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
    drop_user_values(op, "kernel", "party")
    op.execute("DROP FUNCTION kernel.keep_user_value_keys()")
    op.drop_table("user_value_key", schema="kernel")
    op.drop_table("user_field", schema="kernel")
