"""Users, patterns, grants, sign-in, audit; and the functions that every row policy asks.

The functions belong to the owner, read past row security (SECURITY DEFINER) and fix their search path. They
are one per kind of scope; a later kind of scope adds a function and changes none of these.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

KERNEL = "kernel"
INSTANT = sa.DateTime(timezone=True)

ACTOR_FUNCTIONS = """
CREATE FUNCTION kernel.me() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  token text := current_setting('peyvand.token', true);
  body text;
  key bytea;
BEGIN
  IF coalesce(token, '') = '' THEN
    RETURN NULL;
  END IF;
  body := split_part(token, '.', 1) || '.' || split_part(token, '.', 2);
  SELECT secret INTO key FROM kernel.signing_key WHERE id = 1;
  IF key IS NULL
     OR encode(sha256(key || sha256(key || convert_to(body, 'UTF8'))), 'hex') <> split_part(token, '.', 3)
     OR split_part(body, '.', 2)::bigint < extract(epoch FROM now()) THEN
    RAISE insufficient_privilege USING MESSAGE = 'the actor of this transaction is not signed';
  END IF;
  RETURN split_part(body, '.', 1)::bigint;
END $$;
COMMENT ON FUNCTION kernel.me() IS 'the actor of the transaction: a user, 0 for the system, NULL for nobody';

CREATE FUNCTION kernel.is_system() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(kernel.me() = 0, false);
END $$;
COMMENT ON FUNCTION kernel.is_system() IS 'whether the kernel itself is at work';

CREATE FUNCTION kernel.is_signed_in() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  actor bigint := kernel.me();
BEGIN
  RETURN coalesce(actor = 0, false)
      OR EXISTS (SELECT FROM kernel.user_account a WHERE a.id = actor AND a.active);
END $$;
COMMENT ON FUNCTION kernel.is_signed_in() IS 'whether there is an actor at all';

CREATE FUNCTION kernel.is_administrator() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  actor bigint := kernel.me();
BEGIN
  RETURN coalesce(actor = 0, false)
      OR EXISTS (SELECT FROM kernel.user_account a WHERE a.id = actor AND a.active AND a.is_administrator);
END $$;
COMMENT ON FUNCTION kernel.is_administrator() IS 'whether the actor may do everything';

CREATE FUNCTION kernel.shows_bin() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(current_setting('peyvand.bin', true), '') = 'shown' OR kernel.is_system();
END $$;
COMMENT ON FUNCTION kernel.shows_bin() IS 'whether the transaction sees binned rows';
"""

SCOPE_FUNCTIONS = """
CREATE FUNCTION kernel.holds(res text, act text, kind text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM kernel.user_account a
      JOIN kernel.user_pattern p ON p.user_id = a.id
      JOIN kernel.access_grant g ON g.pattern_id = p.pattern_id
     WHERE a.id = kernel.me() AND a.active AND g.resource = res AND g.action = act AND g.scope = kind);
END $$;
COMMENT ON FUNCTION kernel.holds(text, text, text) IS 'whether a pattern grants it with this scope';

