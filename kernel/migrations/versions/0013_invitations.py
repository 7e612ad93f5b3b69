"""Invitations and links for forgotten passwords; the e-mail address of a user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

INSTANT = sa.DateTime(timezone=True)
KERNEL = "kernel"
OPEN = sa.text("used_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    """Add the address to users, and the table of links by which they set a password."""
    op.add_column("user_account", sa.Column("email", sa.Text()), schema=KERNEL)
    op.create_index("uq_user_account_email", "user_account", ["email"], unique=True, schema=KERNEL)
    op.create_table(
        "password_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary()),
        sa.Column("request_key", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("delivery", sa.Text(), server_default=sa.text("'by_hand'"), nullable=False),
        sa.Column("failure", sa.Text()),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name="ck_password_link_purpose"),
        sa.CheckConstraint(
            "delivery IN ('asked', 'by_hand', 'sending', 'sent', 'failed', 'unknown')",
            name="ck_password_link_delivery",
        ),
        sa.CheckConstraint("(delivery = 'asked') = (token_hash IS NULL)", name="ck_password_link_token"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            [f"{KERNEL}.user_account.id"],
            name="fk_password_link_user_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("token_hash", name="uq_password_link_token_hash"),
        sa.UniqueConstraint("request_key", name="uq_password_link_request_key"),
        schema=KERNEL,
    )
    op.create_index(
        "uq_password_link_open",
        "password_link",
        ["user_id"],
        unique=True,
        schema=KERNEL,
        postgresql_where=OPEN,
    )
    op.create_index("ix_password_link_user_id", "password_link", ["user_id", "id"], schema=KERNEL)
