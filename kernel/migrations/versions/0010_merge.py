"""Merging of parties, with what is needed to undo it; duplicates that were found.

The functions belong to the owner and read and write past row security (SECURITY DEFINER): a merge moves rows of plugins
that are paused, quarantined or gone, whose tables nobody else may write. They serve the system alone, and touch only
tables that hang on `kernel.party` by foreign keys.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("now()")

FUNCTIONS = """
CREATE FUNCTION kernel.merge_check(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT kernel.is_system() THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the kernel merges';
  END IF;
  IF NOT EXISTS (
    WITH RECURSIVE hanging(id) AS (
      SELECT 'kernel.party'::regclass::oid
      UNION
      SELECT k.conrelid FROM pg_constraint k JOIN hanging h ON k.confrelid = h.id WHERE k.contype = 'f'
    ) SELECT FROM hanging WHERE id = relation
  ) THEN
    RAISE insufficient_privilege USING MESSAGE = relation || ' does not hang on kernel.party';
  END IF;
END $$;

CREATE FUNCTION kernel.merge_columns(relation regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;

CREATE FUNCTION kernel.merge_key(relation regclass, alias text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT 'jsonb_build_object('
            || string_agg(format('%L, %s.%I', a.attname, alias, a.attname), ', ' ORDER BY p.place) || ')'
       FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY p(number, place)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number
      WHERE k.conrelid = relation AND k.contype = 'p'),
    format('to_jsonb(%s)', alias))
$$;

CREATE FUNCTION kernel.merge_condition(relation regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT string_agg(format('t.%1$I = r.%1$I', a.attname), ' AND ')
       FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey) p(number)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number
      WHERE k.conrelid = relation AND k.contype = 'p'),
    'to_jsonb(t) = to_jsonb(r)')
$$;

CREATE FUNCTION kernel.merge_rows(relation regclass, field name, held bigint[]) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM kernel.merge_check(relation);
  RETURN QUERY EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE t.%I = ANY ($1) ORDER BY %s',
    relation, field, kernel.merge_key(relation, 't')) USING held;
END $$;
COMMENT ON FUNCTION kernel.merge_rows(regclass, name, bigint[]) IS 'the rows that refer to a record, whole';

