"""Households (خانوار): persons who live together, each with a part in it, one household at a time.

A household is a record of its own, seen by the same rights as parties, measured by its responsible expert. Its members
are seen only by who sees the person as well, so that a household tells nothing of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from kernel.access.session import allowed_ids
from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.parties.addresses import settle_main
from kernel.parties.models import PERSON, Address, Household, HouseholdMember, Party
from kernel.parties.periods import check_order, covers, since_field, until_field
from kernel.parties.relation_kinds import PARENT, SPOUSE, kind_by_code
from kernel.parties.relations import relations_of
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused
from kernel.resources.fields import Choice, Link, LongText, Text, UserLink
from kernel.resources.records import editable
from kernel.resources.records.load import announce
from kernel.resources.resource import Part, Resource, Search, Section, Sort

PARTS: Mapping[str, LazyText] = {
    "head": _("Head of the household"),
    "spouse": _("Spouse"),
    "child": _("Child"),
    "parent": _("Parent"),
    "other": _("Other member"),
}
IN_ONE = _("A person is in one household at a time; perhaps one that you do not see.")
COPIED = (
    "country_id",
    "province_id",
    "city_id",
    "district_id",
    "street",
    "postal_code",
    "latitude",
    "longitude",
)


@dataclass(frozen=True)
class Member:
    """A person in a household, as its page and the person's show it."""

    household_id: int
    household: str
    person_id: int
    person: str
    part: str
    since: date | None
    until: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether the person is in it on a day."""
        return covers(self.since, self.until, day)


def prepare_household(context: Context, household: Household, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys that a household is found and sorted by."""
    household.search_key = f"{squeeze(household.name or '')}|"
    household.sort_key = sort_key(household.name or "")
    return []


def prepare_member(context: Context, row: HouseholdMember, values: Mapping[str, Any]) -> list[Problem]:
    """Refuse what is no person, and days in the wrong order; a place kept by a household in the bin is given up."""
    problems = check_order(row.since, row.until)
    kind = context.session.execute(select(Party.kind).where(Party.id == row.person_id)).scalar_one_or_none()
    if kind != PERSON:
        problems.append(Problem("person", _("Members of a household are persons.")))
    elif not problems:
        _leave_binned(context, row.person_id)
    return problems


def _leave_binned(context: Context, person_id: int) -> None:
    with context.session.no_autoflush, context.system("a household in the bin keeps nobody") as system:
        statement = (
            select(HouseholdMember)
            .join(Household, Household.id == HouseholdMember.household_id)
            .where(HouseholdMember.person_id == person_id, Household.binned_at.is_not(None))
        )
        for kept in system.session.execute(statement).scalars():
            system.session.delete(kept)


def members_of(context: Context, household_ids: Sequence[int]) -> list[Member]:
    """Give the members of these households that the actor may see, past ones too; one query."""
    return _members(context, HouseholdMember.household_id.in_(list(household_ids)))


def households_of(context: Context, person_ids: Sequence[int]) -> list[Member]:
    """Give the places of these persons in households that the actor may see, past ones too; one query."""
    return _members(context, HouseholdMember.person_id.in_(list(person_ids)))


def _members(context: Context, condition: Any) -> list[Member]:
    statement = (
        select(
            Household.id,
            Household.name,
            Party.id,
            Party.display_name,
            HouseholdMember.part,
            HouseholdMember.since,
            HouseholdMember.until,
        )
        .select_from(HouseholdMember)
        .join(Household, Household.id == HouseholdMember.household_id)
        .join(Party, Party.id == HouseholdMember.person_id)
        .where(condition)
        .order_by(HouseholdMember.since.desc().nulls_last(), HouseholdMember.id)
    )
    found = [Member(*row) for row in context.session.execute(statement)]
    rank = {part: place for place, part in enumerate(PARTS)}
    return sorted(found, key=lambda member: rank[member.part])


@command("household.from_family", _("Make a household of a family"), resource="party", action="create")
def from_family(context: Context, *, person_id: int) -> int:
    """Make a household of a person, the spouse, and the children of either, as their relations say today; gives its id.

    Only those whom the actor sees become members. `Refused` where there is nobody to join.
    """
    person = context.session.execute(
        select(Party).where(Party.id == person_id, Party.kind == PERSON)
    ).scalar_one_or_none()
    if person is None:
        raise NotFound()
    members = {person_id: "head", **_family(context, person_id)}
    if len(members) == 1:
        raise Refused(_("No spouse and no children are recorded as relations of this person."))
    name = _("Household of %(name)s", name=person.last_name or person.display_name)
    number: int = context.run(
        "record.create",
        resource="household",
        values={"name": context.text(name)},
        parts={"members": [{"person": member, "part": part} for member, part in members.items()]},
    )
    return number


