"""From whom a message is: all parties that have its number or address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, union

from kernel.messages.inbound.words import BY_NUMBER
from kernel.parties.models import ContactPoint, Party
from kernel.resources.context import Context

NUMBERS, ADDRESSES = ("mobile", "phone", "fax"), ("email",)
"""Fields of a party, and kinds of contact details, that hold a number or an address."""
MOST = 50
"""Parties of one number; a number that more have is a switchboard."""


def parties_with(system: Context, channel: str, sender: str) -> list[int]:
    """Give the parties with a canonical number or address, the oldest first; the context acts for the system."""
    kinds = NUMBERS if channel in BY_NUMBER else ADDRESSES
    statements = [
        select(Party.id).where(getattr(Party, kind) == sender, Party.binned_at.is_(None)) for kind in kinds
    ]
    statements.append(
        select(ContactPoint.party_id)
        .join(Party, Party.id == ContactPoint.party_id)
        .where(ContactPoint.value == sender, ContactPoint.kind.in_(kinds), Party.binned_at.is_(None))
    )
    found = union(*statements).subquery()
    return list(system.session.execute(select(found.c.id).order_by(found.c.id).limit(MOST)).scalars())


def matched(system: Context, channel: str, sender: str) -> list[int]:
    """Give the parties of a sender; where the kernel finds none, plugins are asked."""
    found = parties_with(system, channel, sender)
    if found:
        return found
    answer = system.runtime.hooks.first("match_caller", ctx=system, number=sender)
    if answer is None or not isinstance(answer.value, int):
        return []
    known = select(Party.id).where(Party.id == answer.value, Party.binned_at.is_(None))
    return list(system.session.execute(known).scalars())


def owner_of(system: Context, parties: Sequence[int]) -> int | None:
    """Give who looks after the first of these parties."""
    if not parties:
        return None
    statement = select(Party.owner_id).where(Party.id == parties[0])
    return system.session.execute(statement).scalar_one_or_none()
