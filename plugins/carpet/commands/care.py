"""What the jobs run."""

from __future__ import annotations

from kernel.api import Context, _, command
from plugins.carpet import guessing, points


@command(
    "carpet.forget_tries", _("Forget wrong tries of long ago"), resource="carpet.guarantee", action="edit"
)
def forget_tries(context: Context) -> int:
    """Delete wrong tries that no limit looks at any more; gives how many."""
    with context.system("wrong tries of long ago") as system:
        return guessing.forget(system)


@command(
    "carpet.settle_points",
    _("Give points that waited for the club"),
    resource="carpet.guarantee",
    action="edit",
)
def settle_points(context: Context) -> int:
    """Give and take points of registrations from when the club was paused; gives how many."""
    with context.system("points that waited for the club") as system:
        return points.settle_some(system)
