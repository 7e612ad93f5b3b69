"""Lists by number that patients are told by SMS, and what the number then stands for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from kernel.api import Context
from plugins.medical.models import Proposal
from plugins.medical.wording import number_words

GOOD_FOR = timedelta(minutes=60)


def remember(
    system: Context, party_id: int, kind: str, options: Sequence[Any], service_id: int | None = None
) -> None:
    """Keep what the numbers of a list stand for; the list before counts no more."""
    forget(system, party_id)
    system.session.add(
        Proposal(
            party_id=party_id,
            kind=kind,
            service_id=service_id,
            options=list(options),
            until=system.now + GOOD_FOR,
        )
    )
    system.session.flush()


def forget(system: Context, party_id: int) -> None:
    """Let the list before count no more: something newer was asked."""
    system.session.execute(delete(Proposal).where(Proposal.party_id == party_id))


def chosen(system: Context, party_ids: Sequence[int], place: int) -> tuple[Proposal, Any] | None:
    """Give the last list that these people were told, locked, and what its number stands for; None where it has none."""
    statement = (
        select(Proposal)
        .where(Proposal.party_id.in_(list(party_ids)), Proposal.until >= system.now)
        .order_by(Proposal.until.desc(), Proposal.id.desc())
        .limit(1)
        .with_for_update()
    )
    proposal = system.session.execute(statement).scalar_one_or_none()
    if proposal is None or not 1 <= place <= len(proposal.options):
        return None
    return proposal, proposal.options[place - 1]


def numbered(system: Context, lines: Sequence[str]) -> list[str]:
    """Put numbers before lines."""
    return [f"{number_words(system, place)}) {line}" for place, line in enumerate(lines, start=1)]
