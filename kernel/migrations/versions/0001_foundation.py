"""foundation"""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables of this part."""


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
