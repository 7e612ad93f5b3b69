"""Notes on any record: read where the record is visible, written where it may be edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem
from kernel.resources.fields import FieldError, LongText
from kernel.resources.models import Note
from kernel.resources.records import editable, load
from kernel.resources.resource import Resource

BODY = LongText("body", _("Note"), required=True)


def notes(
    context: Context,
    resource: Resource,
    record_id: int,
    *,
    before: datetime | None = None,
    limit: int = 500,
    by: int | None = None,
) -> Sequence[Note]:
    """Give the notes on a record, newest first; raises `NotFound` for a record that is not visible.

    With `before` only those written earlier, with `by` only those of a user.
    """
    load(context, resource, record_id)
    statement = (
        select(Note)
        .where(Note.root == resource.table, Note.root_id == record_id, Note.binned_at.is_(None))
        .order_by(Note.created_at.desc(), Note.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Note.created_at < before)
    if by is not None:
        statement = statement.where(Note.created_by == by)
    with context.system("notes on a visible record") as system:
        found = list(system.session.execute(statement).scalars())
        for note in found:
            system.session.expunge(note)
    return found


@command("note.add", _("Add a note"), checks_itself=True)
def add(context: Context, *, resource: str, record_id: int, body: str) -> int:
    """Add a note to a record that the actor may edit; give its id."""
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id)
    text = _read(context, body)
    with context.system("a note on an editable record") as system:
        note = Note(root=declared.table, root_id=record_id, body=text)
        system.session.add(note)
        system.session.flush()
        return note.id


@command("note.edit", _("Change a note"), checks_itself=True)
def edit(context: Context, *, resource: str, record_id: int, note_id: int, body: str) -> int:
    """Change a note that the actor wrote himself."""
    text = _read(context, body)
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id)
    with context.system("a note on an editable record") as system:
        note = _own(system, context.actor, declared, record_id, note_id)
        note.body = text
        system.session.flush()
    return note_id


@command("note.delete", _("Delete a note"), checks_itself=True)
def delete(context: Context, *, resource: str, record_id: int, note_id: int) -> int:
    """Put a note that the actor wrote himself into the bin."""
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id)
    with context.system("a note on an editable record") as system:
        note = _own(system, context.actor, declared, record_id, note_id)
        note.binned_at = context.now
        note.binned_by = context.actor.user_id
        system.session.flush()
    return note_id


def _read(context: Context, body: str) -> str:
    try:
        text: str = BODY.read(body, context)
    except FieldError as error:
        raise Invalid([Problem("body", error.message)]) from error
    return text


def _own(system: Context, actor: Actor, declared: Resource, record_id: int, note_id: int) -> Note:
    note = system.session.get(Note, note_id, with_for_update=True)
    if note is None or note.binned_at or (note.root, note.root_id) != (declared.table, record_id):
        raise NotFound()
    if note.created_by != actor.user_id and not actor.is_administrator:
        raise Forbidden(_("Only who wrote a note may change it."))
    return note
