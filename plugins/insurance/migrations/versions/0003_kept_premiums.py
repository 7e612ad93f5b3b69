"""What stays of a premium once a cancelled policy gave a part of it back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    kept = sa.Computed("premium + endorsed - COALESCE(refund, 0)", persisted=True)
    op.add_column(
        "policy", sa.Column("premium_kept", sa.BigInteger, kept, nullable=False), schema="insurance"
    )
