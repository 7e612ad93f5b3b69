"""Parties and what belongs to them: contact points, addresses, employments, roles, groups, merges."""

from kernel.parties.models.belongings import Address, ContactPoint, Employment
from kernel.parties.models.merging import PartyAlias, PartyMerge, PartyPair, PartyScan
from kernel.parties.models.party import ORGANISATION, PERSON, Party
from kernel.parties.models.segment import Segment
from kernel.parties.models.standing import PartyGroup, PartyGroupMember, PartyGroupUser, PartyRole

__all__ = (
    "ORGANISATION",
    "PERSON",
    "Address",
    "ContactPoint",
    "Employment",
    "Party",
    "PartyAlias",
    "PartyGroup",
    "PartyGroupMember",
    "PartyGroupUser",
    "PartyMerge",
    "PartyPair",
    "PartyRole",
    "PartyScan",
    "Segment",
)
