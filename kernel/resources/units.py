"""Units of the house as trades ask for them: their names, and who heads them."""

from __future__ import annotations

from sqlalchemy import select

from kernel.access.models import Unit, UserAccount
from kernel.resources.context import Context


def unit_names(context: Context) -> dict[int, str]:
    """Give the names of all units by id, in the order of their names: they are no secret among users."""
    statement = select(Unit.id, Unit.name).order_by(Unit.search_key, Unit.id)
    with context.system("names of units") as system:
        return {row[0]: row[1] for row in system.session.execute(statement)}


def unit_head(context: Context, unit_id: int) -> int | None:
    """Give the user who heads a unit; None where nobody does who may sign in, or the unit is gone."""
    statement = (
        select(Unit.head_id).join(UserAccount, UserAccount.id == Unit.head_id).where(Unit.id == unit_id)
    )
    with context.system("who heads a unit") as system:
        found: int | None = system.session.scalar(statement.where(UserAccount.active))
    return found


def head_of(context: Context, user_id: int) -> int | None:
    """Give the user who heads the unit of another: the nearest one above him, not himself; None where there is none.

    A head who may not sign in any more is passed over.
    """
    here = UserAccount.active.is_(True)
    units = select(Unit.id, Unit.parent_id, UserAccount.id.label("head_id")).outerjoin(
        UserAccount, (UserAccount.id == Unit.head_id) & here
    )
    with context.system("who heads a unit") as system:
        above: dict[int, tuple[int | None, int | None]] = {
            row.id: (row.parent_id, row.head_id) for row in system.session.execute(units)
        }
        place: int | None = system.session.scalar(
            select(UserAccount.unit_id).where(UserAccount.id == user_id)
        )
    seen: set[int] = set()
    while place is not None and place in above and place not in seen:
        seen.add(place)
        parent, head = above[place]
        if head is not None and head != user_id:
            return head
        place = parent
    return None


def is_active(context: Context, user_id: int) -> bool:
    """Say whether a user is there and may sign in."""
    with context.system("whether a user is still here") as system:
        wanted = select(UserAccount.id).where(UserAccount.id == user_id, UserAccount.active)
        return system.session.scalar(wanted) is not None
