"""One field of many records: what may be edited so, one record's share of it, and putting back what it held before.

Former values are read from the history that the edit itself wrote: nothing is kept twice, and what was erased there stays
erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from kernel.data.base import Confidential, Versioned
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused
from kernel.resources.fields import Field
from kernel.resources.lists.searching import any_of
from kernel.resources.models import History
from kernel.resources.records.load import editable, load
from kernel.resources.records.values import edited_alone
from kernel.resources.resource import Resource

EDIT = "record.edit_field"
UNDO = "record.undo_field"
GONE = _("What it held before is not known any more.")


@dataclass(frozen=True)
class Span:
    """Which edit of many records is meant: the field, and the moments between which one user's edit of it went on."""

    field: str
    since: str
    until: str
    """Moments in ISO form, so that the span travels in a sealed message or with work."""


def fields_of_many(context: Context, resource: Resource) -> list[Field]:
    """Give the fields that the actor may edit of many records at once; none where he may edit no record of the kind."""
    if not context.may(resource.permission, "edit"):
        return []
    return [item for item in resource.visible_fields(context) if edited_alone(context, resource, item)]


def field_of_many(context: Context, resource: Resource, name: str) -> Field:
    """Give one of these fields. Raises `NotFound` for any other: a hidden one answers like one that is not there."""
    for item in fields_of_many(context, resource):
        if item.name == name:
            return item
    raise NotFound()


def can_be_undone(resource: Resource) -> bool:
    """Say whether history tells what records of the kind held."""
    return not issubclass(resource.model, Confidential)


def versions_of(context: Context, resource: Resource, ids: Sequence[int]) -> dict[int, int]:
    """Give the versions of those records that the actor sees; none where records of the kind have none."""
    model = resource.model
    if not ids or not issubclass(model, Versioned):
        return {}
    found = context.session.execute(select(model.id, model.version).where(any_of(model.id, ids)))
    return {row[0]: row[1] for row in found}


@command(EDIT, _("Edit a field of many records"), checks_itself=True)
def edit_field(
    context: Context, *, resource: str, record_id: int, field: str, raw: Any, version: int | None = None
) -> bool:
    """Write what was entered into one field of one of many records; say whether it held something else before.

    Raises what `record.edit` raises; a record that holds the value already is left alone, whatever its version.
    """
    declared = context.runtime.resource(resource)
    item = field_of_many(context, declared, field)
    editable(context, declared, record_id)
    record = load(context, declared, record_id, lock=True)
    if item.value_of(record) == item.read(raw, context):
        return False
    context.run("record.edit", resource=resource, record_id=record_id, version=version, values={field: raw})
    return True


@command(UNDO, _("Undo the edit of a field"), checks_itself=True)
def undo_field(context: Context, *, resource: str, record_id: int, field: str, entry: int) -> bool:
    """Put back what a field held before the actor's edit that wrote an entry of history; say whether it held that already.

    Raises `Refused` where the field was changed since, or the former value is not known any more.
    """
    declared = context.runtime.resource(resource)
    item = field_of_many(context, declared, field)
    editable(context, declared, record_id)
    record = load(context, declared, record_id, lock=True)
    changes = _changes(context, declared, record_id, entry)
    former, written = _pair(item, changes)
    held = item.value_of(record)
    if held == former:
        return False
    if held != written:
        raise Refused(_("“%(field)s” was changed again since; it stays as it is.", field=item.title))
    values = {field: former, **_hanging(context, declared, item, record, changes)}
    context.run("record.edit", resource=resource, record_id=record_id, values=values)
    return True


def written_entries(
    context: Context, resource: Resource, span: Span, *, after: int = 0, limit: int = 200
) -> list[tuple[int, int]]:
    """Give the actor's own edits of a span as record and entry of history, by record, those behind `after`.

    Of a record that was edited several times within the span the latest counts.
    """
    item = field_of_many(context, resource, span.field)
    latest = func.max(History.id)
    statement = (
        select(History.subject_id, latest)
        .where(
            History.actor_id == (context.actor.user_id or -1),
            History.at.between(datetime.fromisoformat(span.since), datetime.fromisoformat(span.until)),
            History.command == EDIT,
            History.subject == resource.table,
            History.changes.has_key(item.noted_as),
            History.subject_id > after,
        )
        .group_by(History.subject_id)
        .order_by(History.subject_id)
        .limit(limit)
    )
    with context.system("what the actor's own edit has written") as system:
        return [(row[0], row[1]) for row in system.session.execute(statement)]


def _changes(context: Context, declared: Resource, record_id: int, entry: int) -> dict[str, Any]:
    statement = select(History.changes).where(
        History.id == entry,
        History.actor_id == (context.actor.user_id or -1),
        History.command == EDIT,
        History.subject == declared.table,
        History.subject_id == record_id,
    )
    with context.system("what the actor's own edit has replaced") as system:
        found: dict[str, Any] | None = system.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise Refused(GONE)
    return found


def _pair(item: Field, changes: dict[str, Any]) -> tuple[Any, Any]:
    try:
        old, new = (None if plain is None else item.revive(plain) for plain in changes[item.noted_as])
    except (KeyError, TypeError, ValueError):
        raise Refused(GONE) from None
    return old, new


def _hanging(
    context: Context, declared: Resource, item: Field, record: Any, changes: dict[str, Any]
) -> dict[str, Any]:
    """Give the former values of fields that the edit emptied since they applied no more, where they are empty still."""
    found = {}
    for other in fields_of_many(context, declared):
        if other.when is not None and other.when.field == item.name and other.noted_as in changes:
            former, written = _pair(other, changes)
            if other.value_of(record) == written:
                found[other.name] = former
    return found
