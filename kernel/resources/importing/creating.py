"""Create many records in a few statements, with the checks of the single create; and what to do when some are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper

from kernel.access.errors import RefusedStatement
from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.resources.constraints import explain_integrity
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Forbidden, Invalid, Problem
from kernel.resources.importing.reading import Entered
from kernel.resources.lists.searching import any_of
from kernel.resources.records import goes_to_another, insert_many
from kernel.resources.records.along import along
from kernel.resources.records.facets import facet_row, judge_facet
from kernel.resources.records.load import announce
from kernel.resources.resource import Facet, Resource
from kernel.resources.user_fields.searching import complete_keys


def create_each(
    context: Context, resource: Resource, rows: Sequence[Entered]
) -> tuple[dict[int, int], dict[int, list[Problem]]]:
    """Create records of rows; give the ids of those created and the problems of those refused, by row number.

    Rows that are refused by name are left out and the others tried again; where the database refuses without saying which,
    the rows are halved until it is known.
    """
    created: dict[int, int] = {}
    problems: dict[int, list[Problem]] = {}
    waiting = [list(rows)] if rows else []
    while waiting:
        some = waiting.pop()
        try:
            with attempt(context):
                ids = create_many(context, resource, some)
        except Invalid as refusal:
            waiting += _without_refused(some, refusal, problems)
        except (IntegrityError, RefusedStatement, CommandError) as refusal:
            waiting += _halved(context, some, refusal, problems)
        else:
            created.update(zip((row.number for row in some), ids, strict=True))
    return created, problems


@contextmanager
def attempt(context: Context) -> Iterator[None]:
    """Do something within a savepoint: when it fails, neither rows nor history nor events of it stay."""
    journal = context.journal
    if journal is None:
        raise RuntimeError("records are created inside a command")
    noted: list[list[Any]] = [journal.noted, journal.extra, journal.events, journal.work]
    lengths = [len(each) for each in noted]
    try:
        with context.session.begin_nested():
            yield
            context.session.flush()
    except BaseException:
        for each, length in zip(noted, lengths, strict=True):
            del each[length:]
        raise


def create_many(context: Context, resource: Resource, rows: Sequence[Entered]) -> Sequence[int]:
    """Create a record of each row and give their ids in order.

    `Invalid` names bad rows by their place in `Problem.row`. Uses the resource's own bulk form where there is one.
    """
    context.require(resource.permission, "create")
    if resource.bulk_create is not None:
        return resource.bulk_create(context, [row.values for row in rows])
    records = [_record(context, resource, row) for row in rows]
    problems = _judge(context, resource, rows, records)
    others = {place for place, record in enumerate(records) if goes_to_another(context, resource, record)}
    if others and not context.may(resource.permission, "assign"):
        problems += [Problem(resource.owner, Forbidden().message, row=place) for place in sorted(others)]
    if problems:
        raise Invalid(problems)
    pairs = dict(enumerate(zip(rows, records, strict=True)))
    ids = _store(context, resource, {place: pair for place, pair in pairs.items() if place not in others})
    if others:
        with context.system("created for somebody else") as system:
            ids |= _store(system, resource, {place: pairs[place] for place in others})
    announce(context, resource, list(ids.values()), "created")
    return [ids[place] for place in pairs]


def _record(context: Context, resource: Resource, row: Entered) -> Any:
    record = resource.model(**dict(resource.fixed))
    defaults = {item.name: item.default for item in resource.fields if item.default is not None}
    for name, value in {**defaults, **row.values}.items():
        if name in resource.by_name:
            resource.by_name[name].put(record, value)
    if resource.owner and getattr(record, resource.owner) is None and context.actor.kind == "user":
        setattr(record, resource.owner, context.actor.user_id)
    return record


def _judge(
    context: Context, resource: Resource, rows: Sequence[Entered], records: Sequence[Any]
) -> list[Problem]:
    problems: list[Problem] = []
    if resource.prepare is not None:
        for place, (row, record) in enumerate(zip(rows, records, strict=True)):
            found = resource.prepare(context, record, row.raw)
            problems += [Problem(each.field, each.message, row=place) for each in found]
    for record in records:
        complete_keys(context, resource.name, record)
    changes = [Change(record_id=None, before={}, after=row.values) for row in rows]
    for answer in context.runtime.require("validate", ctx=context, resource=resource.name, changes=changes):
        problems += list(answer.value)
    return problems


def _store(context: Context, resource: Resource, pairs: Mapping[int, tuple[Entered, Any]]) -> dict[int, int]:
    """Write records and their facets; give the ids by place. One statement for all that fill the same columns."""
    ids: dict[int, int] = {}
    alike: dict[tuple[str, ...], dict[int, dict[str, Any]]] = {}
    for place, (_row, record) in pairs.items():
        columns = _columns(record)
        alike.setdefault(tuple(columns), {})[place] = columns
    for rows in alike.values():
        ids |= zip(rows, insert_many(context, resource.model, list(rows.values())), strict=True)
    facets = [(facet, _given(facet, pairs, ids)) for facet in context.runtime.facets(resource)]
    owned = [(facet.model, facet.key) for facet, given in facets if given]
    with along(context, resource, list(ids.values()), owned) as writer:
        for facet, given in facets:
            _write_facet(writer, facet, given, ids)
        writer.session.flush()
        _written(writer, resource, list(ids.values()))
    return ids


def _given(
    facet: Facet, pairs: Mapping[int, tuple[Entered, Any]], ids: Mapping[int, int]
) -> dict[int, dict[str, Any]]:
    return {
        ids[place]: values
        for place, (row, _record) in pairs.items()
        if (values := _facet_values(facet, row.values))
    }


def _write_facet(
    context: Context, facet: Facet, given: Mapping[int, dict[str, Any]], ids: Mapping[int, int]
) -> None:
    context.session.add_all(facet_row(facet, number, values) for number, values in given.items())
    found = judge_facet(context, facet, given)
    if found:
        places = {number: place for place, number in ids.items()}
        raise Invalid([replace(each, row=places[n]) for n, problems in found.items() for each in problems])


def _written(context: Context, resource: Resource, ids: Sequence[int]) -> None:
    if resource.written is None:
        return
    for record in context.session.scalars(select(resource.model).where(any_of(resource.model.id, list(ids)))):
        resource.written(context, record)
    context.session.flush()


def _columns(record: Any) -> dict[str, Any]:
    """Give the columns that a new record fills, in the order of the table; the database knows the others' defaults."""
    present = inspect(record).dict
    return {
        name: present.get(key, default)
        for name, key, default, always in _fillable(inspect(record).mapper)
        if always or key in present
    }


