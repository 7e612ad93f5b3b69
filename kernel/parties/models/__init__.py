"""Parties and what belongs to them: contact points, addresses, employments, roles, groups, relations, merges."""

from kernel.parties.models.belongings import Address, ContactPoint, Employment
from kernel.parties.models.merging import PartyAlias, PartyMerge, PartyPair, PartyScan
from kernel.parties.models.party import ORGANISATION, PERSON, Party
from kernel.parties.models.relations import (
    Household,
    HouseholdMember,
    Relation,
    RelationHold,
    RelationKind,
)
from kernel.parties.models.segment import Segment
from kernel.parties.models.standing import PartyGroup, PartyGroupMember, PartyGroupUser, PartyRole

__all__ = (
    "ORGANISATION",
    "PERSON",
    "Address",
    "ContactPoint",
    "Employment",
    "Household",
    "HouseholdMember",
    "Party",
    "PartyAlias",
    "PartyGroup",
    "PartyGroupMember",
    "PartyGroupUser",
    "PartyMerge",
    "PartyPair",
    "PartyRole",
    "PartyScan",
    "Relation",
    "RelationHold",
    "RelationKind",
    "Segment",
)
