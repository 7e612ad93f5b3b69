"""Tokens of other programs, what they were answered, and addresses that are told of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"

KERNEL = "kernel"
INSTANT = sa.DateTime(timezone=True)
WHO = """
CREATE FUNCTION kernel.api_token_user(hash bytea, at timestamptz)
RETURNS TABLE (token_id bigint, rights jsonb, used_at timestamptz, used_from text, user_id bigint,
               display_name text, is_administrator boolean, locale text, grants text[], reach jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT t.id, t.rights, t.used_at, t.used_from, a.id, a.display_name, a.is_administrator, a.locale
    INTO token_id, rights, used_at, used_from, user_id, display_name, is_administrator, locale
    FROM kernel.api_token t JOIN kernel.user_account a ON a.id = t.user_id
   WHERE t.token_hash = hash AND t.revoked_at IS NULL AND t.expires_at > at AND a.active;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  grants := (SELECT array_agg(DISTINCT ARRAY[g.resource, g.action, g.scope])
               FROM kernel.user_pattern p JOIN kernel.access_grant g ON g.pattern_id = p.pattern_id
              WHERE p.user_id = api_token_user.user_id);
  reach := kernel.reach_of(api_token_user.user_id);
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION kernel.api_token_user(bytea, timestamptz)
  IS 'who holds the API token with this SHA-256: account, grants and reach in one round trip';
"""


def upgrade() -> None:
    """Create the tables, and the function by which a token is looked up."""
    _tokens()
    _webhooks()
    op.get_bind().exec_driver_sql(WHO.replace("%", "%%"))


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def _empty(column: str) -> sa.Column[str]:
    return sa.Column(column, sa.Text(), server_default=sa.text("''"), nullable=False)


def _cascade(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{KERNEL}.{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def _tokens() -> None:
    op.create_table(
        "api_token",
        _id(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("rights", postgresql.JSONB()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        _empty("used_from"),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        _cascade("api_token", "user_id", "user_account"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        schema=KERNEL,
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id", "id"], schema=KERNEL)
    op.create_table(
        "api_answer",
        _id(),
        sa.Column("token_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB()),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_answer"),
        _cascade("api_answer", "token_id", "api_token"),
        schema=KERNEL,
    )
    op.create_index("uq_api_answer_key", "api_answer", ["token_id", "key"], unique=True, schema=KERNEL)
    op.create_index("ix_api_answer_at", "api_answer", ["at"], schema=KERNEL)


def _webhooks() -> None:
    op.create_table(
        "webhook",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(), nullable=False),
        sa.Column("actions", postgresql.JSONB(), nullable=False),
        sa.Column("events", postgresql.JSONB(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("former_secret", sa.Text()),
        sa.Column("former_until", INSTANT),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("given_up_at", INSTANT),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        _cascade("webhook", "user_id", "user_account"),
        schema=KERNEL,
    )
    op.create_index("ix_webhook_user_id", "webhook", ["user_id"], schema=KERNEL)
    op.create_table(
        "webhook_delivery",
        _id(),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'due'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("sent", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
        _cascade("webhook_delivery", "webhook_id", "webhook"),
        sa.CheckConstraint(
            "state IN ('due', 'done', 'given_up', 'withheld')", name=op.f("ck_webhook_delivery_state")
        ),
        schema=KERNEL,
    )
    op.create_index(
        "ix_webhook_delivery_open",
        "webhook_delivery",
        ["webhook_id", "id"],
        schema=KERNEL,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index("ix_webhook_delivery_webhook_id", "webhook_delivery", ["webhook_id", "id"], schema=KERNEL)
    op.create_index("ix_webhook_delivery_ended_at", "webhook_delivery", ["ended_at"], schema=KERNEL)
    op.create_table(
        "webhook_attempt",
        _id(),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("status", sa.Integer()),
        _empty("excerpt"),
        _empty("error"),
        sa.Column("took", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempt"),
        _cascade("webhook_attempt", "delivery_id", "webhook_delivery"),
        schema=KERNEL,
    )
    op.create_index("ix_webhook_attempt_delivery_id", "webhook_attempt", ["delivery_id", "id"], schema=KERNEL)


def downgrade() -> None:
    """There is no way back: tokens and what was told would be lost."""
    raise NotImplementedError("restore a backup of before instead")
