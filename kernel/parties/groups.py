"""Groups of parties (گروه‌بندی): two trees, of persons and of organisations. A node stands for all beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.parties.models import Party, PartyGroup, PartyGroupMember
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import Link
from kernel.resources.records import editable
from kernel.resources.resource import Part

WRONG_TREE = _("Persons and organisations have groups of their own; choose one of the right tree.")


def below(session: Session, group_ids: Iterable[int]) -> list[int]:
    """Give the ids of these groups and of all groups beneath them; one or two queries."""
    wanted = select(PartyGroup.path).where(PartyGroup.id.in_(list(group_ids)))
    paths = list(session.execute(wanted).scalars())
    if not paths:
        return []
    beneath = select(PartyGroup.id).where(or_(*(PartyGroup.path.like(f"{path}%") for path in paths)))
    return list(session.execute(beneath.order_by(PartyGroup.path)).scalars())


def members(session: Session, group_ids: Iterable[int]) -> Select[int]:
    """Build the query for the ids of all parties in these groups or beneath them."""
    return select(PartyGroupMember.party_id).where(PartyGroupMember.group_id.in_(below(session, group_ids)))


def prepare_group(context: Context, group: PartyGroup, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name; see that the parent is of the same tree and not beneath the group itself."""
    group.search_key = squeeze(group.name or "")
    if group.parent_id is None:
        return []
    statement = select(PartyGroup.kind, PartyGroup.path).where(PartyGroup.id == group.parent_id)
    parent = context.session.execute(statement).one_or_none()
    if parent is None or parent.kind != group.kind:
        return [Problem("parent", WRONG_TREE)]
    if group.path and parent.path.startswith(group.path):
        return [Problem("parent", _("A group cannot be put beneath itself."))]
    return []


def place_group(context: Context, group: PartyGroup) -> None:
    """Write the group's path after it was stored, and move all beneath it along."""
    session = context.session
    above = ""
    if group.parent_id is not None:
        above = session.execute(
            select(PartyGroup.path).where(PartyGroup.id == group.parent_id).with_for_update()
        ).scalar_one()
    path = f"{above or '.'}{group.id}."
    former = group.path
    if former == path:
        return
    if former:
        beneath = select(PartyGroup).where(PartyGroup.path.like(f"{former}%"), PartyGroup.id != group.id)
        for lower in session.execute(beneath).scalars():
            lower.path = path + lower.path.removeprefix(former)
    group.path = path


def prepare_member(context: Context, row: PartyGroupMember, values: Mapping[str, Any]) -> list[Problem]:
    """Refuse a group of the other tree."""
    return [] if _fits(context, row.party_id, [row.group_id]) else [Problem("group", WRONG_TREE)]


def member_part(kind: str) -> Part:
    """Make the rows of groups on the form of a person or an organisation."""
    return Part(
        "groups",
        _("Groups"),
        PartyGroupMember,
        "party_id",
        (Link("group", _("Group"), to=f"{kind}_group", attribute="group_id", required=True),),
        prepare=prepare_member,
        add_title=_("Add a group"),
    )


@command("party.join_groups", _("Put a party into groups"), resource="party", action="edit")
def join_groups(context: Context, *, resource: str, party_id: int, group_ids: Sequence[int]) -> None:
    """Put a party of `resource` (person, organisation) into groups; those it is in already stay."""
    editable(context, context.runtime.resource(resource), party_id)
    if not _fits(context, party_id, group_ids):
        raise Invalid([Problem("group", WRONG_TREE)])
    present = set(_memberships(context, party_id))
    for group_id in dict.fromkeys(group_ids):
        if group_id not in present:
            context.session.add(PartyGroupMember(party_id=party_id, group_id=group_id))
    context.session.flush()


@command("party.leave_group", _("Take a party out of a group"), resource="party", action="edit")
def leave_group(context: Context, *, resource: str, party_id: int, group_id: int) -> None:
    """Take a party out of one group; raise `NotFound` where it was not in it."""
    editable(context, context.runtime.resource(resource), party_id)
    row = _memberships(context, party_id).get(group_id)
    if row is None:
        raise NotFound()
    context.session.delete(row)
    context.session.flush()


def _memberships(context: Context, party_id: int) -> dict[int, PartyGroupMember]:
    rows = context.session.execute(select(PartyGroupMember).where(PartyGroupMember.party_id == party_id))
    return {row.group_id: row for row in rows.scalars()}


def _fits(context: Context, party_id: int, group_ids: Sequence[int]) -> bool:
    kind = select(Party.kind).where(Party.id == party_id).scalar_subquery()
    found = context.session.execute(
        select(func.count()).where(PartyGroup.id.in_(list(group_ids)), PartyGroup.kind == kind)
    ).scalar_one()
    return found == len(set(group_ids))
