"""extension"""

from __future__ import annotations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of this part."""


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
