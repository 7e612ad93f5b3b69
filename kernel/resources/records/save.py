"""Create and edit a record with the rows and facets that belong to it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.data.base import Stamped, Versioned
from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, Problem
from kernel.resources.fields import Field
from kernel.resources.notices.handing_over import tell_receiver
from kernel.resources.records.along import Owned, along
from kernel.resources.records.charges import check_receiver, take_along
from kernel.resources.records.facets import filled, read_facets, write_facets
from kernel.resources.records.load import announce, editable, load
from kernel.resources.records.values import (
    PartRows,
    closed_to_new,
    read_part,
    read_values,
    refuse_unknown,
    writable,
    writable_parts,
    written_part_fields,
)
from kernel.resources.resource import Resource
from kernel.resources.user_fields.searching import complete_keys
from kernel.resources.views.circles import circles

Raw = Mapping[str, Any]
RawParts = Mapping[str, Sequence[Raw]]


@dataclass
class Entered:
    """What was entered for a record: the values it had before by field name, its parts and facets, what is wrong."""

    before: dict[str, Any]
    parts: list[PartRows]
    facets: dict[str, dict[str, Any]]
    problems: list[Problem]


@command("record.create", _("Create a record"), checks_itself=True)
def create(
    context: Context,
    *,
    resource: str,
    values: Raw,
    parts: RawParts | None = None,
    facets: Mapping[str, Raw] | None = None,
) -> int:
    """Create a record of `resource` and give its id.

    `values`, `parts` and `facets` hold what was entered, as text or typed; raises `Invalid` with every problem found.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "create")
    _must_be_editable(declared)
    record = declared.model(**dict(declared.fixed))
    values = {**_defaults(context, declared, record), **values}
    entered = _enter(context, declared, record, values, parts or {}, facets or {}, creating=True)
    problems = entered.problems
    if declared.owner and getattr(record, declared.owner) is None and context.actor.kind == "user":
        setattr(record, declared.owner, context.actor.user_id)
    problems.extend(_judge(context, declared, record, values, entered))
    if problems:
        raise Invalid(problems)
    if goes_to_another(context, declared, record):
        context.require(declared.permission, "assign")
        with context.system("created for somebody else") as system:
            number = _store_new(system, declared, record, entered)
    else:
        number = _store_new(context, declared, record, entered)
    announce(context, declared, [number], "created")
    return number


@command("record.edit", _("Edit a record"), checks_itself=True)
def edit(
    context: Context,
    *,
    resource: str,
    record_id: int,
    values: Raw,
    version: int | None = None,
    parts: RawParts | None = None,
    facets: Mapping[str, Raw] | None = None,
) -> int:
    """Change a record; fields and parts that are not given stay.

    `version` is the number that the form was opened with: `EditConflict` when the record has changed since.
    """
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id)
    _must_be_editable(declared)
    record = load(context, declared, record_id, lock=True)
    if version is not None and getattr(record, "version", version) != version:
        raise EditConflict(last_editor(context, record))
    owner = getattr(record, declared.owner) if declared.owner else None
    with context.session.no_autoflush:
        entered = _enter(context, declared, record, values, parts or {}, facets or {}, creating=False)
        problems = [*entered.problems, *_judge(context, declared, record, values, entered)]
        new_owner = getattr(record, declared.owner) if declared.owner else None
        if problems:
            context.session.expunge(record)
            raise Invalid(problems)
        if declared.owner and new_owner != owner:
            setattr(record, declared.owner, owner)
    _store(context, declared, record, entered)
    if declared.owner and new_owner != owner:
        _hand_over(context, declared, record_id, new_owner)
    announce(context, declared, [record_id], "changed")
    return record_id


@command("record.assign", _("Hand a record over"), checks_itself=True)
def assign(context: Context, *, resource: str, record_id: int, owner: int | None) -> int:
    """Give a record to another responsible user.

    The old row is checked as the actor and written as the system: afterwards he may no longer see it.
    """
    declared = context.runtime.resource(resource)
    if declared.owner is None:
        raise Invalid([Problem(None, _("Records of this kind have no responsible user."))])
    _hand_over(context, declared, record_id, owner)
    announce(context, declared, [record_id], "changed")
    return record_id


