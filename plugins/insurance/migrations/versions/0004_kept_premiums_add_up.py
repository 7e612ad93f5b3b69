"""Nothing is given back beyond the premium, however the premium is corrected afterwards."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

RULE = "COALESCE(refund, 0) >= 0 AND premium_kept >= 0"


def upgrade() -> None:
    """Lift the premium of policies that gave back more than that: to what they gave back, of which nothing stays."""
    op.execute("UPDATE insurance.policy SET refund = NULL WHERE refund < 0")
    op.execute(
        "UPDATE insurance.policy SET premium = COALESCE(refund, 0) - endorsed,"
        " commission = CASE WHEN commission_percent IS NOT NULL THEN 0 END WHERE premium_kept < 0"
    )
    op.create_check_constraint("ck_policy_kept", "policy", RULE, schema="insurance")
