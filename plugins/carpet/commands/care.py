"""What the nightly job runs."""

from __future__ import annotations

from kernel.api import Context, _, command
from plugins.carpet import guessing


@command(
    "carpet.forget_tries", _("Forget wrong tries of long ago"), resource="carpet.guarantee", action="edit"
)
def forget_tries(context: Context) -> int:
    """Delete wrong tries that no limit looks at any more; gives how many."""
    with context.system("wrong tries of long ago") as system:
        return guessing.forget(system)