CREATE FUNCTION kernel.merge_count(relation regclass, field name, held bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  counted bigint;
BEGIN
  PERFORM kernel.merge_check(relation);
  EXECUTE format('SELECT count(*) FROM %s WHERE %I = $1', relation, field) INTO counted USING held;
  RETURN counted;
END $$;

CREATE FUNCTION kernel.merge_fetch(relation regclass, keys jsonb) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM kernel.merge_check(relation);
  RETURN QUERY EXECUTE format(
    'SELECT to_jsonb(t) FROM jsonb_populate_recordset(NULL::%1$s, $1) r JOIN %1$s t ON %2$s',
    relation, kernel.merge_condition(relation)) USING keys;
END $$;

CREATE FUNCTION kernel.merge_relink(relation regclass, field name, old bigint, new bigint, keys jsonb)
RETURNS SETOF jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM kernel.merge_check(relation);
  IF keys IS NULL THEN
    RETURN QUERY EXECUTE format('UPDATE %s t SET %2$I = $1 WHERE t.%2$I = $2 RETURNING %3$s',
      relation, field, kernel.merge_key(relation, 't')) USING new, old;
  ELSE
    RETURN QUERY EXECUTE format(
      'UPDATE %1$s t SET %2$I = $1 FROM jsonb_populate_recordset(NULL::%1$s, $3) r'
      ' WHERE %3$s AND t.%2$I = $2 RETURNING %4$s',
      relation, field, kernel.merge_condition(relation), kernel.merge_key(relation, 't')) USING new, old, keys;
  END IF;
END $$;
COMMENT ON FUNCTION kernel.merge_relink(regclass, name, bigint, bigint, jsonb) IS
  'leads references from one record to another, of all rows or of those with these keys; gives the keys';

CREATE FUNCTION kernel.merge_set(relation regclass, key jsonb, changes jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  settings text;
  changed bigint;
BEGIN
  PERFORM kernel.merge_check(relation);
  SELECT string_agg(format('%1$I = n.%1$I', attname), ', ') INTO settings FROM pg_attribute
   WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND changes ? attname;
  EXECUTE format(
    'UPDATE %1$s t SET %2$s'
    ' FROM jsonb_populate_record(NULL::%1$s, $1) r, jsonb_populate_record(NULL::%1$s, $2) n WHERE %3$s',
    relation, settings, kernel.merge_condition(relation)) USING key, changes;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $$;
COMMENT ON FUNCTION kernel.merge_set(regclass, jsonb, jsonb) IS 'writes these columns of one row';

CREATE FUNCTION kernel.merge_put(relation regclass, row_values jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM kernel.merge_check(relation);
  EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)',
    relation, kernel.merge_columns(relation)) USING row_values;
END $$;
COMMENT ON FUNCTION kernel.merge_put(regclass, jsonb) IS 'enters one row with the number that it has';

CREATE FUNCTION kernel.merge_drop(relation regclass, keys jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  dropped bigint;
BEGIN
  PERFORM kernel.merge_check(relation);
  EXECUTE format('DELETE FROM %1$s t USING jsonb_populate_recordset(NULL::%1$s, $1) r WHERE %2$s',
    relation, kernel.merge_condition(relation)) USING keys;
  GET DIAGNOSTICS dropped = ROW_COUNT;
  RETURN dropped;
END $$;
COMMENT ON FUNCTION kernel.merge_drop(regclass, jsonb) IS 'deletes the rows with these keys';

CREATE FUNCTION kernel.merge_rivals(rule regclass, row_values jsonb) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation regclass;
  predicate text;
  names text;
  same text;
BEGIN
  SELECT i.indrelid, coalesce(pg_get_expr(i.indpred, i.indrelid), 'true') INTO relation, predicate
    FROM pg_index i WHERE i.indexrelid = rule;
  PERFORM kernel.merge_check(relation);
  WITH part AS (
    SELECT n.place, pg_get_indexdef(rule, n.place::integer, true) AS expression,
           (SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname)
              FROM pg_constraint k JOIN pg_operator o ON o.oid = k.conexclop[n.place]
              JOIN pg_namespace s ON s.oid = o.oprnamespace
             WHERE k.conindid = rule AND k.contype = 'x') AS operator
      FROM pg_index i, generate_series(1, i.indnkeyatts) n(place) WHERE i.indexrelid = rule
  )
  SELECT string_agg(format('(%s) AS peyvand_%s', expression, place), ', '),
         string_agg(format('(%s) %s d.peyvand_%s', expression,
           coalesce(operator, CASE WHEN (SELECT indnullsnotdistinct FROM pg_index WHERE indexrelid = rule)
                                   THEN 'IS NOT DISTINCT FROM' ELSE '=' END), place), ' AND ')
    INTO names, same FROM part;
  RETURN QUERY EXECUTE format(
    'SELECT to_jsonb(t) FROM %1$s t CROSS JOIN (SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1) t) d'
    ' WHERE (%3$s) AND %4$s',
    relation, names, predicate, same) USING row_values;
END $$;
COMMENT ON FUNCTION kernel.merge_rivals(regclass, jsonb) IS
  'the rows that a unique index or an exclusion constraint sets against a row with these values';
"""

SIGNATURES = (
    "merge_rivals(regclass, jsonb)",
    "merge_drop(regclass, jsonb)",
    "merge_put(regclass, jsonb)",
    "merge_set(regclass, jsonb, jsonb)",
    "merge_relink(regclass, name, bigint, bigint, jsonb)",
    "merge_fetch(regclass, jsonb)",
    "merge_count(regclass, name, bigint)",
    "merge_rows(regclass, name, bigint[])",
    "merge_condition(regclass)",
    "merge_key(regclass, text)",
    "merge_columns(regclass)",
    "merge_check(regclass)",
)


def upgrade() -> None:
    """Create the tables of `kernel.parties.models.merging` and the functions of the owner."""
    op.create_table(
        "party_alias",
        sa.Column("old_id", sa.BigInteger, nullable=False),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("codes", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("merge_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("old_id", name="pk_party_alias"),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_party_alias_party_id", ondelete="CASCADE"
        ),
        schema="kernel",
    )
    op.create_index("ix_party_alias_party_id", "party_alias", ["party_id"], schema="kernel")
    op.create_index("ix_party_alias_codes", "party_alias", ["codes"], schema="kernel", postgresql_using="gin")
    op.create_table(
        "party_merge",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=False),
        sa.Column("kept_id", sa.BigInteger, nullable=False),
        sa.Column("dropped_id", sa.BigInteger, nullable=False),
        sa.Column("operations", sa.Text),
        sa.Column("counts", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("undone_at", INSTANT),
        sa.Column("undone_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_party_merge"),
        schema="kernel",
    )
    op.create_index("ix_party_merge_kept_id", "party_merge", ["kept_id", "id"], schema="kernel")
    op.create_table(
        "party_pair",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("first_id", sa.BigInteger, nullable=False),
        sa.Column("second_id", sa.BigInteger, nullable=False),
        sa.Column("score", sa.SmallInteger, nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("dismissed", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("scan_id", sa.BigInteger),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_party_pair"),
        sa.ForeignKeyConstraint(
            ["first_id"], ["kernel.party.id"], name="fk_party_pair_first_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["kernel.party.id"], name="fk_party_pair_second_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("first_id < second_id", name="ck_party_pair_order"),
        schema="kernel",
    )
    op.create_index("uq_party_pair", "party_pair", ["first_id", "second_id"], unique=True, schema="kernel")
    op.create_index("ix_party_pair_second_id", "party_pair", ["second_id"], schema="kernel")
    op.create_index("ix_party_pair_score", "party_pair", ["dismissed", "score", "id"], schema="kernel")
    op.create_table(
        "party_scan",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("started_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("step", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("pairs", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("common", postgresql.JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_party_scan"),
        schema="kernel",
    )
    op.execute(FUNCTIONS)


def downgrade() -> None:
    """Drop them again; used by developers only."""
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION kernel.{signature}")
    for table in ("party_scan", "party_pair", "party_merge", "party_alias"):
        op.drop_table(table, schema="kernel")
