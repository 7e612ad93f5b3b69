"""The edition of a site with its additions and term, and its branding: one row each, so that a backup holds them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)
NOTHING = sa.text("'{}'::jsonb")

LATEST_DAY = """
CREATE FUNCTION kernel.latest_day() RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT e.latest_day FROM kernel.site_edition e WHERE e.id = 1);
END $$;
COMMENT ON FUNCTION kernel.latest_day() IS 'the latest day on which the site was at work, for terms that end';
"""


def upgrade() -> None:
    """Create both rows; the name of the edition moves from `kernel.site_state`."""
    op.create_table(
        "site_edition",
        sa.Column("id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("applied", postgresql.JSONB, server_default=NOTHING, nullable=False),
        sa.Column("pending", postgresql.JSONB, server_default=NOTHING, nullable=False),
        sa.Column("additions", postgresql.JSONB, server_default=NOTHING, nullable=False),
        sa.Column("started_on", sa.Date),
        sa.Column("term_until", sa.Date),
        sa.Column("grace_days", sa.SmallInteger, server_default=sa.text("7"), nullable=False),
        sa.Column("latest_day", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_site_edition"),
        sa.CheckConstraint("id = 1", name="ck_site_edition_single"),
        schema="kernel",
    )
    op.create_table(
        "branding",
        sa.Column("id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, server_default="", nullable=False),
        sa.Column("slogan", sa.Text, server_default="", nullable=False),
        sa.Column("slogan_note", sa.Text, server_default="", nullable=False),
        sa.Column("accent", sa.Text, server_default="", nullable=False),
        sa.Column("logo", sa.LargeBinary),
        sa.Column("logo_kind", sa.Text),
        sa.Column("icon", sa.LargeBinary),
        sa.Column("icon_kind", sa.Text),
        sa.Column("changed_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_branding"),
        sa.CheckConstraint("id = 1", name="ck_branding_single"),
        schema="kernel",
    )
    op.execute("INSERT INTO kernel.site_edition (id, name) SELECT 1, edition FROM kernel.site_state")
    op.execute("INSERT INTO kernel.branding (id) VALUES (1)")
    op.drop_column("site_state", "edition", schema="kernel")
    op.get_bind().exec_driver_sql(LATEST_DAY)
