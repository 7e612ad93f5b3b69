"""Where the numbers of merged parties lead. Chains are flat: an alias always names a party that is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from kernel.extension.traces import Forwarding, register_forwarding
from kernel.parties.models import PartyAlias
from kernel.resources.context import Context

register_forwarding(
    Forwarding(table="kernel.party", moved="SELECT old_id, party_id AS new_id FROM kernel.party_alias")
)


def survivor_of(context: Context, party_id: int) -> int:
    """Give the party into which another was merged; the number itself where it was not."""
    with context.system("where a merged record went") as system:
        statement = select(PartyAlias.party_id).where(PartyAlias.old_id == party_id)
        return system.session.execute(statement).scalar_one_or_none() or party_id


def bearers(session: Session, wanted: Mapping[str, Collection[Any]]) -> list[tuple[str, Any, int]]:
    """Give attribute, value and party for each of the wanted codes that a party has from one merged into it."""
    codes = [{name: value} for name, values in wanted.items() for value in values if value]
    if not codes:
        return []
    statement = select(PartyAlias.codes, PartyAlias.party_id).where(
        PartyAlias.codes.contains(any_(literal(codes, ARRAY(JSONB))))
    )
    return [
        (name, value, party_id)
        for held, party_id in session.execute(statement)
        for name, value in held.items()
        if value in wanted.get(name, ())
    ]


def former(system: Context, wanted: Mapping[str, Collection[Any]]) -> list[tuple[str, Any, int]]:
    """Answer `Resource.former` for parties."""
    return bearers(system.session, wanted)
