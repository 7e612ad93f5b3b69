"""The block "People and relations" on the page of a party or household: who is what to whom, now and before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from flask import request

from kernel.access.session import allowed_ids
from kernel.i18n import _
from kernel.parties.households import PARTS, Member, households_of, members_of
from kernel.parties.models import ORGANISATION, PERSON, Employment, Relation
from kernel.parties.posts import Post, posts_of, staff_in_part
from kernel.parties.relations import Bond, relations_of
from kernel.resources.context import Context
from kernel.resources.fields import Day, FieldError
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.resource import Resource
from kernel.web.views.addresses import list_url
from kernel.web.views.parties import is_party

AT_ONCE = 30
"""Members of staff that the page of an organisation shows; more are in the list of persons."""


@dataclass(frozen=True)
class Line:
    """One person or organisation in the block: its address, what it is, the days, and what can be changed."""

    id: int
    kind: str
    """`post` or `relation`; empty where nothing is changed here."""
    name: str
    url: str
    organisation: bool
    what: str = ""
    since: date | None = None
    until: date | None = None
    note: str = ""
    marked: bool = False
    over: bool = False
    may_edit: bool = False


@dataclass(frozen=True)
class Group:
    """Lines under a heading; those that are over stand folded below it."""

    title: str
    present: list[Line]
    former: list[Line] = field(default_factory=list)
    more_url: str = ""


@dataclass(frozen=True)
class People:
    """All of the block. `on` is the day that staff is shown of, None for today."""

    groups: list[Group]
    organisation: bool
    may_add: bool
    may_gather: bool = False
    on: date | None = None


def people_of(context: Context, resource: Resource, record: Any) -> People | None:
    """Give the block of a record's page; None where the record is no party that is edited there."""
    if not is_party(resource) or not resource.editable:
        return None
    may_add = context.may("party", "edit") and not context.read_only
    bonds = relations_of(context, [record.id]).get(record.id, [])
    if record.kind == ORGANISATION:
        on = day_asked(context)
        groups = [_staff(context, record.id, on), *_relations(context, bonds)]
        return People(groups, True, may_add, on=on)
    homes = households_of(context, [record.id])
    groups = [_posts(context, record.id), *_relations(context, bonds), *_homes(context, homes, record.id)]
    present = any(home.holds_on(context.today) for home in homes)
    return People(groups, False, may_add, may_gather=bool(bonds) and not present and may_add)


def day_asked(context: Context) -> date | None:
    """Give the day in the address, on which the staff of an organisation is asked for."""
    try:
        found: date | None = Day("on", _("Day")).read(request.args.get("on", "")[:20], context)
    except FieldError:
        return None
    return found


def _posts(context: Context, person_id: int) -> Group:
    held = posts_of(context, [person_id]).get(person_id, [])
    lines = _of_posts(context, held, at_firm=False)
    return Group(
        context.text(_("Posts")),
        [line for line in lines if not line.over],
        [line for line in lines if line.over],
    )


def _staff(context: Context, organisation_id: int, on: date | None) -> Group:
    present = staff_in_part(context, organisation_id, on=on, limit=AT_ONCE + 1)
    former = [] if on else staff_in_part(context, organisation_id, former=True, limit=AT_ONCE + 1)
    more = len(present) > AT_ONCE or len(former) > AT_ONCE
    value = f"{organisation_id}@{on.isoformat()}" if on else str(organisation_id)
    query = ListQuery(filters=(Filter("works_at", "is", value),))
    lines = _of_posts(context, [*present[:AT_ONCE], *former[:AT_ONCE]], at_firm=True)
    return Group(
        context.text(_("Staff")),
        lines[: len(present[:AT_ONCE])],
        lines[len(present[:AT_ONCE]) :],
        list_url(context.runtime.resource(PERSON), query) if more else "",
    )


def _changeable(context: Context, model: type[Any], ids: list[int]) -> set[int]:
    """Give those rows that the actor may change; none on a site that can only be read."""
    return set() if context.read_only or not ids else allowed_ids(context.session, model, ids, "edit")


def _of_posts(context: Context, held: Sequence[Post], *, at_firm: bool) -> list[Line]:
    mine = _changeable(context, Employment, [post.id for post in held])
    return [
        Line(
            post.id,
            "post",
            post.person if at_firm else post.organisation,
            f"/persons/{post.person_id}" if at_firm else f"/organisations/{post.organisation_id}",
            organisation=not at_firm,
            what=post.what,
            since=post.since,
            until=post.until,
            marked=post.is_contact,
            over=post.until is not None and post.until < context.today,
            may_edit=post.id in mine,
        )
        for post in held
    ]


def _relations(context: Context, bonds: Sequence[Bond]) -> list[Group]:
    mine = _changeable(context, Relation, [bond.id for bond in bonds])
    groups = []
    for word, together in groupby(
        sorted(bonds, key=lambda bond: (bond.other_first, bond.word)), key=lambda bond: bond.word
    ):
        lines = [
            Line(
                bond.id,
                "relation",
                bond.other,
                f"/{'organisations' if bond.other_kind == ORGANISATION else 'persons'}/{bond.other_id}",
                organisation=bond.other_kind == ORGANISATION,
                since=bond.since,
                until=bond.until,
                note=bond.note or "",
                over=bond.until is not None and bond.until < context.today,
                may_edit=bond.id in mine,
            )
            for bond in together
        ]
        present = [line for line in lines if not line.over]
        groups.append(Group(word, present, [line for line in lines if line.over]))
    return groups


def _homes(context: Context, homes: Sequence[Member], person_id: int) -> list[Group]:
    """The household of today with those in it; former ones folded by their names."""
    today = [home for home in homes if home.holds_on(context.today)]
    members = members_of(context, [home.household_id for home in today]) if today else []
    others = [
        _member_line(context, member)
        for member in members
        if member.person_id != person_id and member.holds_on(context.today)
    ]
    former = [_home_line(context, home) for home in homes if home not in today]
    if not today and not former:
        return []
    title = context.text(_("Household"))
    return [Group(title, [*(_home_line(context, home) for home in today), *others], former)]


def _home_line(context: Context, home: Member) -> Line:
    part = context.text(PARTS[home.part])
    return Line(
        home.household_id,
        "",
        home.household,
        f"/households/{home.household_id}",
        organisation=True,
        what=part,
        since=home.since,
        until=home.until,
    )


def _member_line(context: Context, member: Member) -> Line:
    return Line(
        member.person_id,
        "",
        member.person,
        f"/persons/{member.person_id}",
        organisation=False,
        what=context.text(PARTS[member.part]),
        since=member.since,
        until=member.until,
        over=not member.holds_on(context.today),
    )


def household_of(context: Context, resource: Resource, record_id: int) -> list[Line] | None:
    """Give the members on a household's page that the reader may see; None for other records."""
    if resource.name != "household":
        return None
    return [_member_line(context, member) for member in members_of(context, [record_id])]
