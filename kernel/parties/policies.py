"""Who sees and writes the rows of parties: what belongs to a party follows it, places and groups are for everybody.

What binds two parties (a post, a relation, a place in a household) is seen only by who sees both. Each sensitive kind of
facts needs a right of its own besides, and so do consents; withheld facts are for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.access.policies import Child, PolicySet, child, public, rows, sealed, system
from kernel.access.rules import Rule, SystemOnly, Visible, every
from kernel.access.scopes import PLACES
from kernel.i18n import _
from kernel.parties.models import (
    Address,
    Consent,
    ContactPoint,
    Employment,
    Household,
    HouseholdMember,
    Party,
    PartyAlias,
    PartyFacts,
    PartyGroup,
    PartyGroupMember,
    PartyGroupUser,
    PartyMerge,
    PartyPair,
    PartyRole,
    PartyScan,
    PartyState,
    PersonDiet,
    PersonFaith,
    PersonFamily,
    PersonHealth,
    Relation,
    RelationHold,
    RelationKind,
    Segment,
    WithheldFacts,
)
from kernel.parties.places.models import City, Country, District, Province
from kernel.resources.naming import call_table


@dataclass(frozen=True, eq=False)
class Noted(Child):
    """Rows that the kernel notes about a party: seen by whoever sees it, written by the kernel alone."""

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Changed by the kernel."""
        return SystemOnly()


@dataclass(frozen=True, eq=False)
class OfTwo(Noted):
    """Rows about two parties: seen by whoever sees both."""

    other: str = ""

    @property
    def guarded(self) -> frozenset[str]:
        """Also the second party."""
        return super().guarded | {self.other}

    def view(self, policies: PolicySet) -> Rule:
        """Visible where both parties are."""
        return every(super().view(policies), Visible(self.other, self._parent(policies)))


PLACED = {kind: (f"{kind}_id",) for kind in PLACES}
"""The columns of a party that mirror the place of its main address."""

POLICIES = (
    rows(Party, "party", own=("owner_id",), scopes=PLACED),
    child(ContactPoint, parent=Party, key="party_id"),
    child(Address, parent=Party, key="party_id"),
    child(Employment, parent=Party, key="person_id", also=("organisation_id",), any_parent=True),
    child(Relation, parent=Party, key="first_id", also=("second_id",), any_parent=True),
    sealed(RelationHold),
    rows(Household, "party", own=("owner_id",)),
    child(HouseholdMember, parent=Household, key="household_id", also=("person_id",)),
    public(RelationKind, "base_data"),
    child(PartyRole, parent=Party, key="party_id"),
    child(PartyState, parent=Party, key="party_id"),
    child(PartyFacts, parent=Party, key="party_id"),
    child(PersonFamily, parent=Party, key="party_id", resource="party_family"),
    child(PersonFaith, parent=Party, key="party_id", resource="party_faith"),
    child(PersonHealth, parent=Party, key="party_id", resource="party_health"),
    child(PersonDiet, parent=Party, key="party_id", resource="party_diet"),
    child(Consent, parent=Party, key="party_id", resource="consent"),
    system(WithheldFacts),
    child(PartyGroupMember, parent=Party, key="party_id"),
    OfTwo(PartyPair, None, parent=Party, key="first_id", other="second_id"),
    Noted(PartyAlias, None, parent=Party, key="party_id"),
    system(PartyMerge),
    system(PartyScan),
    public(PartyGroup, "party_group"),
    public(PartyGroupUser, "party_group"),
    # Own or shared: `kernel.parties.segments` alone reads and writes them, for whoever asks.
    system(Segment),
    *(public(place, "place") for place in (Country, Province, City, District)),
)

for _table, _title in {
    "kernel.party": _("Persons and organisations"),
    "kernel.party_group_member": _("Groups"),
    "kernel.segment": _("Segments"),
    "kernel.employment": _("Posts of persons"),
}.items():
    call_table(_table, _title)
