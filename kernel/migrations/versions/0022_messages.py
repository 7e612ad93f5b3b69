"""The outbox: templates, sendings, messages to single recipients."""

from __future__ import annotations

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Nothing yet: reserved."""


def downgrade() -> None:
    """Nothing yet: reserved."""