def _family(context: Context, person_id: int) -> dict[int, str]:
    """Give the spouse, and the children of both, with their parts."""
    codes = {number: code for code, number in kind_by_code(context, [SPOUSE, PARENT]).items()}
    found: dict[int, str] = {}
    own = relations_of(context, [person_id]).get(person_id, [])
    for bond in own:
        if codes.get(bond.kind_id) == SPOUSE and bond.holds_on(context.today):
            found[bond.other_id] = "spouse"
    both = relations_of(context, [person_id, *found])
    for parent in (person_id, *list(found)):
        for bond in both.get(parent, []):
            is_child = codes.get(bond.kind_id) == PARENT and not bond.other_first
            if is_child and bond.holds_on(context.today):
                found.setdefault(bond.other_id, "child")
    found.pop(person_id, None)
    return found


@command("household.share_address", _("Use one address for a household"), resource="party", action="edit")
def share_address(context: Context, *, household_id: int, person_id: int) -> int:
    """Give the main address of one member to all present members as theirs; gives how many got it.

    Members whom the actor may not edit, and those who live there already, stay as they are.
    """
    editable(context, context.runtime.resource("household"), household_id)
    present = {
        member.person_id for member in members_of(context, [household_id]) if member.holds_on(context.today)
    }
    if person_id not in present:
        raise NotFound()
    main = _main_addresses(context, sorted(present))
    source = main.get(person_id)
    if source is None:
        raise Refused(_("This person has no address."))
    wanted = _place(source)
    changed = sorted(allowed_ids(context.session, Party, sorted(present - {person_id}), "edit"))
    changed = [number for number in changed if number not in main or _place(main[number]) != wanted]
    for number in changed:
        if number in main:
            main[number].is_main = False
        context.session.add(Address(party_id=number, purpose_id=source.purpose_id, is_main=True, **wanted))
        context.session.flush()
        party = context.session.execute(select(Party).where(Party.id == number)).scalar_one()
        settle_main(context, party)
    context.session.flush()
    announce(context, context.runtime.resource("person"), changed, "changed")
    return len(changed)


def _main_addresses(context: Context, ids: Sequence[int]) -> dict[int, Address]:
    statement = select(Address).where(Address.party_id.in_(list(ids)), Address.is_main)
    return {address.party_id: address for address in context.session.execute(statement).scalars()}


def _place(address: Address) -> dict[str, Any]:
    return {name: getattr(address, name) for name in COPIED}


def check_members(context: Context, household: Household) -> None:
    """Refuse a household without anybody in it: written once the rows of members are stored."""
    statement = select(HouseholdMember.id).where(HouseholdMember.household_id == household.id).limit(1)
    with context.system("a household has members") as system:
        if system.session.execute(statement).first() is None:
            raise Invalid([Problem(None, _("A household needs at least one member."))])


MEMBERS = Part(
    "members",
    _("Members"),
    HouseholdMember,
    "household_id",
    (
        Link("person", _("Person"), to="person", attribute="person_id", required=True),
        Choice("part", _("Part in the household"), options=PARTS, required=True, default="other"),
        since_field(),
        until_field(),
    ),
    prepare=prepare_member,
    add_title=_("Add a member"),
    most=100,
    on_page=False,
    ruled=False,
)

HOUSEHOLD = Resource(
    name="household",
    model=Household,
    title=_("Household"),
    plural=_("Households"),
    path="households",
    permission="party",
    icon="home",
    fields=(
        Text("name", _("Name"), required=True, limit=200),
        UserLink("owner", _("Responsible expert"), attribute="owner_id"),
        LongText("note", _("Note")),
    ),
    list_columns=("name", "owner"),
    sections=(Section(_("Household"), ("name", "owner", "note")),),
    parts=(MEMBERS,),
    sorts=(Sort("name", _("Name"), ("sort_key",)),),
    search=Search(),
    quick_filters=("owner",),
    prepare=prepare_household,
    written=check_members,
    owner="owner_id",
    constraints={
        "ex_household_member_period": (None, IN_ONE),
        "ex_household_member_head": (None, _("A household has one head at a time.")),
    },
    menu=40,
)
"""Households: list, form, page."""
