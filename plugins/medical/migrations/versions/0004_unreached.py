"""Those in line who cannot be told of a free time by SMS."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("waiting", sa.Column("unreached_at", sa.DateTime(timezone=True)), schema="medical")
