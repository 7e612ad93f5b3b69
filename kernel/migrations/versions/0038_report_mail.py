"""Saved reports that are sent by e-mail by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"

TABLE = "report_schedule"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("view_id", sa.BigInteger, nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("every", sa.Text, nullable=False),
        sa.Column("weekday", sa.SmallInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("month_day", sa.SmallInteger, server_default=sa.text("1"), nullable=False),
        sa.Column("at", sa.Time, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        _list("receivers"),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        _list("runs"),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}"))
            for name, rule in (
                ("every", "every IN ('day', 'week', 'month')"),
                ("format", "format IN ('pdf', 'xlsx')"),
                ("weekday", "weekday BETWEEN 0 AND 6"),
                ("month_day", "month_day BETWEEN 0 AND 29"),
            )
        ),
        _link("view_id", "saved_view"),
        _link("owner_id", "user_account"),
        schema="kernel",
    )
    for column in ("owner_id", "view_id"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column], schema="kernel")


def downgrade() -> None:
    """Take it away again; used by developers only."""
    op.drop_table(TABLE, schema="kernel")


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB, server_default=sa.text("'[]'"), nullable=False)


def _link(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"kernel.{target}.id"], name=f"fk_{TABLE}_{column}", ondelete="CASCADE"
    )