@lru_cache(maxsize=200)
def _fillable(mapper: Mapper[Any]) -> tuple[tuple[str, str, Any, bool], ...]:
    """Give the columns of a model: name, attribute, value where none is set, and whether they are written even so."""
    found = []
    for column in mapper.local_table.columns:
        default = column.default.arg if column.default is not None and column.default.is_scalar else None
        empty = column.nullable and column.server_default is None and column.computed is None
        key = mapper.get_property_by_column(column).key
        found.append((column.name, key, default, default is not None or empty))
    return tuple(found)


def _facet_values(facet: Facet, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        item.name: values[facet.qualified(item.name)]
        for item in facet.fields
        if facet.qualified(item.name) in values
    }


def _without_refused(
    rows: list[Entered], refusal: Invalid, problems: dict[int, list[Problem]]
) -> list[list[Entered]]:
    named = {each.row for each in refusal.problems if each.row is not None and 0 <= each.row < len(rows)}
    if not named:
        return _split(rows, list(refusal.problems), problems)
    for each in refusal.problems:
        if each.row in named and each.row is not None:
            problems.setdefault(rows[each.row].number, []).append(Problem(each.field, each.message))
    left = [row for place, row in enumerate(rows) if place not in named]
    return [left] if left else []


def _halved(
    context: Context, rows: list[Entered], refusal: Exception, problems: dict[int, list[Problem]]
) -> list[list[Entered]]:
    if isinstance(refusal, IntegrityError):
        refusal = explain_integrity(refusal, context.runtime.resources.values())
    if isinstance(refusal, Invalid):
        return _split(rows, list(refusal.problems), problems)
    message = refusal.message if isinstance(refusal, CommandError) else _("You may not create such a record.")
    return _split(rows, [Problem(None, message)], problems)


def _split(
    rows: list[Entered], found: list[Problem], problems: dict[int, list[Problem]]
) -> list[list[Entered]]:
    if len(rows) == 1:
        problems[rows[0].number] = found
        return []
    middle = len(rows) // 2
    return [rows[middle:], rows[:middle]]
