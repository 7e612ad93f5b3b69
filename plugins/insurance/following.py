"""What follows when a claim is written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.api import Context
from plugins.insurance.models import Claim
from plugins.insurance.telling import tell_claim_expert


def follow_claim(context: Context, ids: Sequence[int], action: str) -> None:
    """Tell the expert of a new claim."""
    if action != "created":
        return
    with context.system("who is in charge of new claims") as system:
        wanted = select(Claim).where(Claim.id.in_(list(ids)), Claim.expert_id.is_not(None))
        found = list(system.session.execute(wanted).scalars())
        for claim in found:
            tell_claim_expert(context, claim)
