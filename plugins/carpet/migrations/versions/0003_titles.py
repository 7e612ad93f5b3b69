"""Titles of disputes in ASCII digits, as serials stand elsewhere: pages write them in the digits of the reader."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("UPDATE carpet.dispute SET title = translate(title, '۰۱۲۳۴۵۶۷۸۹', '0123456789')")