def _hand_over(context: Context, declared: Resource, record_id: int, owner: int | None) -> None:
    assert declared.owner is not None
    editable(context, declared, record_id, "assign")
    context.session.flush()
    with context.system("handing over") as system:
        check_receiver(system, declared, owner)
        record = load(system, declared, record_id, lock=True)
        former = getattr(record, declared.owner)
        setattr(record, declared.owner, owner)
        system.session.flush()
        if former is not None and owner is not None and former != owner:
            take_along(system, declared, [record_id], former, owner)
        if declared.handed is not None and former != owner:
            declared.handed(system, [record_id], former, owner)
    tell_receiver(context, declared, record_id, owner, former)
    context.session.expire_all()


def _must_be_editable(declared: Resource) -> None:
    if not declared.editable:
        raise Forbidden(_("Records of this kind are changed by commands of their own."))


def _defaults(context: Context, declared: Resource, record: Any) -> dict[str, Any]:
    """Give the defaults of the actor's fields; those of fields that are not his to write are written here."""
    own = {item.name for item in writable(context, declared)}
    found = {item.name: item for item in declared.fields if item.default is not None}
    for name, item in found.items():
        if name not in own:
            item.put(record, item.default)
    return {name: item.default for name, item in found.items() if name in own}


def _enter(
    context: Context,
    declared: Resource,
    record: Any,
    values: Raw,
    parts: RawParts,
    facets: Mapping[str, Raw],
    *,
    creating: bool,
) -> Entered:
    allowed = writable(context, declared)
    problems = refuse_unknown(declared, values, allowed)
    if creating:
        problems.extend(closed_to_new(declared.fields, allowed))
    if not creating:
        allowed = [item for item in allowed if not _as_before(context, item, record, values)]
    read = read_values(allowed, values, context, all_required=creating, held=_held(declared, record))
    problems.extend(read.problems)
    before: dict[str, Any] = {}
    for name, value in read.values.items():
        held = None if creating else declared.by_name[name].value_of(record)
        if declared.by_name[name].put(record, value) and not creating:
            before[name] = held
    rows: list[PartRows] = []
    known = {part.name: part for part in writable_parts(context, declared)}
    for name, raw_rows in parts.items():
        if name not in known:
            problems.append(Problem(None, _("“%(name)s” cannot be entered here.", name=name[:60])))
            continue
        written = written_part_fields(context, declared, known[name])
        part_rows, part_problems = read_part(known[name], raw_rows, context, written)
        rows.append(part_rows)
        problems.extend(part_problems)
    extra, facet_problems = read_facets(context, declared, facets, creating=creating)
    problems.extend(facet_problems)
    return Entered(before, rows, extra, problems)


def _held(declared: Resource, record: Any) -> Callable[[str], Any]:
    return lambda name: declared.by_name[name].value_of(record)


def _as_before(context: Context, item: Field, record: Any, values: Raw) -> bool:
    return item.name in values and item.unchanged(record, values[item.name], context)


def _judge(context: Context, declared: Resource, record: Any, values: Raw, entered: Entered) -> list[Problem]:
    """Ask the rules of the trade. `prepare` is asked only where no required field is missing: it reckons with them."""
    problems: list[Problem] = []
    before = entered.before
    required = {item.name for item in declared.fields if item.required}
    missing = any(problem.part is None and problem.field in required for problem in entered.problems)
    if declared.prepare is not None and not missing:
        told = {problem.place for problem in entered.problems if problem.field}
        problems.extend(each for each in declared.prepare(context, record, values) if each.place not in told)
    if not problems:
        problems.extend(circles(context, declared, record, values))
    complete_keys(context, declared.name, record)
    after = {
        item.name: item.value_of(record)
        for item in declared.fields
        if item.name in values or item.name in before
    }
    change = Change(record_id=getattr(record, "id", None), before=before, after=after)
    for answer in context.runtime.require("validate", ctx=context, resource=declared.name, changes=[change]):
        problems.extend(answer.value)
    return problems


def goes_to_another(context: Context, declared: Resource, record: Any) -> bool:
    """Say whether a new record would leave its maker's reach: that needs the right to assign, and the system to write."""
    if declared.owner is None or context.actor.kind != "user":
        return False
    if "all" in context.actor.scopes(declared.permission, "create"):
        return False
    return bool(getattr(record, declared.owner) != context.actor.user_id)


