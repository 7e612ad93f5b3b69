"""Groups of parties (گروه‌بندی): two trees, of persons and of organisations. A node stands for all beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from kernel.access.session import allowed_ids
from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.parties.models import Party, PartyGroup, PartyGroupMember, PartyGroupUser
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import Link
from kernel.resources.records import editable, insert_many, load
from kernel.resources.resource import Part

MOST_LEVELS = 12
TREE_LOCK = 0x67726F7570
"""Number of the lock under which the trees change."""
TOO_DEEP = _("A tree of groups has %(most)d levels at most.", most=MOST_LEVELS)
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


def lock_trees(context: Context) -> None:
    """Let one transaction at a time change the trees: two moves at once could put two nodes beneath each other."""
    context.session.execute(select(func.pg_advisory_xact_lock(TREE_LOCK)))


def levels(path: str) -> int:
    """Give the level of the node with this path; those at the top stand on the first."""
    return path.count(".") - 1


def height(session: Session, path: str) -> int:
    """Give how many levels a node and all beneath it take; 1 for one without sub-groups."""
    depth = func.length(PartyGroup.path) - func.length(func.replace(PartyGroup.path, ".", ""))
    deepest = select(func.max(depth)).where(func.starts_with(PartyGroup.path, path))
    found: int = session.execute(deepest).scalar_one()
    return found - levels(path)


def prepare_group(context: Context, group: PartyGroup, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name; see that the parent is of the same tree, not beneath the group itself, and not too deep."""
    group.search_key = squeeze(group.name or "")
    group.sort_key = sort_key(group.name or "")
    if group.id is not None and "parent" not in values:
        return []
    lock_trees(context)
    if group.parent_id is None:
        return []
    return _misplaced(context.session, group)


def _misplaced(session: Session, group: PartyGroup) -> list[Problem]:
    """Look at the stored paths, not at what this session loaded before it held the lock."""
    statement = select(PartyGroup.kind, PartyGroup.path).where(PartyGroup.id == group.parent_id)
    parent = session.execute(statement).one_or_none()
    if parent is None or parent.kind != group.kind:
        return [Problem("parent", WRONG_TREE)]
    own = session.execute(select(PartyGroup.path).where(PartyGroup.id == group.id)).scalar_one_or_none()
    if own and parent.path.startswith(own):
        return [Problem("parent", _("A group cannot be put beneath itself."))]
    if levels(parent.path) + (height(session, own) if own else 1) > MOST_LEVELS:
        return [Problem("parent", TOO_DEEP)]
    return []


def place_group(context: Context, group: PartyGroup) -> None:
    """Write the group's path after it was stored, and move all beneath it along."""
    number, above = group.id, "."
    stored = select(PartyGroup.path)
    former = context.session.execute(stored.where(PartyGroup.id == number)).scalar_one()
    if group.parent_id is not None:
        above = context.session.execute(stored.where(PartyGroup.id == group.parent_id)).scalar_one()
    path = f"{above}{number}."
    if former == path:
        return
    moved = func.starts_with(PartyGroup.path, former) if former else PartyGroup.id == number
    rest = func.substr(PartyGroup.path, len(former) + 1)
    with context.system("places in the tree of groups") as system:
        statement = update(PartyGroup).where(moved).values(path=func.concat(path, rest))
        system.session.execute(statement, execution_options={"synchronize_session": False})
    context.session.expire_all()


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
        ruled=False,
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


@command("party.regroup", _("Put parties into groups or take them out"), resource="party", action="edit")
def regroup(
    context: Context,
    *,
    resource: str,
    party_ids: Sequence[int],
    join: Sequence[int] = (),
    leave: Sequence[int] = (),
) -> int:
    """Put parties of `resource` into the groups `join` and take them out of `leave` and all beneath; gives how many.

    Those that the actor may not edit stay as they are. Joining counts after leaving.
    """
    declared = context.runtime.resource(resource)
    groups = context.runtime.resource(f"{declared.name}_group")
    for number in {*join, *leave}:
        load(context, groups, number)
    ids = _of_kind(
        context, declared.fixed["kind"], allowed_ids(context.session, Party, list(party_ids), "edit")
    )
    left = below(context.session, leave)
    held = select(PartyGroupMember).where(PartyGroupMember.party_id.in_(ids))
    present: set[tuple[int, int]] = set()
    for row in context.session.execute(held).scalars():
        if row.group_id in left and row.group_id not in join:
            context.session.delete(row)
        else:
            present.add((row.party_id, row.group_id))
    context.session.flush()
    wanted = [(number, group) for number in ids for group in dict.fromkeys(join)]
    missing = [pair for pair in wanted if pair not in present]
    insert_many(
        context,
        PartyGroupMember,
        [{"party_id": number, "group_id": group} for number, group in missing],
    )
    return len(ids)


def in_group(context: Context, party_ids: Sequence[int], group: int) -> set[int]:
    """Give those of these parties that are in a group or anywhere beneath it, as far as the actor may see them.

    One or two queries; for plugins whose prices, messages or rights follow groups.
    """
    statement = members(context.session, [group]).where(PartyGroupMember.party_id.in_(list(party_ids)))
    return set(context.session.execute(statement).scalars())


def my_groups(context: Context) -> list[int]:
    """Give the ids of the groups that the actor is responsible for; what stands beneath them is his as well."""
    statement = select(PartyGroupUser.group_id).where(PartyGroupUser.user_id == context.actor.user_id)
    return list(context.session.execute(statement).scalars())


def _of_kind(context: Context, kind: str, ids: Iterable[int]) -> list[int]:
    statement = select(Party.id).where(Party.id.in_(list(ids)), Party.kind == kind).order_by(Party.id)
    return list(context.session.execute(statement).scalars())


def _memberships(context: Context, party_id: int) -> dict[int, PartyGroupMember]:
    rows = context.session.execute(select(PartyGroupMember).where(PartyGroupMember.party_id == party_id))
    return {row.group_id: row for row in rows.scalars()}


def _fits(context: Context, party_id: int, group_ids: Sequence[int]) -> bool:
    kind = select(Party.kind).where(Party.id == party_id).scalar_subquery()
    found = context.session.execute(
        select(func.count()).where(PartyGroup.id.in_(list(group_ids)), PartyGroup.kind == kind)
    ).scalar_one()
    return found == len(set(group_ids))
