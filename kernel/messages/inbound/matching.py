"""From whom a message is: all parties that have its number or address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.messages.inbound.words import BY_NUMBER
from kernel.parties.callers import ADDRESSES, NUMBERS, callers, parties_with
from kernel.parties.models import Party
from kernel.resources.context import Context


def senders_known(system: Context, channel: str, sender: str) -> list[int]:
    """Give the parties with a canonical number or address, the oldest first; the context acts for the system."""
    return parties_with(system, sender, kinds=_kinds(channel))


def matched(system: Context, channel: str, sender: str) -> list[int]:
    """Give the parties of a sender; where the kernel finds none, plugins are asked."""
    return callers(system, sender, kinds=_kinds(channel))


def _kinds(channel: str) -> tuple[str, ...]:
    return NUMBERS if channel in BY_NUMBER else ADDRESSES


def owner_of(system: Context, parties: Sequence[int]) -> int | None:
    """Give who looks after the first of these parties."""
    if not parties:
        return None
    statement = select(Party.owner_id).where(Party.id == parties[0])
    return system.session.execute(statement).scalar_one_or_none()
