"""Noting what a user opens, keeping his bar, giving stars. Like what a browser remembers, none of it is history."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select, update

from kernel.access.bulk import insert_rows
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound, Refused
from kernel.resources.opened.models import Favourite, OpenedRecord
from kernel.resources.opened.reading import BAR, find_favourite
from kernel.resources.own_choices import choose
from kernel.resources.records import visible

MOST_OPENED = 50
MOST_KEPT = 10
"""Records in the bar."""
MOST_FAVOURITES = 100


@command("opened.note", _("Note an opened record"), checks_itself=True)
def note(context: Context, *, resource: str, record_id: int, keep: bool = False) -> None:
    """Note that the actor opened a record; with `keep` it stands in his bar, which lets go of the one unused longest."""
    user_id = _see(context, resource, record_id)
    same = _same(OpenedRecord, user_id, resource, record_id)
    known = context.session.execute(
        update(OpenedRecord)
        .where(*same)
        .values(opened_at=context.now)
        .execution_options(synchronize_session=False)
        .returning(OpenedRecord.id)
    ).scalar_one_or_none()
    if known is None:
        row = {
            "user_id": user_id,
            "resource": resource,
            "record_id": record_id,
            "opened_at": context.now,
            "kept_since": context.now if keep else None,
        }
        insert_rows(context.session, OpenedRecord, [row])  # type: ignore[arg-type]
    elif keep:
        context.session.execute(
            update(OpenedRecord)
            .where(OpenedRecord.id == known, OpenedRecord.kept_since.is_(None))
            .values(kept_since=context.now)
            .execution_options(synchronize_session=False)
        )
    _forget(context, user_id)


@command("opened.close", _("Take records from one's bar"), checks_itself=True)
def close(context: Context, *, opened_id: int | None = None) -> None:
    """Take one record from the actor's bar, or all; a number that is none of his changes nothing."""
    wanted = [OpenedRecord.user_id == (context.actor.user_id or 0), OpenedRecord.kept_since.is_not(None)]
    if opened_id is not None:
        wanted.append(OpenedRecord.id == opened_id)
    context.session.execute(
        update(OpenedRecord)
        .where(*wanted)
        .values(kept_since=None)
        .execution_options(synchronize_session=False)
    )


@command("opened.bar", _("Show or hide the bar of open records"), checks_itself=True)
def show_bar(context: Context, *, shown: bool) -> None:
    """Show the actor's bar on his pages, or put it away; what stands in it stays."""
    choose(context, {BAR: None if shown else True})


@command("favourite.mark", _("Give a record a star"), checks_itself=True)
def mark(context: Context, *, resource: str, record_id: int, marked: bool = True) -> None:
    """Give a record that the actor sees a star, at the end of his favourites, or take it back."""
    user_id = _see(context, resource, record_id)
    context.session.execute(delete(Favourite).where(*_same(Favourite, user_id, resource, record_id)))
    if not marked:
        return
    count, last = context.session.execute(
        select(func.count(Favourite.id), func.max(Favourite.place)).where(Favourite.user_id == user_id)
    ).one()
    if count >= MOST_FAVOURITES:
        raise Refused(_("You have %(most)d favourites; take some away first.", most=MOST_FAVOURITES))
    row = {"user_id": user_id, "resource": resource, "record_id": record_id, "place": (last or 0) + 1}
    insert_rows(context.session, Favourite, [row])  # type: ignore[arg-type]


@command("favourite.move", _("Order one's favourites"), checks_itself=True)
def move(context: Context, *, favourite_id: int, before: int | None) -> None:
    """Put a favourite before another of the actor's, or at the end where `before` is None."""
    moved = find_favourite(context, favourite_id)
    if before is not None:
        find_favourite(context, before)
    statement = (
        select(Favourite.id)
        .where(Favourite.user_id == moved.user_id, Favourite.id != favourite_id)
        .order_by(Favourite.place, Favourite.id)
    )
    order = list(context.session.execute(statement).scalars())
    order.insert(order.index(before) if before in order else len(order), favourite_id)
    for place, number in enumerate(order, 1):
        context.session.execute(
            update(Favourite)
            .where(Favourite.id == number)
            .values(place=place)
            .execution_options(synchronize_session=False)
        )


def _see(context: Context, resource: str, record_id: int) -> int:
    """Give the actor's number; raise `NotFound` for a record that he does not see."""
    if context.actor.user_id is None:
        raise Forbidden()
    declared = context.runtime.resource(resource)
    if not context.may(declared.permission, "view") or not visible(context, declared, [record_id]):
        raise NotFound()
    return context.actor.user_id


def _same(
    model: type[OpenedRecord | Favourite], user_id: int, resource: str, record_id: int
) -> list[ColumnElement[bool]]:
    return [model.user_id == user_id, model.resource == resource, model.record_id == record_id]


def _forget(context: Context, user_id: int) -> None:
    """Let go of what was opened before the last fifty, and of what the bar has no room for."""
    mine = OpenedRecord.user_id == user_id
    latest = OpenedRecord.opened_at.desc(), OpenedRecord.id.desc()
    old = select(OpenedRecord.id).where(mine).order_by(*latest).offset(MOST_OPENED)
    context.session.execute(delete(OpenedRecord).where(mine, OpenedRecord.id.in_(old)))
    kept = select(OpenedRecord.id).where(mine, OpenedRecord.kept_since.is_not(None))
    too_many = kept.order_by(*latest).offset(MOST_KEPT)
    context.session.execute(
        update(OpenedRecord)
        .where(mine, OpenedRecord.id.in_(too_many))
        .values(kept_since=None)
        .execution_options(synchronize_session=False)
    )
