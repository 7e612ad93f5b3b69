"""Runs of jobs, and events that nobody could take."""

from __future__ import annotations

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Nothing yet: reserved."""


def downgrade() -> None:
    """Nothing yet: reserved."""
