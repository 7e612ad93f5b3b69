"""Saving, changing, sharing, deleting and freezing segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from kernel.access.session import allowed
from kernel.i18n import _
from kernel.parties.models import Party, PartyGroupMember, Segment
from kernel.parties.segments.reading import (
    CIRCLE,
    LISTS,
    Saved,
    find_segment,
    nested,
    saved_of,
    segment_ids,
    visible_segments,
)
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, Problem
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.lists.keeping import kept_filters, name_of, try_out
from kernel.resources.records import insert_many
from kernel.resources.resource import Resource

LONGEST_NAME = 100
MOST_OWN = 200
MOST_FROZEN = 50_000
LOCK = 0x7365676D
"""Number of the lock under which segments come to name one another."""


class Frozen(NamedTuple):
    """The group that a segment was frozen into: its id, its members, and those left out since they may not be edited."""

    group_id: int
    members: int
    left_out: int


@command("segment.save", _("Save a segment"), checks_itself=True)
def save(
    context: Context,
    *,
    name: str,
    resource: str,
    search: str = "",
    filters: Sequence[Sequence[Any]] = (),
    shared: bool = False,
) -> int:
    """Give the filter of a list a name, for oneself or, with the right to share, for everybody; gives its id.

    `filters` are those of the list, as `Filter.plain` gives them.
    """
    if context.actor.user_id is None or resource not in LISTS:
        raise Invalid([Problem("name", _("Segments are made of lists of persons and organisations."))])
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "view")
    if shared:
        context.require("segment", "share")
    if len(visible_segments(context, own=True)) >= MOST_OWN:
        raise Invalid([Problem("name", _("You have %(most)d segments; delete some first.", most=MOST_OWN))])
    row = Segment(
        owner_id=context.actor.user_id,
        resource=resource,
        search=search,
        shared=shared,
        filters=_checked(context, declared, search, filters),
    )
    _name(context, row, name)
    _lock(context)
    _check_nesting(context, row)
    with context.system("a segment of one's own") as system:
        system.session.add(row)
        system.session.flush()
        return row.id


@command("segment.change", _("Change a segment"), checks_itself=True)
def change(
    context: Context,
    *,
    segment_id: int,
    name: str | None = None,
    search: str | None = None,
    filters: Sequence[Sequence[Any]] | None = None,
    shared: bool | None = None,
    version: int | None = None,
) -> int:
    """Change name, filter or sharing of one's own segment; administrators may change shared ones too.

    Raises `EditConflict` where it has changed since `version` was read.
    """
    saved = _mine(context, segment_id)
    if version is not None and saved.version != version:
        raise EditConflict()
    if shared and not saved.shared:
        context.require("segment", "share")
    _lock(context)
    entered = None
    if filters is not None:
        declared = context.runtime.resource(saved.resource)
        entered = _checked(context, declared, search or "", filters)
    with context.system("a segment of one's own") as system:
        row = system.session.get_one(Segment, segment_id, with_for_update=True, populate_existing=True)
        if entered is not None:
            row.filters, row.search = entered, search or ""
        if shared is not None:
            row.shared = shared
        if name is not None:
            _name(system, row, name)
        _check_nesting(system, row)
        system.session.flush()
    return segment_id


@command("segment.share", _("Share segments with everybody"), resource="segment", action="share")
def share(context: Context, *, segment_id: int) -> int:
    """Let everybody use one's own segment, each for the parties that he may see."""
    done: int = context.run("segment.change", segment_id=segment_id, shared=True)
    return done


@command("segment.delete", _("Delete a segment"), checks_itself=True)
def remove(context: Context, *, segment_id: int) -> int:
    """Delete one's own segment; segments that name it are broken from then on, and say so."""
    _mine(context, segment_id)
    with context.system("a segment of one's own") as system:
        system.session.delete(system.session.get_one(Segment, segment_id))
        system.session.flush()
    return segment_id


@command("segment.freeze", _("Freeze a segment into a group"), resource="party_group", action="create")
def freeze(context: Context, *, segment_id: int, name: str, parent: int | None = None) -> Frozen:
    """Make a group of what a segment finds now, to stay as it is; parties that the actor may not edit are left out."""
    saved = find_segment(context, segment_id)
    declared = context.runtime.resource(saved.resource)
    kind = declared.fixed.get("kind")
    if kind is None:
        raise Invalid(
            [
                Problem(
                    "name",
                    _("Persons and organisations have groups of their own; freeze a segment of either."),
                )
            ]
        )
    found = segment_ids(context, segment_id)
    statement = select(Party.id).where(Party.id.in_(found)).order_by(Party.id)
    everybody = list(context.session.execute(statement.limit(MOST_FROZEN + 1)).scalars())
    if len(everybody) > MOST_FROZEN:
        raise Invalid(
            [Problem("name", _("A group is frozen out of %(most)d parties at most.", most=MOST_FROZEN))]
        )
    may = statement.where(allowed(context.session, Party, "edit"))
    ids = list(context.session.execute(may).scalars()) if context.may(declared.permission, "edit") else []
    group: int = context.run(
        "record.create", resource=f"{kind}_group", values={"name": name, "parent": parent}
    )
    insert_many(context, PartyGroupMember, [{"party_id": number, "group_id": group} for number in ids])
    return Frozen(group, len(ids), len(everybody) - len(ids))


def _mine(context: Context, segment_id: int) -> Saved:
    saved = find_segment(context, segment_id)
    if saved.owner_id != context.actor.user_id and not context.actor.is_administrator:
        raise Forbidden(_("Only who made a segment may change it."))
    return saved


def _lock(context: Context) -> None:
    context.session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _name(context: Context, row: Segment, name: str) -> None:
    row.name, row.search_key, row.sort_key = name_of(name, LONGEST_NAME)
    same = select(Segment.id).where(
        Segment.owner_id == row.owner_id, Segment.search_key == row.search_key, Segment.id != (row.id or 0)
    )
    with context.system("names of one's segments") as system, system.session.no_autoflush:
        if system.session.execute(same).first() is not None:
            raise Invalid([Problem("name", _("You have a segment of this name already."))])


def _checked(
    context: Context, resource: Resource, search: str, filters: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """See that the filter can be read now, and give it in the form in which it is kept."""
    try:
        asked = tuple(Filter.of_plain(item) for item in filters)
    except (TypeError, ValueError) as error:
        raise Invalid([Problem("name", _("The filters of this list cannot be read."))]) from error
    if not search.strip() and not asked:
        raise Invalid([Problem("name", _("Filter or search the list first; a segment is its filter."))])
    try_out(context, resource, ListQuery(search=search, filters=asked))
    return kept_filters(context, resource, asked)


def _check_nesting(context: Context, row: Segment) -> None:
    """Refuse circles, and a shared segment that names one which others do not see."""
    with context.system("which segments name which") as system, system.session.no_autoflush:
        others = {one.id: saved_of(one) for one in system.session.execute(select(Segment)).scalars()}
    named = nested(saved_of(row).filters)
    waiting, reached = list(named), set()
    while waiting:
        number = waiting.pop()
        if number == row.id:
            raise Invalid([Problem("name", CIRCLE)])
        if number in others and number not in reached:
            reached.add(number)
            waiting += nested(others[number].filters)
    if row.shared and any(not others[number].shared for number in named if number in others):
        raise Invalid([Problem("name", _("A shared segment can use shared segments only."))])
