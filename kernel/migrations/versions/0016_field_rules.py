"""Rules for fields in access patterns, told to the session together with what a user reaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KERNEL = "kernel"

FIELDS = """
CREATE FUNCTION kernel.field_rules_of(who bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH held AS (
    SELECT p.pattern_id, g.resource,
           bool_or(g.action = 'view') AS sees, bool_or(g.action IN ('create', 'edit')) AS writes
      FROM kernel.user_pattern p JOIN kernel.access_grant g ON g.pattern_id = p.pattern_id
     WHERE p.user_id = who AND g.action IN ('view', 'create', 'edit')
     GROUP BY p.pattern_id, g.resource
  ), ruled AS (
    SELECT f.resource, f.field, array_agg(f.pattern_id) AS patterns,
           (array_agg(f.rule ORDER BY array_position(ARRAY['read_only', 'masked', 'hidden'], f.rule)))[1] AS mildest
      FROM kernel.pattern_field f JOIN held h ON h.pattern_id = f.pattern_id AND h.resource = f.resource
     GROUP BY f.resource, f.field
  ), judged AS (
    SELECT r.resource, r.field, r.mildest,
           bool_or(h.writes AND h.pattern_id <> ALL (r.patterns)) AS written_freely,
           bool_or(h.sees AND h.pattern_id <> ALL (r.patterns)) AS seen_freely
      FROM ruled r JOIN held h ON h.resource = r.resource
     GROUP BY r.resource, r.field, r.mildest
  )
  SELECT jsonb_agg(jsonb_build_array(resource, field, CASE WHEN seen_freely THEN 'read_only' ELSE mildest END))
    FROM judged WHERE NOT (written_freely AND (seen_freely OR NOT EXISTS (
           SELECT FROM held h WHERE h.resource = judged.resource AND h.sees)))
$$;
COMMENT ON FUNCTION kernel.field_rules_of(bigint)
  IS 'the rules for fields that bind a user: the mildest of several patterns, none where one grants without a rule';
REVOKE ALL ON FUNCTION kernel.field_rules_of(bigint) FROM PUBLIC;

ALTER FUNCTION kernel.reach_of(bigint) RENAME TO rows_reached_by;
CREATE FUNCTION kernel.reach_of(who bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT kernel.rows_reached_by(who) || jsonb_build_object('fields', kernel.field_rules_of(who))
$$;
COMMENT ON FUNCTION kernel.reach_of(bigint)
  IS 'what a user reaches by the scopes team and location, and the rules for fields, for the session';
REVOKE ALL ON FUNCTION kernel.reach_of(bigint) FROM PUBLIC;
"""


def upgrade() -> None:
    """Create the table of rules, and put them into what the session is told about a user."""
    op.create_table(
        "pattern_field",
        sa.Column("pattern_id", sa.BigInteger(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pattern_id", "resource", "field", name="pk_pattern_field"),
        sa.ForeignKeyConstraint(
            ["pattern_id"], ["kernel.pattern.id"], name="fk_pattern_field_pattern_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("rule IN ('read_only', 'masked', 'hidden')", name=op.f("ck_pattern_field_rule")),
        schema=KERNEL,
    )
    op.get_bind().exec_driver_sql(FIELDS)


def downgrade() -> None:
    """Take the rules away."""
    op.get_bind().exec_driver_sql(
        "DROP FUNCTION kernel.reach_of(bigint);"
        " ALTER FUNCTION kernel.rows_reached_by(bigint) RENAME TO reach_of;"
        " DROP FUNCTION kernel.field_rules_of(bigint)"
    )
    op.drop_table("pattern_field", schema=KERNEL)
