"""What is known of persons and organisations beyond their names: personal facts, consent."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Change nothing yet."""
