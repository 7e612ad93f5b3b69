"""Which rows of a file are there already: a file imported twice creates nothing new.

A row is the same as a record when an identity agrees (national code, mobile) and no stronger one contradicts, or, without
any identity, when name and birth date agree. A row is the same as an earlier row when it has the same content. The search
sees every record, and tells of a hidden one only that it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, and_, any_, bindparam, func, insert, or_, select
from sqlalchemy import Text as SqlText

from kernel.access.models import AuditEntry
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.fields import Field, Text
from kernel.resources.forwarded import forwarded
from kernel.resources.importing.reading import Entered, fingerprint
from kernel.resources.lists.searching import any_of
from kernel.resources.models import ImportRow
from kernel.resources.resource import Resource

CREATED, THERE = 1, 2
TOLD = "import.duplicate_told"
"""The audit's name for telling an importer of a record that he may not see."""


@dataclass(frozen=True)
class There:
    """A row that is there already: as a record, or as row `row` of the same file, and what says so."""

    record_id: int | None
    reason: LazyText
    row: int | None = None


@dataclass
class Matches:
    """What was found for some rows, by row number."""

    there: dict[int, There] = field(default_factory=dict)
    probable: dict[int, list[Duplicate]] = field(default_factory=dict)
    fingerprints: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """A record, or an earlier row of the same file, with its identities in the order of their strength."""

    record_id: int | None
    row: int | None
    identities: tuple[Any, ...]


def match(context: Context, resource: Resource, rows: Sequence[Entered]) -> Matches:
    """Find which rows are there already and which probably are; a constant number of statements."""
    found = Matches(fingerprints={row.number: fingerprint(resource, row.values) for row in rows})
    with context.system("what an import brings may be there already") as system:
        earlier = _earlier(system, resource, found.fingerprints.values())
        index = _Index(resource, _candidates(system, resource, rows), _same_names(system, resource, rows))
    first: dict[str, int] = {}
    for row in rows:
        mark = found.fingerprints[row.number]
        if mark in earlier:
            found.there[row.number] = There(earlier[mark], _("This row was imported before."))
        elif mark in first:
            found.there[row.number] = _repeats(first[mark])
        elif (there := index.find(row)) is not None:
            found.there[row.number] = there
        else:
            first[mark] = row.number
            index.add(row)
    _ask_resource(context, resource, rows, found)
    _account(context, resource, found)
    return found


def _earlier(system: Context, resource: Resource, marks: Iterable[str]) -> dict[str, int]:
    """Give the records that rows of equal content became, as far as they still exist; a mark holds the resource's name."""
    statement = select(ImportRow.fingerprint, ImportRow.record_id).where(
        one_of(ImportRow.fingerprint, marks), ImportRow.outcome.in_((CREATED, THERE))
    )
    known: dict[str, Any] = {str(row[0]): row[1] for row in system.session.execute(statement) if row[1]}
    if not known:
        return {}
    merged = forwarded(system, resource.table, known.values())
    known = {mark: merged.get(number, number) for mark, number in known.items()}
    kept = set(
        system.session.scalars(_kept(resource, resource.model.id).where(_among(resource, known.values())))
    )
    return {mark: number for mark, number in known.items() if number in kept}


def one_of(column: Any, values: Iterable[Any]) -> Any:
    """Build `column = ANY(values)`: one bound array, so that the statement is the same for every batch."""
    return column == any_(bindparam(None, list(values), ARRAY(column.type), unique=True))


def _among(resource: Resource, ids: Iterable[int]) -> Any:
    return any_of(resource.model.id, list(ids))


def _kept(resource: Resource, *columns: Any) -> Any:
    model = resource.model
    statement = select(*columns)
    if resource.only is not None:
        statement = statement.where(resource.only(model))
    return statement.where(model.binned_at.is_(None)) if hasattr(model, "binned_at") else statement


def _identities(resource: Resource) -> list[Field]:
    return [resource.by_name[name] for name in resource.identities if name in resource.by_name]


def _candidates(system: Context, resource: Resource, rows: Sequence[Entered]) -> list[_Known]:
    """Find the records that share an identity with a row: a statement for each identity, since each has its own index."""
    fields = _identities(resource)
    columns = [item.column(resource.model) for item in fields]
    found: dict[int, _Known] = {}
    for item in fields:
        values = {row.values[item.name] for row in rows if item.name in row.values}
        if values:
            statement = _kept(resource, resource.model.id, *columns).where(item.among(resource.model, values))
            found |= {
                row[0]: _Known(row[0], None, tuple(row[1:])) for row in system.session.execute(statement)
            }
    return [*found.values(), *_merged(system, resource, rows)]


def _merged(system: Context, resource: Resource, rows: Sequence[Entered]) -> Iterable[_Known]:
    """Give the records that bear an identity of a row by a merge: of the record that was merged into them."""
    if resource.former is None:
        return
    fields = _identities(resource)
    wanted = {
        item.name: {row.values[item.name] for row in rows if item.name in row.values} for item in fields
    }
    for name, value, number in resource.former(system, wanted):
        yield _Known(number, None, tuple(value if item.name == name else None for item in fields))


