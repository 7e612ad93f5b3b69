"""Family offers: the insured whose spouse or children have no policy of a line, from relations and marital data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kernel.api import Bond, Context, Party, PersonFamily, relation_kind_ids, relations_of
from plugins.insurance.models import InsuredPerson, Policy
from plugins.insurance.phones import seen_phone
from plugins.insurance.words import STANDING

MOST = 200
LOOKED_AT = 2000
"""Holders that are looked at: those of the latest policies."""
SPOUSE, PARENT = "spouse", "parent"


@dataclass(frozen=True)
class Member:
    """A member of the family: what he is to the holder."""

    id: int
    name: str
    word: str


@dataclass(frozen=True)
class Offer:
    """A holder with those of the family who have no policy of the line."""

    party_id: int
    name: str
    phone: str | None
    married: bool
    """Whether he is married and no spouse is recorded: ask for the name."""
    members: Sequence[Member]


def offers(context: Context, line: str) -> list[Offer]:
    """Give the holders of standing policies whose family lacks a line; what the actor does not see is not told."""
    holders = _holders(context)
    if not holders:
        return []
    kinds = relation_kind_ids(context, (SPOUSE, PARENT))
    bonds = _family(context, list(holders), kinds)
    people = {bond.other_id for found in bonds.values() for bond in found}
    covered = covered_by(context, people, line)
    married = _married(context, list(holders))
    found = []
    for number, (name, phone) in holders.items():
        family = bonds.get(number, [])
        members = [
            Member(bond.other_id, bond.other, bond.word) for bond in family if bond.other_id not in covered
        ]
        spouse_known = any(bond.kind_id == kinds.get(SPOUSE) for bond in family)
        alone = number in married and not spouse_known
        if members or alone:
            found.append(Offer(number, name, phone, alone, members))
    return found[:MOST]


def _holders(context: Context) -> dict[int, tuple[str, str | None]]:
    latest = (
        select(Policy.holder_id, Party.display_name, seen_phone(context))
        .join(Party, Party.id == Policy.holder_id)
        .where(Policy.state.in_(STANDING), Party.kind == "person")
        .order_by(Policy.id.desc())
        .limit(LOOKED_AT)
    )
    return {row[0]: (row[1], row[2]) for row in context.session.execute(latest)}


def _family(context: Context, party_ids: Sequence[int], kinds: Mapping[str, int]) -> dict[int, list[Bond]]:
    """Give spouse and children of each holder, as they are today."""
    spouse, parent = kinds.get(SPOUSE), kinds.get(PARENT)
    return {
        number: [
            bond
            for bond in bonds
            if bond.holds_on(context.today)
            and (bond.kind_id == spouse or (bond.kind_id == parent and not bond.other_first))
        ]
        for number, bonds in relations_of(context, party_ids).items()
    }


def covered_by(context: Context, people: set[int], line: str) -> set[int]:
    """Give those of some persons who hold a standing policy of a line, or are insured by one."""
    ids = sorted(people)
    standing = (Policy.line == line, Policy.state.in_(STANDING), Policy.binned_at.is_(None))
    with context.system("who has a policy of a line") as system:
        held = select(Policy.holder_id).where(Policy.holder_id.in_(ids), *standing)
        insured = (
            select(InsuredPerson.party_id)
            .join(Policy, Policy.id == InsuredPerson.policy_id)
            .where(InsuredPerson.party_id.in_(ids), *standing)
        )
        return {*system.session.execute(held).scalars(), *system.session.execute(insured).scalars()}


def _married(context: Context, party_ids: Sequence[int]) -> set[int]:
    """Give those who are married, as far as the actor may know marital data."""
    if not context.may("party_family", "view"):
        return set()
    wanted = select(PersonFamily.party_id).where(
        PersonFamily.party_id.in_(list(party_ids)), PersonFamily.status == "married"
    )
    return set(context.session.execute(wanted).scalars())
