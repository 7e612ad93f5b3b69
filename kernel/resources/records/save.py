"""Create and edit a record with the rows and facets that belong to it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, Problem
from kernel.resources.fields import Field
from kernel.resources.records.charges import check_receiver, take_along
from kernel.resources.records.facets import read_facets, write_facets
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
    problems.extend(_judge(context, declared, record, values, entered.before))
    if problems:
        raise Invalid(problems)
    if goes_to_another(context, declared, record):
        context.require(declared.permission, "assign")
        with context.system("created for somebody else") as system:
            number = _store(system, declared, record, entered)
    else:
        number = _store(context, declared, record, entered)
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
        raise EditConflict(_last_editor(context, record))
    owner = getattr(record, declared.owner) if declared.owner else None
    with context.session.no_autoflush:
        entered = _enter(context, declared, record, values, parts or {}, facets or {}, creating=False)
        problems = [*entered.problems, *_judge(context, declared, record, values, entered.before)]
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
    read = read_values(allowed, values, context, all_required=creating)
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
    extra, facet_problems = read_facets(context, declared, facets)
    problems.extend(facet_problems)
    return Entered(before, rows, extra, problems)


def _as_before(context: Context, item: Field, record: Any, values: Raw) -> bool:
    return item.name in values and item.unchanged(record, values[item.name], context)


def _judge(
    context: Context, declared: Resource, record: Any, values: Raw, before: Mapping[str, Any]
) -> list[Problem]:
    problems: list[Problem] = []
    if declared.prepare is not None:
        problems.extend(declared.prepare(context, record, values))
    complete_keys(context, declared.name, record)
    after = {item.name: item.value_of(record) for item in declared.fields if item.name in values}
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


def _store(context: Context, declared: Resource, record: Any, entered: Entered) -> int:
    session = context.session
    session.add(record)
    session.flush()
    for part_rows in entered.parts:
        _store_part(context, record, part_rows)
    write_facets(context, declared, record, entered.facets)
    session.flush()
    if declared.written is not None:
        declared.written(context, record)
        session.flush()
    number: int = record.id
    return number


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
            problems.append(
                Problem(None, _("This row is gone; reload the form."), part.name, rows.row_of[number])
            )
            continue
        _fill_row(context, part.prepare, row, part.fields, values, problems, part.name, rows.row_of[number])
    for number, row in present.items():
        if number not in rows.kept and part.removable:
            context.session.delete(row)
    for values in rows.added:
        place = values.pop("__row__")
        row = model(**{part.key: record.id})
        _fill_row(context, part.prepare, row, part.fields, values, problems, part.name, place)
        context.session.add(row)
    if problems:
        raise Invalid(problems)
    context.session.flush()


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


def _last_editor(context: Context, record: Any) -> str:
    from kernel.access.models import UserAccount

    changed_by = getattr(record, "updated_by", 0)
    with context.system("name of the last editor") as system:
        name = system.session.execute(
            select(UserAccount.display_name).where(UserAccount.id == changed_by)
        ).scalar_one_or_none()
    return name or ""
