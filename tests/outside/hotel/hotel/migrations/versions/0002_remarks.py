"""Remarks on stays, and a view of who is here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("stay", sa.Column("remarks", sa.Text), schema="hotel")
    op.execute(
        "CREATE VIEW hotel.present WITH (security_invoker = true) AS "
        "SELECT guest_id, room_id FROM hotel.stay WHERE current_date <@ daterange(arrival, departure)"
    )


def downgrade() -> None:
    op.execute("DROP VIEW hotel.present")
    op.drop_column("stay", "remarks", schema="hotel")