Names = dict[tuple[Any, ...], _Known]


def _same_names(system: Context, resource: Resource, rows: Sequence[Entered]) -> Names:
    """Find the records that may be told by name and birth date: by the fields that are no texts, else by the label."""
    fields = [resource.by_name[name] for name in resource.same_without_identity]
    wanted = [row for row in rows if _name_of(resource, row.values) is not None]
    if not wanted:
        return {}
    exact = [item for item in fields if not isinstance(item, Text)]
    statement = _kept(resource, resource.model.id, *(item.column(resource.model) for item in fields))
    for item in exact:
        given = {row.values[item.name] for row in wanted}
        statement = statement.where(item.among(resource.model, given))
    if not exact:
        if resource.search is None:
            return {}
        labels = {"".join(squeeze(row.values[item.name]) for item in fields) for row in wanted}
        statement = statement.where(_called(getattr(resource.model, resource.search.key), labels))
    found: Names = {}
    for number, *values in system.session.execute(statement):
        if None not in values:
            found.setdefault(_folded(fields, values), _Known(number, None, ()))
    return found


def _called(key: Any, labels: Iterable[str]) -> ColumnElement[bool]:
    """Build "the stored key begins with one of these labels, whole", as ranges that an index knows."""
    label = func.unnest(bindparam(None, list(labels), ARRAY(SqlText), unique=True)).column_valued("label")
    return or_(key == label, and_(key >= label.concat("|"), key < label.concat("}")))


def _name_of(resource: Resource, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Give what a row without identities is known by; None where it has one, or lacks a part of its name."""
    if any(item.name in values for item in _identities(resource)):
        return None
    fields = [resource.by_name[name] for name in resource.same_without_identity]
    parts = [values.get(item.name) for item in fields]
    return None if not parts or None in parts else _folded(fields, parts)


def _folded(fields: Sequence[Field], values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        squeeze(value) if isinstance(item, Text) else value
        for item, value in zip(fields, values, strict=True)
    )


class _Index:
    """Records and accepted rows by identity and by name."""

    def __init__(self, resource: Resource, known: Sequence[_Known], names: Names) -> None:
        self._resource = resource
        self._fields = _identities(resource)
        self._names = names
        self._by_value: list[dict[Any, list[_Known]]] = [{} for _field in self._fields]
        for each in known:
            self._enter(each)

    def find(self, row: Entered) -> There | None:
        """Give what the row is the same as; a stronger identity that differs speaks against it."""
        identities = tuple(row.values.get(item.name) for item in self._fields)
        for place, value in enumerate(identities):
            if value is None:
                continue
            for known in self._by_value[place].get(value, ()):
                if not _differ(identities[:place], known.identities[:place]):
                    return _there(known, _("same %(field)s", field=self._fields[place].title))
        name = _name_of(self._resource, row.values)
        known_by_name = None if name is None else self._names.get(name)
        return None if known_by_name is None else _there(known_by_name, _("same name and particulars"))

    def add(self, row: Entered) -> None:
        """Remember a row for those that follow it."""
        self._enter(_Known(None, row.number, tuple(row.values.get(item.name) for item in self._fields)))
        name = _name_of(self._resource, row.values)
        if name is not None:
            self._names.setdefault(name, _Known(None, row.number, ()))

    def _enter(self, known: _Known) -> None:
        for place, value in enumerate(known.identities):
            if value is not None:
                self._by_value[place].setdefault(value, []).append(known)


def _differ(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))


def _there(known: _Known, reason: LazyText) -> There:
    if known.row is not None:
        return _repeats(known.row)
    return There(known.record_id, reason)


def _repeats(row: int) -> There:
    return There(None, _("This repeats row %(number)d of the file.", number=row), row)


def _ask_resource(context: Context, resource: Resource, rows: Sequence[Entered], found: Matches) -> None:
    left = [row for row in rows if row.number not in found.there]
    if resource.duplicates is None or not left:
        return
    for row, hits in zip(left, resource.duplicates(context, [row.values for row in left]), strict=True):
        certain = next((hit for hit in hits if hit.certain), None)
        if certain is not None:
            earlier = None if certain.row is None else left[certain.row].number
            found.there[row.number] = There(certain.record_id, certain.reason, earlier)
        elif hits:
            found.probable[row.number] = list(hits)


def _account(context: Context, resource: Resource, found: Matches) -> None:
    """Write to the audit of which records somebody was told that he may not see."""
    ids = sorted({there.record_id for there in found.there.values() if there.record_id is not None})
    if not ids or context.journal is None or context.actor.kind != "user":
        return
    seen = set(context.session.scalars(select(resource.model.id).where(_among(resource, ids))))
    hidden = [number for number in ids if number not in seen]
    if hidden:
        entry = {
            "at": context.now,
            "actor_id": context.actor.user_id,
            "what": TOLD,
            "resource": resource.permission,
            "detail": {"record_ids": hidden},
        }
        with context.system("account for telling of hidden records") as system:
            system.session.execute(insert(AuditEntry), [entry])
