"""Create many records in a few statements, with the checks of the single create; and what to do when some are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError

from kernel.access.errors import RefusedStatement
from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.resources.constraints import explain_integrity
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Forbidden, Invalid, Problem
from kernel.resources.importing.reading import Entered
from kernel.resources.records import goes_to_another
from kernel.resources.resource import Facet, Resource


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
    mine = [place for place, record in enumerate(records) if not goes_to_another(context, resource, record)]
    others = [place for place in range(len(records)) if place not in set(mine)]
    if others and not context.may(resource.permission, "assign"):
        problems += [Problem(resource.owner, Forbidden().message, row=place) for place in others]
    if problems:
        raise Invalid(problems)
    _store(context, resource, [(rows[place], records[place]) for place in mine])
    if others:
        with context.system("created for somebody else") as system:
            _store(system, resource, [(rows[place], records[place]) for place in others])
    return [record.id for record in records]


def _record(context: Context, resource: Resource, row: Entered) -> Any:
    record = resource.model(**dict(resource.fixed))
    defaults = {item.name: item.default for item in resource.fields if item.default is not None}
    for name, value in {**defaults, **row.values}.items():
        if name in resource.by_name:
            setattr(record, resource.by_name[name].attribute, value)
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
    changes = [Change(record_id=None, before={}, after=row.values) for row in rows]
    for answer in context.runtime.require("validate", ctx=context, resource=resource.name, changes=changes):
        problems += list(answer.value)
    return problems


def _store(context: Context, resource: Resource, pairs: Sequence[tuple[Entered, Any]]) -> None:
    session = context.session
    session.add_all(record for _row, record in pairs)
    session.flush()
    for facet in context.runtime.facets(resource):
        session.add_all(
            facet.model(**{facet.key: record.id, **values})
            for row, record in pairs
            if (values := _facet_values(facet, row.values))
        )
    session.flush()
    if resource.written is not None:
        for _row, record in pairs:
            resource.written(context, record)
        session.flush()


def _facet_values(facet: Facet, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        item.attribute: values[facet.qualified(item.name)]
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
