"""Fields that administrators define: the commands that make, change, order, retire and delete them.

Every change raises the epoch, so that all processes build their resources anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from kernel.administration.user_field_form import extensible, kind_of, read_definition
from kernel.extension.state import raise_epoch
from kernel.i18n import _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Problem, Refused
from kernel.resources.queue import enqueue
from kernel.resources.resource import Resource
from kernel.resources.user_fields import keeping, rekeying
from kernel.resources.user_fields.definition import FLAGS, Definition, Option, definition_of, read_definitions
from kernel.resources.user_fields.models import UserField

REKEY = rekeying.KIND
MOST_FIELDS = 200
"""Fields of one table, those out of use aside."""
STEP = 10


@dataclass(frozen=True)
class Kept:
    """A definition on its page: the version that a form sends back, and how many records hold a value."""

    definition: Definition
    version: int
    filled: keeping.Filled


def definitions(context: Context) -> tuple[Definition, ...]:
    """Give all definitions in their order, those out of use too."""
    administrators_only(context)
    with context.system("read the user-defined fields") as system:
        return read_definitions(system.session)


def kept(context: Context, field_id: int) -> Kept:
    """Give a definition with what its page shows; raise `NotFound`."""
    administrators_only(context)
    with context.system("read a user-defined field") as system:
        row = _row(system, field_id)
        definition = definition_of(row)
        model = _model(context, definition)
        filled = keeping.count_filled(system, model, row.key) if model is not None else keeping.Filled(0, 0)
        return Kept(definition, row.version, filled)


@command("user_field.save", _("Define a field"), resource="user_field", action="edit")
def save(
    context: Context,
    *,
    kind: str,
    values: Mapping[str, Any],
    options: Sequence[Mapping[str, Any]] = (),
    field_id: int | None = None,
    version: int | None = None,
) -> int:
    """Define a field, or change one, and give its id.

    `values` and `options` are what was entered (see `user_field_form`). Another kind, or other bounds, are refused where
    stored values do not fit; else the values are brought to it. Raises `Invalid` or `EditConflict`.
    """
    administrators_only(context)
    with context.system("user-defined fields") as system:
        row = None if field_id is None else _row(system, field_id, lock=True)
        if row is not None and version is not None and row.version != version:
            raise EditConflict()
        present = None if row is None else definition_of(row)
        others = [
            each for each in read_definitions(system.session) if present is None or each.id != present.id
        ]
        wanted = read_definition(system, kind_of(kind), values, options, present, others)
        if present is None:
            _check_room(wanted, others)
        model = _home(context, wanted).model
        if present is not None:
            wanted = _with_used_options(system, model, present, wanted)
        row = row or UserField(position=_next_place(others))
        _settle(system, model, row, present, wanted)
        raise_epoch(system.session)
        note(system, "user_field.save", resource="user_field", record_id=row.id, detail={"key": row.key})
        return row.id


@command("user_field.move", _("Order the user-defined fields"), resource="user_field", action="edit")
def move(context: Context, *, field_id: int, up: bool) -> None:
    """Move a field one place up or down among those of its table; at the end nothing happens."""
    administrators_only(context)
    with context.system("user-defined fields") as system:
        subject = _row(system, field_id).subject
        statement = (
            select(UserField)
            .where(UserField.subject == subject, UserField.retired_at.is_(None))
            .order_by(UserField.position, UserField.id)
            .with_for_update()
        )
        rows = list(system.session.execute(statement).scalars())
        place = next((index for index, row in enumerate(rows) if row.id == field_id), None)
        if place is None:
            raise NotFound()
        other = place - 1 if up else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        for index, row in enumerate(rows, 1):
            row.position = index * STEP
        system.session.flush()
        raise_epoch(system.session)


@command("user_field.retire", _("Take a field out of use"), resource="user_field", action="edit")
def retire(context: Context, *, field_id: int) -> None:
    """Take a field out of forms, lists, searches and imports; its values stay where they are."""
    administrators_only(context)
    with context.system("user-defined fields") as system:
        row = _row(system, field_id, lock=True)
        if row.retired_at is not None:
            return
        before = definition_of(row)
        row.retired_at = context.now
        system.session.flush()
        keeping.release_unique(system, row.id)
        _search_anew(system, _model(context, before), before, replace(before, retired=True))
        raise_epoch(system.session)
        note(system, "user_field.retire", resource="user_field", record_id=row.id, detail={"key": row.key})


@command("user_field.restore", _("Take a field into use again"), resource="user_field", action="edit")
def restore(context: Context, *, field_id: int) -> None:
    """Bring a field back with its values. `Invalid` where these are no longer unique, `Refused` where there is no room."""
    administrators_only(context)
    with context.system("user-defined fields") as system:
        row = _row(system, field_id, lock=True)
        if row.retired_at is None:
            return
        retired = definition_of(row)
        present = replace(retired, retired=False)
        _check_room(present, [each for each in read_definitions(system.session) if each.id != row.id])
        row.retired_at = None
        system.session.flush()
        model = _model(context, present)
        if model is not None and present.make().unique:
            keeping.guard_unique(system, model, row.subject, present.make())
        _search_anew(system, model, retired, present)
        raise_epoch(system.session)
        note(system, "user_field.restore", resource="user_field", record_id=row.id, detail={"key": row.key})


@command("user_field.purge", _("Delete a field with its values"), resource="user_field", action="purge")
def purge(context: Context, *, field_id: int, expected: int) -> int:
    """Delete a field that is out of use and all its values for good; give how many there were.

    `expected` is the number that the plan has shown: `Refused` where there are more by now.
    """
    administrators_only(context)
    with context.system("user-defined fields") as system:
        row = _row(system, field_id, lock=True)
        definition = definition_of(row)
        if row.retired_at is None:
            raise Refused(_("Take the field out of use first."))
        model = _model(context, definition)
        if model is None:
            raise Refused(_("The plugin whose records hold the values does not run."))
        if keeping.count_filled(system, model, row.key).number > expected:
            raise Refused(_("More records hold a value than the plan has shown. Look at it again."))
        number = keeping.delete_values(system, model, row.key)
        system.session.delete(row)
        system.session.flush()
        raise_epoch(system.session)
        detail = {"key": definition.key, "title": definition.title, "values": number}
        note(system, "user_field.purge", resource="user_field", record_id=field_id, detail=detail)
        return number


def _settle(
    system: Context, model: Any, row: UserField, present: Definition | None, wanted: Definition
) -> None:
    """Write a definition, and bring the stored values, their guard and the search keys in line with it."""
    was_unique = present is not None and not present.retired and present.make().unique
    _fill(row, wanted)
    system.session.add(row)
    # While values are brought to another kind, the guard would see them half done.
    row.unique_values = False
    system.session.flush()
    wanted = replace(wanted, id=row.id)
    made = wanted.make()
    if present is not None and _reads_otherwise(present, wanted):
        if was_unique:
            keeping.release_unique(system, row.id)
        keeping.convert_values(system, model, present.make(), made)
    if made.unique:
        row.unique_values = True
        system.session.flush()
        if not wanted.retired:
            keeping.guard_unique(system, model, wanted.subject, made)
    elif was_unique:
        keeping.release_unique(system, row.id)
    if present is not None:
        _search_anew(system, model, present, wanted)


def _fill(row: UserField, wanted: Definition) -> None:
    for name in ("key", "subject", "kind", "title"):
        setattr(row, name, getattr(wanted, name))
    for name in ("title_en", "help", "section"):
        setattr(row, name, getattr(wanted, name) or None)
    row.resources = list(wanted.resources)
    row.parameters = dict(wanted.parameters)
    row.default_value = wanted.default_value
    for flag in FLAGS:
        setattr(row, flag, wanted.has(flag))


def _reads_otherwise(present: Definition, wanted: Definition) -> bool:
    def reading(definition: Definition) -> Any:
        bounds = {name: value for name, value in definition.parameters.items() if name != "options"}
        return definition.kind, bounds

    return bool(reading(present) != reading(wanted))


def _with_used_options(system: Context, model: Any, present: Definition, wanted: Definition) -> Definition:
    """Keep options that were left out but are still held by some record: out of use, so that they stay readable."""
    if wanted.kind != present.kind or not present.options:
        return wanted
    given = {option.key for option in wanted.options}
    made = present.make()
    used = [
        option
        for option in present.options
        if option.key not in given and _is_held(system, model, made, option)
    ]
    stored = [each.stored() for each in (*wanted.options, *(replace(each, active=False) for each in used))]
    return replace(wanted, parameters={**wanted.parameters, "options": stored})


def _is_held(system: Context, model: Any, made: Any, option: Option) -> bool:
    statement = select(model.id).where(made.holds(model, option.key)).limit(1)
    return system.session.execute(statement).first() is not None


def _search_anew(system: Context, model: Any, before: Definition, after: Definition) -> None:
    """Have the search keys computed anew where what is searched has changed; what may be searched less is taken off now."""
    if model is None or _searched(before) == _searched(after):
        return
    homes = [
        resource
        for name in sorted({*before.resources, *after.resources})
        if (resource := system.runtime.resources.get(name)) is not None and resource.search is not None
    ]
    attributes = {
        attribute
        for resource in homes
        if resource.search is not None
        for attribute in (resource.search.key, resource.search.private)
        if attribute is not None
    }
    if _searched(before) is not None:
        keeping.strip_keys(system, model, sorted(attributes))
    for resource in homes:
        enqueue(system, REKEY, resource=resource.name)


def _searched(definition: Definition) -> Any:
    """What decides how the values of a field stand in the search keys; None where they do not."""
    made = definition.make()
    if definition.retired or not made.searchable:
        return None
    titles = tuple((option.key, option.title) for option in definition.options)
    return made.private, definition.kind, titles, frozenset(definition.resources)


def _check_room(wanted: Definition, others: Sequence[Definition]) -> None:
    present = sum(not each.retired and each.subject == wanted.subject for each in others)
    if present >= MOST_FIELDS:
        raise Invalid([Problem(None, _("There can be %(most)d such fields at most.", most=MOST_FIELDS))])


def _next_place(others: Sequence[Definition]) -> int:
    return (len(others) + 1) * STEP + 1000


def _home(context: Context, definition: Definition) -> Resource:
    return extensible(context.runtime)[definition.resources[0]]


def _model(context: Context, definition: Definition) -> Any:
    """Give the model whose rows hold the values; None while the plugin that has it does not run."""
    tables = context.runtime.by_table.get(definition.subject, ())
    return tables[0].model if tables else None


def _row(system: Context, field_id: int, *, lock: bool = False) -> UserField:
    statement = select(UserField).where(UserField.id == field_id)
    if lock:
        statement = statement.with_for_update()
    row = system.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row
