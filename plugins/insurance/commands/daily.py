"""What the hourly job runs. It may be repeated at any time."""

from __future__ import annotations

from kernel.api import Context, _, command
from plugins.insurance import billing, keeping


@command(
    "insurance.keep_states",
    _("Bring the states of policies to the present hour"),
    resource="insurance.policy",
    action="edit",
)
def keep_states(context: Context) -> int:
    """Let policies begin, end and lapse, and put those that end soon on the renewal board; gives how many changed."""
    with context.system("time goes by") as system:
        changed = keeping.keep_states(system)
        if billing.runs(context):
            changed += billing.follow_all(system)
        return changed
