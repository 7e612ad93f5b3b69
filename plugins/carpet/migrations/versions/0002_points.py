"""Points of the club that registered carpets give, so that they can be given later and taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = "carpet"


def upgrade() -> None:
    op.create_table(
        "reward",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("guarantee_id", sa.BigInteger, nullable=False),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("whose", sa.Text, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'due'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reward"),
        sa.ForeignKeyConstraint(
            ["guarantee_id"],
            ["carpet.guarantee.id"],
            name="fk_reward_guarantee_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_reward_party_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("whose IN ('buyer', 'dealer')", name="ck_reward_whose"),
        sa.CheckConstraint("state IN ('due', 'given', 'none', 'back', 'returned')", name="ck_reward_state"),
        sa.CheckConstraint("points > 0", name="ck_reward_points"),
        schema=SCHEMA,
    )
    for name, columns, unique, where in (
        ("uq_reward_guarantee_id", ["guarantee_id", "whose"], True, "state IN ('due', 'given')"),
        ("ix_reward_guarantee_id", ["guarantee_id", "id"], False, None),
        ("ix_reward_party_id", ["party_id", "id"], False, None),
        ("ix_reward_state", ["party_id", "id"], False, "state IN ('due', 'back')"),
    ):
        op.create_index(
            name,
            "reward",
            columns,
            unique=unique,
            schema=SCHEMA,
            postgresql_where=sa.text(where) if where else None,
        )
