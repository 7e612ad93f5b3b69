"""Notices of the demonstration: its users have looked under the bell every day, but for the last few."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update

from kernel.resources.notices.models import Notice

if TYPE_CHECKING:
    from kernel.administration.demo.demo import Demo

UNREAD = 4
"""How many notices wait for each user at most."""
LATELY = timedelta(days=7)
"""None that is older waits."""


def read_notices(demo: Demo) -> None:
    """Mark notices as read soon after they were told, but for the newest of each user."""
    place = func.row_number().over(
        partition_by=Notice.user_id, order_by=(Notice.told_at.desc(), Notice.id.desc())
    )
    ranked = select(Notice.id, Notice.told_at, place.label("place")).subquery()
    with demo.runtime.system_work("demonstration", "demo.notices") as context:
        old = select(ranked.c.id).where(or_(ranked.c.place > UNREAD, ranked.c.told_at < context.now - LATELY))
        context.session.execute(
            update(Notice)
            .where(Notice.id.in_(old), Notice.read_at.is_(None))
            .values(read_at=Notice.told_at)
            .execution_options(synchronize_session=False)
        )
