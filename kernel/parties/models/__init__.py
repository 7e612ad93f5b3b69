"""Parties and what belongs to them: contact points, addresses, posts, roles, groups, facts, relations, merges."""

from kernel.parties.models.belongings import Address, ContactPoint, Employment
from kernel.parties.models.merging import PartyAlias, PartyMerge, PartyPair, PartyScan
from kernel.parties.models.party import ORGANISATION, PERSON, Party
from kernel.parties.models.personal import (
    Consent,
    PartyFacts,
    PartyState,
    PersonDiet,
    PersonFaith,
    PersonFamily,
    PersonHealth,
    WithheldFacts,
)
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
    "Consent",
    "ContactPoint",
    "Employment",
    "Household",
    "HouseholdMember",
    "Party",
    "PartyAlias",
    "PartyFacts",
    "PartyGroup",
    "PartyGroupMember",
    "PartyGroupUser",
    "PartyMerge",
    "PartyPair",
    "PartyRole",
    "PartyScan",
    "PartyState",
    "PersonDiet",
    "PersonFaith",
    "PersonFamily",
    "PersonHealth",
    "Relation",
    "RelationHold",
    "RelationKind",
    "Segment",
    "WithheldFacts",
)
