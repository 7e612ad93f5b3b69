"""Wrong tries at open pages: numbers and codes that nobody has, counted for each page and house over all processes.

One row holds the count of the present window, so a flood of guesses makes no flood of rows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.access.models import WrongTry
from kernel.access.serving import Served, system_session

WINDOW = timedelta(minutes=1)
"""Within which wrong tries are counted; the first one opens it."""
KEPT = timedelta(days=1)
SHARED = 64
"""Bits of an IPv6 address that one house has for itself."""
LONGEST = 200


def house_of(address: str) -> str:
    """Give what stands for whoever has a network address: of IPv6 the part that one house has for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:LONGEST]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), SHARED), strict=False))


def count_of(session: Session, page: str, whence: str, now: datetime) -> int:
    """Give how many wrong tries a house made at a page in the present window; as the system."""
    wanted = select(WrongTry.count).where(
        WrongTry.page == page, WrongTry.whence == whence, WrongTry.since > now - WINDOW, WrongTry.since <= now
    )
    return session.execute(wanted).scalar_one_or_none() or 0


def enter(served: Served, page: str, whence: str) -> int:
    """Count a wrong try in a transaction of its own, whatever becomes of the request; give how many there are now."""
    now = served.clock().astimezone(UTC)
    first = insert(WrongTry).values(page=page, whence=whence, since=now, count=1)
    # A window "of the future" was opened before the clock was moved back.
    over = or_(WrongTry.since <= now - WINDOW, WrongTry.since > now)
    entering = first.on_conflict_do_update(
        index_elements=["page", "whence"],
        set_={
            "since": case((over, now), else_=WrongTry.since),
            "count": case((over, 1), else_=WrongTry.count + 1),
        },
    ).returning(WrongTry.count)
    with system_session(served, "a wrong try at an open page") as session:
        return session.execute(entering).scalar_one()


def forget(session: Session, now: datetime) -> None:
    """Delete the counts of long ago; called by a job, as the system."""
    session.execute(delete(WrongTry).where(WrongTry.since < now - KEPT))
