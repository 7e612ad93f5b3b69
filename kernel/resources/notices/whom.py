"""Whom something is told that is nobody's own yet: those whose part it is to do the next step."""

from __future__ import annotations

from sqlalchemy import select

from kernel.access.actor import ALL
from kernel.access.models import AccessGrant, UserAccount, UserPattern
from kernel.resources.context import Context


def users_who_may(context: Context, resource: str, action: str) -> list[int]:
    """Give the active users who hold a right on all rows by their patterns; administrators where nobody does."""
    granted = (
        select(UserPattern.user_id)
        .join(AccessGrant, AccessGrant.pattern_id == UserPattern.pattern_id)
        .where(AccessGrant.resource == resource, AccessGrant.action == action, AccessGrant.scope == ALL)
    )
    active = select(UserAccount.id).where(UserAccount.active).order_by(UserAccount.id)
    with context.system("whom to tell") as system:
        found = system.session.execute(active.where(UserAccount.id.in_(granted))).scalars().all()
        return list(
            found or system.session.execute(active.where(UserAccount.is_administrator)).scalars().all()
        )