CREATE FUNCTION kernel.sees_all(res text, act text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN kernel.is_administrator() OR kernel.holds(res, act, 'all');
END $$;
COMMENT ON FUNCTION kernel.sees_all(text, text) IS 'scope "all": no row is out of reach';

CREATE FUNCTION kernel.my_own(res text, act text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE WHEN kernel.holds(res, act, 'own') THEN kernel.me() END;
END $$;
COMMENT ON FUNCTION kernel.my_own(text, text) IS 'scope "own": the actor where he holds it, else NULL';
"""

REQUEST_FUNCTIONS = """
CREATE FUNCTION kernel.current_epoch() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT s.epoch FROM kernel.site_state s WHERE s.id = 1);
END $$;
COMMENT ON FUNCTION kernel.current_epoch() IS 'the number of the set of plugins that runs now';

CREATE FUNCTION kernel.signed_in_user(hash bytea, at timestamptz, idle interval)
RETURNS TABLE (session_id bigint, user_id bigint, username text, display_name text, is_administrator boolean,
               locale text, party_id bigint, grants text[], epoch bigint)
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
  epoch := kernel.current_epoch();
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION kernel.signed_in_user(bytea, timestamptz, interval)
  IS 'who holds the token with this SHA-256: account, grants and epoch in one round trip';
"""

LAST_ADMINISTRATOR = """
CREATE FUNCTION kernel.keep_an_administrator() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(TG_RELID::bigint);
  IF NOT EXISTS (SELECT FROM kernel.user_account a WHERE a.active AND a.is_administrator) THEN
    RAISE check_violation USING MESSAGE = 'a site keeps one active administrator',
                                CONSTRAINT = 'ck_user_account_last_administrator';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_an_administrator_changed AFTER UPDATE OF active, is_administrator ON kernel.user_account
  FOR EACH ROW WHEN (OLD.active AND OLD.is_administrator AND NOT (NEW.active AND NEW.is_administrator))
  EXECUTE FUNCTION kernel.keep_an_administrator();
CREATE TRIGGER keep_an_administrator_deleted AFTER DELETE ON kernel.user_account
  FOR EACH ROW WHEN (OLD.active AND OLD.is_administrator)
  EXECUTE FUNCTION kernel.keep_an_administrator();
"""

FUNCTIONS = (
    "keep_an_administrator()",
    "signed_in_user(bytea, timestamptz, interval)",
    "current_epoch()",
    "my_own(text, text)",
    "sees_all(text, text)",
    "holds(text, text, text)",
    "shows_bin()",
    "is_administrator()",
    "is_signed_in()",
    "is_system()",
    "me()",
)


def upgrade() -> None:
    """Create the tables of access, then the functions over them."""
    _create_accounts()
    _create_patterns()
    _create_sign_in()
    _create_audit()
    for part in (ACTOR_FUNCTIONS, SCOPE_FUNCTIONS, REQUEST_FUNCTIONS, LAST_ADMINISTRATOR):
        op.get_bind().exec_driver_sql(part)


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
    for trigger in ("keep_an_administrator_changed", "keep_an_administrator_deleted"):
        op.execute(f"DROP TRIGGER {trigger} ON kernel.user_account")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION kernel.{function}")
    for table in (
        "audit_entry",
        "login_attempt",
        "login_session",
        "user_pattern",
        "access_grant",
        "pattern",
        "user_password",
        "user_account",
        "signing_key",
    ):
        op.drop_table(table, schema=KERNEL)


def _identity() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True)


def _stamped() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )


def _reference(column: str, table: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{KERNEL}.{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def _create_accounts() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        schema=KERNEL,
    )
    op.execute("REVOKE ALL ON kernel.signing_key FROM PUBLIC")
    op.create_table(
        "user_account",
        _identity(),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("locale", sa.Text(), server_default=sa.text("'fa'"), nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        *_stamped(),
        sa.UniqueConstraint("username", name="uq_user_account_username"),
        schema=KERNEL,
    )
    op.create_index("ix_user_account_party_id", "user_account", ["party_id"], schema=KERNEL)
    op.create_table(
        "user_password",
        sa.Column("user_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        _reference("user_id", "user_password", "user_account"),
        schema=KERNEL,
    )


def _create_patterns() -> None:
    op.create_table(
        "pattern",
        _identity(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text()),
        *_stamped(),
        sa.UniqueConstraint("name", name="uq_pattern_name"),
        schema=KERNEL,
    )
    op.create_table(
        "access_grant",
        sa.Column("pattern_id", sa.BigInteger(), primary_key=True),
        sa.Column("resource", sa.Text(), primary_key=True),
        sa.Column("action", sa.Text(), primary_key=True),
        sa.Column("scope", sa.Text(), primary_key=True),
        _reference("pattern_id", "access_grant", "pattern"),
        schema=KERNEL,
    )
    op.create_table(
        "user_pattern",
        sa.Column("user_id", sa.BigInteger(), primary_key=True),
        sa.Column("pattern_id", sa.BigInteger(), primary_key=True),
        _reference("user_id", "user_pattern", "user_account"),
        _reference("pattern_id", "user_pattern", "pattern"),
        schema=KERNEL,
    )
    op.create_index("ix_user_pattern_pattern_id", "user_pattern", ["pattern_id"], schema=KERNEL)


def _create_sign_in() -> None:
    op.create_table(
        "login_session",
        _identity(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("agent", sa.Text(), server_default=sa.text("''"), nullable=False),
        _reference("user_id", "login_session", "user_account"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
        schema=KERNEL,
    )
    op.create_index("ix_login_session_user_id", "login_session", ["user_id"], schema=KERNEL)
    op.create_table(
        "login_attempt",
        _identity(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema=KERNEL,
    )
    op.create_index("ix_login_attempt_username_at", "login_attempt", ["username", "at"], schema=KERNEL)
    op.create_index("ix_login_attempt_address_at", "login_attempt", ["address", "at"], schema=KERNEL)


def _create_audit() -> None:
    op.create_table(
        "audit_entry",
        _identity(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text()),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("address", sa.Text()),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        schema=KERNEL,
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], schema=KERNEL)
    op.create_index("ix_audit_entry_actor_id_at", "audit_entry", ["actor_id", "at"], schema=KERNEL)
