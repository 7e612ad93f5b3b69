"""On whose behalf background work is done: a user, with the rights that he has now, as his own pages would have them."""

from __future__ import annotations

from kernel.access.actor import Actor, load_actor
from kernel.access.deputies import personal
from kernel.resources.context import Context


def acting_user(context: Context, user_id: int) -> Actor:
    """Load an active user with what he has as a deputy today; the context acts for the system. Raises `LookupError`."""
    return load_actor(
        context.session, user_id, today=context.today, records=personal(context.runtime.policies)
    )
