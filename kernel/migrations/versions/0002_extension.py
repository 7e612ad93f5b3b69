"""Plugins of the site: state and epoch, steps, failures, settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
CLOCK = sa.text("clock_timestamp()")
EMPTY = sa.text("'{}'::jsonb")

READ_ONLY = ("site_state", "plugin", "plugin_failure", "plugin_step")


def upgrade() -> None:
    op.create_table(
        "site_state",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default=sa.text("1")),
        sa.Column("edition", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_site_state"),
        sa.CheckConstraint("id = 1", name=op.f("ck_site_state_single")),
        schema="kernel",
    )
    op.execute("INSERT INTO kernel.site_state (id) VALUES (1)")
    op.create_table(
        "plugin",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("requires", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("walls", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("installed_at", INSTANT, nullable=False, server_default=NOW),
        sa.Column("changed_at", INSTANT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("name", name="pk_plugin"),
        sa.CheckConstraint("state IN ('enabled', 'paused', 'quarantined')", name=op.f("ck_plugin_state")),
        schema="kernel",
    )
    op.create_table(
        "plugin_step",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=CLOCK),
        sa.Column("actor_id", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("actor_name", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("from_version", sa.Text),
        sa.Column("to_version", sa.Text),
        sa.Column("counts", JSONB, nullable=False, server_default=EMPTY),
        sa.Column("archive", sa.Text),
        sa.Column("archive_hash", sa.Text),
        sa.Column("details", JSONB, nullable=False, server_default=EMPTY),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_step"),
        schema="kernel",
    )
    op.create_index("ix_plugin_step_plugin", "plugin_step", ["plugin", "id"], schema="kernel")
    op.create_table(
        "plugin_failure",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("hook", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False, server_default=CLOCK),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("trace", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_failure"),
        schema="kernel",
    )
    op.create_index("ix_plugin_failure_plugin_at", "plugin_failure", ["plugin", "at"], schema="kernel")
    op.create_table(
        "setting",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", JSONB, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False, server_default=NOW),
        sa.Column("updated_by", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
        schema="kernel",
    )
    op.execute(RAISE_EPOCH)
    op.execute(RECORD_FAILURE)
    for table in READ_ONLY:
        op.execute(TAKE_BACK.format(table=table))


def downgrade() -> None:
    op.execute("DROP FUNCTION kernel.record_plugin_failure(text, text, text, text)")
    op.execute("DROP FUNCTION kernel.raise_epoch()")
    for table in ("setting", "plugin_failure", "plugin_step", "plugin", "site_state"):
        op.drop_table(table, schema="kernel")


RAISE_EPOCH = """
CREATE FUNCTION kernel.raise_epoch() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ UPDATE kernel.site_state SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch $$
"""

# The application may report that a plugin failed; whether that takes the plugin out is decided here, by the
# site's settings, so that no statement of the application can write the state of a plugin.
RECORD_FAILURE = """
CREATE FUNCTION kernel.record_plugin_failure(failed text, hook text, error text, trace text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most integer := coalesce((SELECT (value #>> '{}')::integer FROM kernel.setting
                              WHERE key = 'extension.quarantine_failures'), 10);
    minutes integer := coalesce((SELECT (value #>> '{}')::integer FROM kernel.setting
                                 WHERE key = 'extension.quarantine_minutes'), 10);
    known kernel.plugin;
    recent integer;
BEGIN
    SELECT * INTO known FROM kernel.plugin WHERE name = failed FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM kernel.plugin_failure f WHERE f.plugin = failed AND f.at < now() - interval '30 days';
    INSERT INTO kernel.plugin_failure (plugin, hook, error, trace) VALUES (failed, hook, error, trace);
    SELECT count(*) INTO recent FROM kernel.plugin_failure f
    WHERE f.plugin = failed AND f.at > known.changed_at AND f.at > now() - make_interval(mins => minutes);
    IF known.state <> 'enabled' OR recent < most THEN
        RETURN false;
    END IF;
    UPDATE kernel.plugin SET state = 'quarantined', reason = error, changed_at = clock_timestamp()
    WHERE name = failed;
    INSERT INTO kernel.plugin_step (plugin, action, from_state, to_state, from_version, to_version, details)
    VALUES (failed, 'quarantine', 'enabled', 'quarantined', known.version, known.version,
            jsonb_build_object('hook', hook, 'error', error, 'failures', recent));
    PERFORM kernel.raise_epoch();
    RETURN true;
END
$$
"""

# Default privileges give the application all of every new table; here it only reads. Its role's name is not
# known to a migration, so privileges are taken from whoever holds them besides the owner.
TAKE_BACK = """
DO $$
DECLARE
    holder text;
BEGIN
    FOR holder IN
        SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = 'kernel.{table}'::regclass AND a.grantee NOT IN (c.relowner, 0)
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON kernel.{table} FROM %s', holder);
    END LOOP;
END
$$
"""