def _store(context: Context, declared: Resource, record: Any, entered: Entered) -> None:
    context.session.add(record)
    context.session.flush()
    noted = _noted(context)
    for part_rows in entered.parts:
        _store_part(context, record, part_rows)
    _finish(context, declared, record, entered)
    if _noted(context) > noted and isinstance(record, Versioned) and isinstance(record, Stamped):
        # Rows that belong to the record have changed: a form that was opened before must hear of it.
        record.updated_at = context.now
        context.session.flush()


def _noted(context: Context) -> int:
    return 0 if context.journal is None else len(context.journal.noted)


def _store_new(context: Context, declared: Resource, record: Any, entered: Entered) -> int:
    """Write a new record with all that was entered along with it, for which the right to create it suffices."""
    context.session.add(record)
    context.session.flush()
    number: int = record.id
    rows = [row for part_rows in entered.parts for row in _new_rows(context, record, part_rows)]
    with along(context, declared, [number], _owned(context, declared, entered)) as writer:
        writer.session.add_all(rows)
        writer.session.flush()
        kept = record if writer is context else load(writer, declared, number)
        _finish(writer, declared, kept, entered)
    return number


def _owned(context: Context, declared: Resource, entered: Entered) -> list[Owned]:
    """Give the models of what was entered along with a record, with their keys to it."""
    parts = [(rows.part.model, rows.part.key) for rows in entered.parts if rows.added]
    facets = [
        (facet.model, facet.key)
        for facet in context.runtime.facets(declared)
        if any(filled(value) for value in entered.facets.get(facet.plugin, {}).values())
    ]
    return [*parts, *facets]


def _finish(context: Context, declared: Resource, record: Any, entered: Entered) -> None:
    write_facets(context, declared, record, entered.facets)
    context.session.flush()
    if declared.written is not None:
        declared.written(context, record)
        context.session.flush()


def _new_rows(context: Context, record: Any, rows: PartRows) -> list[Any]:
    """Make the rows of one part of a new record; raises `Invalid` with what their own rule finds wrong."""
    problems = [_gone(rows, number) for number in rows.changed]
    made = [_added(context, record, rows, values, problems) for values in rows.added]
    if problems:
        raise Invalid(problems)
    return made


def _store_part(context: Context, record: Any, rows: PartRows) -> None:
    part = rows.part
    model = part.model
    key = getattr(model, part.key)
    statement = select(model).where(key == record.id)
    if part.only is not None:
        statement = statement.where(part.only(model))
    present = {row.id: row for row in context.session.execute(statement).scalars()}
    problems: list[Problem] = []
    for number, values in rows.changed.items():
        row = present.get(number)
        if row is None:
            problems.append(_gone(rows, number))
            continue
        _fill_row(context, part.prepare, row, part.fields, values, problems, part.name, rows.row_of[number])
    for number, row in present.items():
        if number not in rows.kept and part.removable:
            context.session.delete(row)
    for values in rows.added:
        context.session.add(_added(context, record, rows, values, problems))
    if problems:
        raise Invalid(problems)
    context.session.flush()


def _gone(rows: PartRows, number: int) -> Problem:
    return Problem(None, _("This row is gone; reload the form."), rows.part.name, rows.row_of[number])


def _added(
    context: Context, record: Any, rows: PartRows, values: dict[str, Any], problems: list[Problem]
) -> Any:
    part = rows.part
    place = values.pop("__row__")
    row = part.model(**{part.key: record.id})
    _fill_row(context, part.prepare, row, part.fields, values, problems, part.name, place)
    return row


def _fill_row(
    context: Context,
    prepare: Any,
    row: Any,
    fields: Sequence[Any],
    values: Mapping[str, Any],
    problems: list[Problem],
    part: str,
    place: int,
) -> None:
    known = {item.name: item for item in fields}
    # What `prepare` asks for must not write a row that it has yet to judge.
    with context.session.no_autoflush:
        for name, value in values.items():
            known[name].put(row, value)
        found = () if prepare is None else prepare(context, row, values)
    problems.extend(Problem(problem.field, problem.message, part, place) for problem in found)


def last_editor(context: Context, record: Any) -> str:
    """Give the name of the user who changed a visible record last; empty where that is nobody."""
    from kernel.access.models import UserAccount

    changed_by = getattr(record, "updated_by", 0)
    with context.system("name of the last editor") as system:
        name = system.session.execute(
            select(UserAccount.display_name).where(UserAccount.id == changed_by)
        ).scalar_one_or_none()
    return name or ""
