"""Whose number or address it is: all parties that have it, and what plugins know where the kernel finds none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, union

from kernel.parties.models import ContactPoint, Party
from kernel.resources.context import Context

NUMBERS, ADDRESSES = ("mobile", "phone", "fax"), ("email",)
"""Fields of a party, and kinds of contact details, that hold a number or an address."""


def parties_with(
    context: Context, value: str, *, kinds: Sequence[str] = NUMBERS, most: int = 50
) -> list[int]:
    """Give the parties with a canonical number (E.164) or address, the oldest first, `most` at the most.

    Those in the bin are left out; the actor of the context sees the others.
    """
    fields = [
        select(Party.id).where(getattr(Party, kind) == value, Party.binned_at.is_(None)) for kind in kinds
    ]
    further = (
        select(ContactPoint.party_id)
        .join(Party, Party.id == ContactPoint.party_id)
        .where(ContactPoint.value == value, ContactPoint.kind.in_(kinds), Party.binned_at.is_(None))
    )
    found = union(*fields, further).subquery()
    return list(context.session.execute(select(found.c[0]).order_by(found.c[0]).limit(most)).scalars())


def callers(system: Context, value: str, *, kinds: Sequence[str] = NUMBERS, most: int = 50) -> list[int]:
    """Give the parties of a caller or sender; where the kernel finds none, plugins are asked (`match_caller`).

    The context acts for the system: who it is does not depend on who hears of it.
    """
    found = parties_with(system, value, kinds=kinds, most=most)
    if found:
        return found
    answer = system.runtime.hooks.first("match_caller", ctx=system, number=value)
    if answer is None or not isinstance(answer.value, int):
        return []
    known = select(Party.id).where(Party.id == answer.value, Party.binned_at.is_(None))
    return list(system.session.execute(known).scalars())
