"""One-time codes as a second factor of signing in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

INSTANT = sa.DateTime(timezone=True)
KERNEL = "kernel"


def upgrade() -> None:
    """Create the tables of codes, of recovery codes and of who owes a code; say of each try what was tried."""
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factor"),
        _of_user("second_factor"),
        schema=KERNEL,
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        _of_user("recovery_code"),
        schema=KERNEL,
    )
    op.create_index("uq_recovery_code", "recovery_code", ["user_id", "code_hash"], unique=True, schema=KERNEL)
    op.create_table(
        "half_sign_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_half_sign_in"),
        _of_user("half_sign_in"),
        sa.UniqueConstraint("token_hash", name="uq_half_sign_in_token_hash"),
        schema=KERNEL,
    )
    op.create_index("ix_half_sign_in_user_id", "half_sign_in", ["user_id"], schema=KERNEL)
    op.add_column(
        "login_attempt",
        sa.Column("kind", sa.Text(), server_default=sa.text("'password'"), nullable=False),
        schema=KERNEL,
    )


def downgrade() -> None:
    """Drop them again; used by developers only."""
    op.drop_column("login_attempt", "kind", schema=KERNEL)
    for table in ("half_sign_in", "recovery_code", "second_factor"):
        op.drop_table(table, schema=KERNEL)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], [f"{KERNEL}.user_account.id"], name=f"fk_{table}_user_id", ondelete="CASCADE"
    )
