"""Rights in several scopes, and scopes of plugins."""

from __future__ import annotations

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Nothing yet: reserved."""


def downgrade() -> None:
    """Nothing yet: reserved."""
