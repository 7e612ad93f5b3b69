"""Units of the house with heads, and places that patterns reach; the scopes `team` and `location` over them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KERNEL = "kernel"
INSTANT = sa.DateTime(timezone=True)

TEAM = """
CREATE FUNCTION kernel.team_of(who bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE beneath AS (
    SELECT u.id FROM kernel.unit u WHERE u.head_id = who
    UNION
    SELECT u.id FROM kernel.unit u JOIN beneath b ON u.parent_id = b.id
  ), mine AS (
    SELECT id FROM beneath
    UNION
    SELECT a.unit_id FROM kernel.user_account a WHERE a.id = who AND a.unit_id IS NOT NULL
  )
  SELECT array_agg(DISTINCT member ORDER BY member) FROM (
    SELECT who
    UNION ALL
    SELECT a.id FROM kernel.user_account a JOIN mine m ON a.unit_id = m.id
    UNION ALL
    SELECT u.head_id FROM kernel.unit u JOIN beneath b ON u.id = b.id WHERE u.head_id IS NOT NULL
  ) AS found (member)
$$;
COMMENT ON FUNCTION kernel.team_of(bigint)
  IS 'a user, the members of the user''s unit, and those of all units beneath one that the user heads';

CREATE FUNCTION kernel.my_team(res text, act text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE WHEN kernel.holds(res, act, 'team') THEN kernel.team_of(kernel.me()) END;
END $$;
COMMENT ON FUNCTION kernel.my_team(text, text) IS 'scope "team": the users whose records the actor reaches, else NULL';
"""

PLACES = """
CREATE FUNCTION kernel.my_places(res text, act text, kind text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (
    SELECT array_agg(DISTINCT l.place_id)
      FROM kernel.user_account a
      JOIN kernel.user_pattern p ON p.user_id = a.id
      JOIN kernel.access_grant g ON g.pattern_id = p.pattern_id
      JOIN kernel.pattern_place l ON l.pattern_id = p.pattern_id
     WHERE a.id = kernel.me() AND a.active AND l.kind = my_places.kind
       AND g.resource = res AND g.action = act AND g.scope = 'location');
END $$;
COMMENT ON FUNCTION kernel.my_places(text, text, text)
  IS 'scope "location": the places of one kind in the patterns that grant it so, else NULL';
"""
ONE_KIND = """
CREATE FUNCTION kernel.my_{plural}(res text, act text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN kernel.my_places(res, act, '{kind}');
END $$;
"""
KINDS = {"province": "provinces", "city": "cities", "district": "districts"}

REACH = """
CREATE FUNCTION kernel.reach_of(who bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'team', CASE WHEN EXISTS (
        SELECT FROM kernel.user_pattern p JOIN kernel.access_grant g ON g.pattern_id = p.pattern_id
         WHERE p.user_id = who AND g.scope = 'team')
      THEN to_jsonb(kernel.team_of(who)) END,
    'places', (
      SELECT jsonb_agg(jsonb_build_object(
        'rights', (SELECT jsonb_agg(jsonb_build_array(g.resource, g.action))
                     FROM kernel.access_grant g WHERE g.pattern_id = p.pattern_id AND g.scope = 'location'),
        'places', (SELECT jsonb_object_agg(kind, ids) FROM (
                     SELECT l.kind, jsonb_agg(l.place_id ORDER BY l.place_id) AS ids
                       FROM kernel.pattern_place l WHERE l.pattern_id = p.pattern_id GROUP BY l.kind) AS each)))
      FROM kernel.user_pattern p
      WHERE p.user_id = who
        AND EXISTS (SELECT FROM kernel.access_grant g WHERE g.pattern_id = p.pattern_id AND g.scope = 'location')
        AND EXISTS (SELECT FROM kernel.pattern_place l WHERE l.pattern_id = p.pattern_id)))
$$;
COMMENT ON FUNCTION kernel.reach_of(bigint) IS 'what a user reaches by the scopes team and location, for the session';
REVOKE ALL ON FUNCTION kernel.reach_of(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.team_of(bigint) FROM PUBLIC;

CREATE FUNCTION kernel.told_reach_of(who bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT kernel.is_system()
     AND NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'kernel.unit'::regclass), 'MEMBER')
  THEN
    RAISE insufficient_privilege USING MESSAGE = 'only the kernel asks what another user reaches';
  END IF;
  RETURN kernel.reach_of(who);
END $$;
COMMENT ON FUNCTION kernel.told_reach_of(bigint) IS 'reach_of, for the system and the owner';
"""

SIGNED_IN = """
DROP FUNCTION kernel.signed_in_user(bytea, timestamptz, interval);
CREATE FUNCTION kernel.signed_in_user(hash bytea, at timestamptz, idle interval)
RETURNS TABLE (session_id bigint, user_id bigint, username text, display_name text, is_administrator boolean,
               locale text, party_id bigint, grants text[], reach jsonb, epoch bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  seen timestamptz;
BEGIN
  SELECT s.id, a.id, a.username, a.display_name, a.is_administrator, a.locale, a.party_id, s.seen_at
    INTO session_id, user_id, username, display_name, is_administrator, locale, party_id, seen
    FROM kernel.login_session s JOIN kernel.user_account a ON a.id = s.user_id
   WHERE s.token_hash = hash AND s.ended_at IS NULL AND a.active
     AND s.expires_at > at AND s.seen_at > at - idle;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF seen < at - interval '1 minute' THEN
    UPDATE kernel.login_session s SET seen_at = at WHERE s.id = session_id;
  END IF;
  grants := (SELECT array_agg(DISTINCT ARRAY[g.resource, g.action, g.scope])
               FROM kernel.user_pattern p JOIN kernel.access_grant g ON g.pattern_id = p.pattern_id
              WHERE p.user_id = signed_in_user.user_id);
  reach := kernel.reach_of(signed_in_user.user_id);
  epoch := kernel.current_epoch();
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION kernel.signed_in_user(bytea, timestamptz, interval)
  IS 'who holds the token with this SHA-256: account, grants, reach and epoch in one round trip';
"""

NO_CIRCLE = """
CREATE FUNCTION kernel.keep_units_a_tree() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(TG_RELID::bigint);
  IF EXISTS (
    WITH RECURSIVE above AS (
      SELECT NEW.parent_id AS id
      UNION
      SELECT u.parent_id FROM kernel.unit u JOIN above b ON u.id = b.id
    )
    SELECT FROM above WHERE id = NEW.id) THEN
    RAISE check_violation USING MESSAGE = 'a unit stands beneath itself', CONSTRAINT = 'ck_unit_tree';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_units_a_tree AFTER INSERT OR UPDATE OF parent_id ON kernel.unit
  FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION kernel.keep_units_a_tree();
"""


def upgrade() -> None:
    """Create units and the places of patterns, and the functions that the walls ask."""
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("head_id", sa.BigInteger()),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.ForeignKeyConstraint(["parent_id"], ["kernel.unit.id"], name="fk_unit_parent_id"),
        sa.ForeignKeyConstraint(
            ["head_id"], ["kernel.user_account.id"], name="fk_unit_head_id", ondelete="SET NULL"
        ),
        sa.UniqueConstraint("search_key", name="uq_unit_search_key"),
        schema=KERNEL,
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], schema=KERNEL)
    op.create_index("ix_unit_head_id", "unit", ["head_id"], schema=KERNEL)
    op.add_column("user_account", sa.Column("unit_id", sa.BigInteger()), schema=KERNEL)
    op.create_foreign_key(
        "fk_user_account_unit_id",
        "user_account",
        "unit",
        ["unit_id"],
        ["id"],
        source_schema=KERNEL,
        referent_schema=KERNEL,
    )
    op.create_index("ix_user_account_unit_id", "user_account", ["unit_id"], schema=KERNEL)
    op.create_table(
        "pattern_place",
        sa.Column("pattern_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pattern_id", "kind", "place_id", name="pk_pattern_place"),
        sa.ForeignKeyConstraint(
            ["pattern_id"], ["kernel.pattern.id"], name="fk_pattern_place_pattern_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("kind IN ('province', 'city', 'district')", name=op.f("ck_pattern_place_kind")),
        schema=KERNEL,
    )
    for part in (TEAM, PLACES, *_of_each_kind(), REACH, SIGNED_IN, NO_CIRCLE):
        op.get_bind().exec_driver_sql(part)


def downgrade() -> None:
    """There is no way back: the function that knows a session's user was replaced."""
    raise NotImplementedError("restore a backup of before instead")


def _of_each_kind() -> list[str]:
    return [ONE_KIND.format(kind=kind, plural=plural) for kind, plural in KINDS.items()]
