"""Lines of gateways, and messages that came in."""

from __future__ import annotations

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Nothing yet: reserved."""


def downgrade() -> None:
    """Nothing yet: reserved."""
