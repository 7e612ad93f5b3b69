"""Who sees and writes the rows of parties: what belongs to a party follows it, places and groups are for everybody."""

from __future__ import annotations

from kernel.access.policies import child, public, rows, system
from kernel.parties.models import (
    Address,
    ContactPoint,
    Employment,
    Party,
    PartyGroup,
    PartyGroupMember,
    PartyGroupUser,
    PartyRole,
    Segment,
)
from kernel.parties.places.models import City, Country, District, Province

POLICIES = (
    rows(Party, "party", own=("owner_id",)),
    child(ContactPoint, parent=Party, key="party_id"),
    child(Address, parent=Party, key="party_id"),
    child(Employment, parent=Party, key="person_id"),
    child(PartyRole, parent=Party, key="party_id"),
    child(PartyGroupMember, parent=Party, key="party_id"),
    public(PartyGroup, "party_group"),
    public(PartyGroupUser, "party_group"),
    # Own or shared: `kernel.parties.segments` alone reads and writes them, for whoever asks.
    system(Segment),
    *(public(place, "place") for place in (Country, Province, City, District)),
)
