"""Interactions: calls, visits, letters and what else happens with a party."""

from __future__ import annotations

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Nothing yet: reserved."""


def downgrade() -> None:
    """Nothing yet: reserved."""
