"""What hangs on records, for deletions; retention and erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

HANGING = """
CREATE FUNCTION kernel.hanging_beneath(relation regclass, spots tid[], above regclass[])
RETURNS TABLE (schema text, name text, field text, direct boolean, total bigint, binned bigint, ids bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  key record;
  beneath tid[];
BEGIN
  FOR key IN
    SELECT k.conrelid::regclass AS child, k.confdeltype AS rule, n.nspname AS schema, c.relname AS name,
           (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1]) AS field,
           (SELECT string_agg(format('c.%I = p.%I', a.attname, b.attname), ' AND ')
              FROM unnest(k.conkey, k.confkey) u(x, y)
              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.x
              JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.y) AS joined,
           EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = k.conrelid AND a.attname = 'binned_at' AND NOT a.attisdropped) AS has_bin,
           EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = k.conrelid AND a.attname = 'id' AND a.atttypid = 'bigint'::regtype) AS has_id
      FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = relation AND k.confdeltype IN ('a', 'r', 'c')
     ORDER BY 3, 4, 5
  LOOP
    schema := key.schema; name := key.name; field := key.field; direct := cardinality(above) = 0;
    IF key.rule <> 'c' THEN
      EXECUTE format('SELECT count(*), %s, %s FROM %s p JOIN %s c ON %s WHERE p.ctid = ANY ($1)%s',
                     CASE WHEN key.has_bin THEN 'count(c.binned_at)' ELSE '0::bigint' END,
                     CASE WHEN key.has_id THEN 'array_agg(c.id)' ELSE 'NULL::bigint[]' END,
                     relation, key.child, key.joined,
                     CASE WHEN key.child = relation THEN ' AND c.ctid <> ALL ($1)' ELSE '' END)
        INTO total, binned, ids USING spots;
      IF total > 0 THEN
        RETURN NEXT;
      END IF;
    ELSIF key.child <> relation AND key.child <> ALL (above)
      AND EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = key.child) THEN
      EXECUTE format('SELECT array_agg(c.ctid) FROM %s p JOIN %s c ON %s WHERE p.ctid = ANY ($1)',
                     relation, key.child, key.joined)
        INTO beneath USING spots;
      IF beneath IS NOT NULL THEN
        RETURN QUERY SELECT * FROM kernel.hanging_beneath(key.child, beneath, above || relation);
      END IF;
    END IF;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION kernel.hanging_beneath(regclass, tid[], regclass[]) FROM PUBLIC;

CREATE FUNCTION kernel.hanging_on(relation regclass, held bigint[])
RETURNS TABLE (schema text, name text, field text, direct boolean, total bigint, binned bigint, ids bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  spots tid[];
BEGIN
  IF NOT kernel.is_system() THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the kernel asks what hangs on a record';
  END IF;
  EXECUTE format('SELECT array_agg(r.ctid) FROM %s r WHERE r.id = ANY ($1)', relation) INTO spots USING held;
  RETURN QUERY SELECT * FROM kernel.hanging_beneath(relation, spots, ARRAY[]::regclass[]);
END $$;
COMMENT ON FUNCTION kernel.hanging_on(regclass, bigint[])
  IS 'rows that forbid deleting these records, or what would be deleted along: by table and column';
"""

REDACT = """
CREATE FUNCTION kernel.redact_history(numbers bigint[], erasure bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  done bigint;
BEGIN
  IF NOT kernel.is_system() THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the kernel takes values out of the history';
  END IF;
  IF NOT EXISTS (SELECT FROM kernel.erasure e WHERE e.id = erasure)
     OR EXISTS (SELECT FROM kernel.audit_entry a
                 WHERE a.what = 'party.erase' AND a.detail->>'erasure' = erasure::text) THEN
    RAISE insufficient_privilege USING MESSAGE = 'there is no such erasure under way';
  END IF;
  INSERT INTO kernel.redaction (history_id, erasure_id, digest)
  SELECT h.id, erasure, encode(sha256(convert_to(coalesce(h.salt::text, '') || h.changes::text, 'UTF8')), 'hex')
    FROM kernel.history h
   WHERE h.id = ANY (numbers) AND NOT EXISTS (SELECT FROM kernel.redaction r WHERE r.history_id = h.id);
  GET DIAGNOSTICS done = ROW_COUNT;
  UPDATE kernel.history h SET salt = NULL, changes = (
    SELECT coalesce(jsonb_object_agg(c.key, CASE jsonb_typeof(c.value)
             WHEN 'array' THEN (
               SELECT coalesce(jsonb_agg(CASE WHEN v.value = 'null' THEN v.value ELSE '"•••"' END ORDER BY v.place), '[]')
                 FROM jsonb_array_elements(c.value) WITH ORDINALITY v(value, place))
             ELSE '["•••"]' END), '{}')
      FROM jsonb_each(h.changes) c)
   WHERE h.id = ANY (numbers);
  RETURN done;
END $$;
COMMENT ON FUNCTION kernel.redact_history(bigint[], bigint)
  IS 'takes the values out of entries of the history for an erasure; what the seals need of them is kept as a hash';
"""


def upgrade() -> None:
    """Create the functions, what is remembered of erasures, and the salt by which a kept hash tells nothing."""
    op.get_bind().exec_driver_sql(HANGING.replace("%", "%%"))
    op.add_column(
        "history",
        sa.Column("salt", postgresql.UUID(), server_default=sa.text("gen_random_uuid()")),
        schema="kernel",
    )
    # Seals made before know the values themselves instead of their hash: the chain begins anew.
    op.execute("DELETE FROM kernel.seal")
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        schema="kernel",
    )
    op.create_index("ix_erasure_party_id", "erasure", ["party_id"], schema="kernel")
    op.create_table(
        "redaction",
        sa.Column("history_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("erasure_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("history_id", name="pk_redaction"),
        sa.ForeignKeyConstraint(["erasure_id"], ["kernel.erasure.id"], name="fk_redaction_erasure_id"),
        schema="kernel",
    )
    op.create_index("ix_redaction_erasure_id", "redaction", ["erasure_id"], schema="kernel")
    op.get_bind().exec_driver_sql(REDACT)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION kernel.redact_history(bigint[], bigint)")
    op.drop_table("redaction", schema="kernel")
    op.drop_table("erasure", schema="kernel")
    op.drop_column("history", "salt", schema="kernel")
    op.execute("DROP FUNCTION kernel.hanging_on(regclass, bigint[])")
    op.execute("DROP FUNCTION kernel.hanging_beneath(regclass, tid[], regclass[])")
