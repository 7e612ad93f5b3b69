"""The trees of groups as they are edited in place: reading them with counts, moving, merging and deleting nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import aliased

from kernel.access.models import UserAccount
from kernel.i18n import _
from kernel.parties.groups import (
    MOST_LEVELS,
    TOO_DEEP,
    height,
    levels,
    lock_trees,
    place_group,
)
from kernel.parties.models import PartyGroup, PartyGroupMember, PartyGroupUser
from kernel.parties.segments.mending import replace_group
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused
from kernel.resources.records import editable, load

STEP = 10
"""Between the ranks of two neighbours after a move."""

REFERENCES = text(
    """
    SELECT k.conrelid::regclass::text AS "table", quote_ident(a.attname) AS "column"
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.confrelid = 'kernel.party_group'::regclass
      AND k.conrelid <> ALL (ARRAY['kernel.party_group', 'kernel.party_group_member',
                                   'kernel.party_group_user']::regclass[])
    ORDER BY 1, 2
    """
)
"""What else points to groups: price lists, campaigns; those of paused plugins too."""


@dataclass
class Node:
    """A group with all beneath it."""

    id: int
    name: str
    parent_id: int | None
    level: int
    version: int
    members: int = 0
    """Parties in it or beneath it that the reader may see, each once."""
    responsible: list[str] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)


def read_tree(context: Context, kind: str) -> list[Node]:
    """Give the nodes at the top of a tree, each with those beneath it, by rank and then alphabet; three statements."""
    rows = context.session.execute(
        select(PartyGroup.id, PartyGroup.name, PartyGroup.parent_id, PartyGroup.path, PartyGroup.version)
        .where(PartyGroup.kind == kind)
        .order_by(PartyGroup.position, PartyGroup.sort_key, PartyGroup.id)
    ).all()
    counts = member_counts(context, kind)
    users = responsible_users(context, kind)
    nodes = {
        number: Node(
            number, name, parent, levels(path), version, counts.get(number, 0), users.get(number, [])
        )
        for number, name, parent, path, version in rows
    }
    for node in nodes.values():
        if node.parent_id in nodes:
            nodes[node.parent_id].below.append(node)
    return [node for node in nodes.values() if node.parent_id not in nodes]


def member_counts(context: Context, kind: str) -> dict[int, int]:
    """Count for each group the parties in it or beneath it that the actor may see, each once."""
    node, inner = aliased(PartyGroup), aliased(PartyGroup)
    statement = (
        select(node.id, func.count(PartyGroupMember.party_id.distinct()))
        .join(inner, (inner.kind == node.kind) & func.starts_with(inner.path, node.path))
        .join(PartyGroupMember, PartyGroupMember.group_id == inner.id)
        .where(node.kind == kind)
        .group_by(node.id)
    )
    return {row[0]: row[1] for row in context.session.execute(statement)}


def responsible_users(context: Context, kind: str) -> dict[int, list[str]]:
    """Give the names of the users who are responsible for groups, by group."""
    statement = (
        select(PartyGroupUser.group_id, PartyGroupUser.user_id)
        .join(PartyGroup, PartyGroup.id == PartyGroupUser.group_id)
        .where(PartyGroup.kind == kind)
    )
    pairs = list(context.session.execute(statement))
    with context.system("names of users") as system:
        wanted = select(UserAccount.id, UserAccount.display_name).where(
            UserAccount.id.in_({user for _group, user in pairs})
        )
        names = {row[0]: row[1] for row in system.session.execute(wanted)}
    found: dict[int, list[str]] = {}
    for group, user in pairs:
        found.setdefault(group, []).append(names.get(user, ""))
    return {group: sorted(users) for group, users in found.items()}


def users_of(context: Context, group_id: int) -> set[int]:
    """Give the ids of the users who are responsible for a group."""
    held = select(PartyGroupUser.user_id).where(PartyGroupUser.group_id == group_id)
    return set(context.session.execute(held).scalars())


@command("group.move", _("Move a group"), resource="party_group", action="edit")
def move(
    context: Context, *, resource: str, group_id: int, parent: int | None, before: int | None = None
) -> int:
    """Put a group beneath `parent` (None: at the top), in front of its child `before` or at the end.

    All beneath it goes along. Raises `Invalid` for a place beneath itself, in the other tree or too deep.
    """
    declared = context.runtime.resource(resource)
    lock_trees(context)
    editable(context, declared, group_id)
    if before is not None:
        context.run("record.edit", resource=resource, record_id=group_id, values={"parent": parent})
        _rank(context, declared.fixed["kind"], parent, group_id, before)
    else:
        values = {"parent": parent, "position": _last_rank(context, declared.fixed["kind"], parent, group_id)}
        context.run("record.edit", resource=resource, record_id=group_id, values=values)
    return group_id


def _last_rank(context: Context, kind: str, parent: int | None, group_id: int) -> int:
    """The rank behind the others; groups that were never moved share one rank and stand in the order of the alphabet."""
    last = context.session.execute(
        select(func.max(PartyGroup.position)).where(
            PartyGroup.kind == kind,
            PartyGroup.parent_id.is_not_distinct_from(parent),
            PartyGroup.id != group_id,
        )
    ).scalar_one()
    return 1000 if last is None or last <= 1000 else min(last + STEP, 1_000_000)


def _rank(context: Context, kind: str, parent: int | None, group_id: int, before: int) -> None:
    siblings = list(
        context.session.execute(
            select(PartyGroup)
            .where(PartyGroup.kind == kind, PartyGroup.parent_id.is_not_distinct_from(parent))
            .order_by(PartyGroup.position, PartyGroup.sort_key, PartyGroup.id)
        ).scalars()
    )
    moved = next(one for one in siblings if one.id == group_id)
    others = [one for one in siblings if one.id != group_id]
    place = next((number for number, one in enumerate(others) if one.id == before), len(others))
    for number, one in enumerate([*others[:place], moved, *others[place:]]):
        one.position = (number + 1) * STEP
    context.session.flush()


@command("group.merge", _("Merge two groups"), resource="party_group", action="delete")
def merge(context: Context, *, resource: str, group_id: int, into: int) -> int:
    """Merge a group into another of its tree and give the other's id.

    Members, users responsible and sub-groups move; sub-groups of one name are merged too. What plugins and segments hold
    against the group names the other one afterwards.
    """
    declared = context.runtime.resource(resource)
    lock_trees(context)
    for number in (group_id, into):
        load(context, declared, number)
        editable(context, declared, number, "delete")
        editable(context, declared, number)
    paths = _paths(context, (group_id, into))
    if group_id == into or paths[into].startswith(paths[group_id]):
        raise Invalid(
            [Problem("into", _("A group cannot be merged into itself or into what stands beneath it."))]
        )
    if levels(paths[into]) + height(context.session, paths[group_id]) > MOST_LEVELS:
        raise Invalid([Problem("into", TOO_DEEP)])
    with context.system("merging two groups") as system:
        _merge(system, group_id, into)
    context.session.expire_all()
    return into


def _merge(system: Context, source: int, target: int) -> None:
    session = system.session
    children = select(PartyGroup).where(PartyGroup.parent_id == source)
    named = select(PartyGroup.search_key, PartyGroup.id).where(PartyGroup.parent_id == target)
    present = {row[0]: row[1] for row in session.execute(named)}
    for child in list(session.execute(children).scalars()):
        same = present.get(child.search_key)
        if same is not None and same != source:
            _merge(system, child.id, same)
        else:
            child.parent_id = target
            session.flush()
            place_group(system, child)
    for model, key in ((PartyGroupMember, "party_id"), (PartyGroupUser, "user_id")):
        _hand_on(system, model, key, source, target)
    for row in session.execute(REFERENCES).all():
        statement = f"UPDATE {row.table} SET {row.column} = :target WHERE {row.column} = :source"  # noqa: S608
        session.execute(text(statement), {"target": target, "source": source})
    replace_group(system, source, target)
    gone = session.get(PartyGroup, source, populate_existing=True)
    if gone is not None:
        session.delete(gone)
    session.flush()


def _hand_on(system: Context, model: Any, key: str, source: int, target: int) -> None:
    session = system.session
    held = set(session.execute(select(getattr(model, key)).where(model.group_id == target)).scalars())
    for row in list(session.execute(select(model).where(model.group_id == source)).scalars()):
        if getattr(row, key) in held:
            session.delete(row)
        else:
            row.group_id = target
    session.flush()


@command("group.delete", _("Delete a group"), resource="party_group", action="delete")
def remove(context: Context, *, resource: str, group_id: int) -> int:
    """Delete a group without sub-groups and members; `Refused` says what it holds still."""
    declared = context.runtime.resource(resource)
    lock_trees(context)
    name = load(context, declared, group_id).name
    editable(context, declared, group_id, "delete")
    with context.system("what a group holds") as system:
        holds_groups = _any(system, select(PartyGroup.id).where(PartyGroup.parent_id == group_id))
        holds_members = _any(system, select(PartyGroupMember.id).where(PartyGroupMember.group_id == group_id))
        used = any(
            _any(system, text(f"SELECT 1 FROM {row.table} WHERE {row.column} = {int(group_id)}"))  # noqa: S608
            for row in system.session.execute(REFERENCES).all()
        )
        if holds_groups:
            raise Refused(
                _(
                    "“%(name)s” has sub-groups. Move or delete them first, or merge it into another.",
                    name=name,
                )
            )
        if holds_members or used:
            raise Refused(
                _("“%(name)s” is in use. Take its members out first, or merge it into another.", name=name)
            )
        system.session.execute(delete(PartyGroupUser).where(PartyGroupUser.group_id == group_id))
        system.session.delete(system.session.get_one(PartyGroup, group_id))
        system.session.flush()
    context.session.expire_all()
    return group_id


@command("group.entrust", _("Entrust a group to users"), resource="party_group", action="edit")
def entrust(context: Context, *, resource: str, group_id: int, users: Sequence[int]) -> None:
    """Say which users are responsible for a group and all beneath it, such as telephone marketers; others no longer are."""
    declared = context.runtime.resource(resource)
    load(context, declared, group_id)
    editable(context, declared, group_id)
    wanted = set(users)
    with context.system("users who can be responsible") as system:
        known = select(UserAccount.id).where(UserAccount.id.in_(wanted), UserAccount.active)
        if set(system.session.execute(known).scalars()) != wanted:
            raise Invalid([Problem("users", _("There is no such user."))])
    rows = select(PartyGroupUser).where(PartyGroupUser.group_id == group_id)
    present = {row.user_id: row for row in context.session.execute(rows).scalars()}
    for user, row in present.items():
        if user not in wanted:
            context.session.delete(row)
    for user in sorted(wanted - set(present)):
        context.session.add(PartyGroupUser(group_id=group_id, user_id=user))
    context.session.flush()


def _any(system: Context, statement: Any) -> bool:
    return system.session.execute(statement).first() is not None


def _paths(context: Context, ids: Sequence[int]) -> Mapping[int, str]:
    found = select(PartyGroup.id, PartyGroup.path).where(PartyGroup.id.in_(ids))
    paths = {row[0]: row[1] for row in context.session.execute(found)}
    if len(paths) < len(set(ids)):
        raise NotFound()
    return paths
