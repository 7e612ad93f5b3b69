"""Rows for the tables of any plugin, made from what its models, fields and constraints say.

The conformance suite needs rows that it has never seen the likes of: some of one user, some of another. Values follow from
the type of a column, the kind of its field and the words of its CHECK constraints; what the database refuses is tried again
with other values. Where that does not lead anywhere, the author gives rows of his own (`suite(…, rows=…)`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    Enum,
    Select,
    Table,
    TypeDecorator,
    insert,
    select,
    table,
    text,
)
from sqlalchemy import column as plain_column
from sqlalchemy.exc import IntegrityError

from kernel.access.policies import Child, Personal, Policy, Rows
from kernel.data.base import META
from kernel.resources.fields import BaseChoice, Choice, Email, Field, Phone, Website

BEGINNING = date(2026, 3, 21)
PARTY = "kernel.party"
BASE_VALUE = table("base_value", plain_column("id"), plain_column("list"), schema="kernel")
COMMON = "همگانی"
"""Stands in the texts of rows that everybody sees."""
OWNERS = ("created_by", "updated_by")


class CannotMakeRows(AssertionError):
    """No row that the database accepts was found."""


@dataclass
class Batch:
    """Rows that belong together: those of one user, hanging on his parties and on one another."""

    user_id: int
    parties: Sequence[int]
    word: str
    """Stands in every text, so that a page that shows one of the rows can be told."""
    first: int = 0
    """Numbers of several batches are kept apart, because unique columns must differ."""
    ids: dict[str, list[int]] = field(default_factory=dict)
    """Keys of the rows made, by table."""
    kinds: dict[str, list[int]] = field(default_factory=dict)
    """Keys by resource, where several resources share a table: an author's own rows say which are of which."""


class RowMaker:
    """Makes rows of a plugin's tables through the owner's connection, which no row security binds."""

    def __init__(
        self,
        owner: Connection,
        tables: Sequence[Table],
        policies: Sequence[Policy],
        fields: Mapping[str, Field],
        for_everybody: Collection[Table] = (),
    ) -> None:
        self._owner = owner
        self._for_everybody = for_everybody
        self._tables = [each for each in META.sorted_tables if each in tables]
        self._policies = {policy.table: policy for policy in policies}
        self._fields = fields

    @property
    def tables(self) -> Sequence[Table]:
        """The tables, each after those that it refers to."""
        return self._tables

    def make(self, batch: Batch, count: int) -> Batch:
        """Make `count` rows in each table; raise `CannotMakeRows` with the table and the last refusal."""
        for each in self._tables:
            batch.ids[each.fullname] = self.make_some(each, batch, count)
        return batch

    def make_some(self, of: Table, batch: Batch, count: int) -> list[int]:
        """Make `count` rows of one table and give their keys; what it refers to stands in the batch already."""
        return [self._one(of, batch, batch.first + place) for place in range(count)]

    def values(self, of: Table, batch: Batch, number: int) -> dict[str, Any]:
        """The values of a row that has not been made: for objects that a test wants to add itself."""
        return next(self._attempts(of, batch, number))

    def _one(self, of: Table, batch: Batch, number: int) -> int:
        refused: IntegrityError | None = None
        for values in self._attempts(of, batch, number):
            try:
                with self._owner.begin_nested():
                    made = self._owner.execute(insert(of).values(values).returning(*of.primary_key))
                    key = made.one()[0]
                    return int(key) if isinstance(key, int) else key
            except IntegrityError as error:
                refused = error
        raise CannotMakeRows(
            f"no row of {of.fullname} was found that the database accepts: give rows of your own with "
            f"suite(…, rows=…). The last refusal: {refused.orig if refused else ''}"
        )

    def _attempts(self, of: Table, batch: Batch, number: int) -> Iterator[dict[str, Any]]:
        """All columns with one party for all rows, then with one for each, then only what must be filled."""
        place, known = number - batch.first, len(batch.parties)
        parties = (batch.parties[0], batch.parties[place % known], batch.parties[(place + 1) % known])
        for party in parties:
            yield self._row(of, batch, number, party)
        optional = {each.key for each in of.columns if each.nullable and each.key not in self._owners(of)}
        for party in reversed(parties):
            for shift in range(4):
                row = self._row(of, batch, number, party, shift)
                yield {name: value for name, value in row.items() if name not in optional}

    def _row(self, of: Table, batch: Batch, number: int, party: int, shift: int = 0) -> dict[str, Any]:
        row: dict[str, Any] = {}
        parties = self._parties_from(of, batch, party)
        for place, each in enumerate(of.columns):
            if each.foreign_keys and each.key not in self._owners(of) and _leads_to(each) == PARTY:
                row[each.key] = next(parties)
            elif each.key in self._owners(of):
                row[each.key] = batch.user_id
            elif each.computed is None and each.identity is None and not each.key.startswith("binned_"):
                value = self._value(of, each, batch, number, place + shift)
                if value is not None:
                    row[each.key] = value
        return row

    def _parties_from(self, of: Table, batch: Batch, party: int) -> Iterator[int]:
        """The parties of one row: first the wanted one; where several columns name one, each another, in their order."""
        if sum(_leads_to(each) == PARTY for each in of.columns) < 2:
            return cycle((party,))
        place = batch.parties.index(party) if party in batch.parties else 0
        known = len(batch.parties)
        return cycle(sorted({batch.parties[place], batch.parties[(place + 1) % known]}))

    def _owners(self, of: Table) -> set[str]:
        policy = self._policies.get(of)
        scoped = policy.scopes.get("own", ()) if isinstance(policy, Rows) else ()
        personal = (policy.user,) if isinstance(policy, Personal) else ()
        return {name for name in (*OWNERS, *scoped, *personal) if name in of.columns}

    def _value(self, of: Table, each: Column[Any], batch: Batch, number: int, place: int) -> Any:
        if each.foreign_keys or self._parent(of, each) is not None:
            return self._reference(of, each, batch, number)
        if each.server_default is not None and not _chosen(of, each):
            return None
        words = _chosen(of, each) or self._options(of, each)
        if words:
            return _as_type(each, words[number % len(words)])
        return self._plain(of, each, batch, number, place)

    def _reference(self, of: Table, each: Column[Any], batch: Batch, number: int) -> Any:
        parent = self._parent(of, each)
        target = next(iter(each.foreign_keys)).column.table if parent is None else parent
        if target is of:
            return None
        if target.fullname in batch.ids:
            made = batch.ids[target.fullname]
            return made[(number - batch.first) % len(made)]
        if target.fullname == "kernel.user_account":
            return batch.user_id
        if target.fullname == "kernel.base_value":
            return self._owner.execute(self._entry(of, each)).scalar()
        return None

    def _parent(self, of: Table, each: Column[Any]) -> Table | None:
        """The table that a policy alone says a column leads to, without a foreign key."""
        policy = self._policies.get(of)
        if not isinstance(policy, Child) or each.key != policy.key or each.foreign_keys:
            return None
        return policy.parent.__table__ if policy.parent is not None else None

    def _entry(self, of: Table, each: Column[Any]) -> Select[Any]:
        declared = self._fields.get(f"{of.fullname}.{each.key}")
        statement = select(BASE_VALUE.c.id).order_by(BASE_VALUE.c.id).limit(1)
        if isinstance(declared, BaseChoice):
            return statement.where(BASE_VALUE.c.list == declared.source)
        return statement

    def _options(self, of: Table, each: Column[Any]) -> list[str]:
        declared = self._fields.get(f"{of.fullname}.{each.key}")
        if isinstance(declared, Choice):
            return list(declared.options)
        return list(each.type.enums) if isinstance(each.type, Enum) else []

    def _plain(self, of: Table, each: Column[Any], batch: Batch, number: int, place: int) -> Any:
        kind = _python_type(each)
        if kind is str:
            return self._text(of, each, batch, number)
        day = BEGINNING + timedelta(days=3 * number + place)
        makers: dict[type[Any], Any] = {
            bool: True,
            int: number + 1,
            float: number + 1.0,
            Decimal: Decimal(number % 90 + 1),
            date: day,
            time: time(8 + place % 12),
            datetime: datetime.combine(day - timedelta(days=place), time(6), UTC) + timedelta(hours=place),
            timedelta: timedelta(minutes=15),
            dict: {},
            list: [],
            bytes: b"%d" % number,
            UUID: UUID(int=number + 1),
        }
        return makers.get(kind)

    def _text(self, of: Table, each: Column[Any], batch: Batch, number: int) -> str:
        declared = self._fields.get(f"{of.fullname}.{each.key}")
        if isinstance(declared, Email):
            return f"a{number}@example.org"
        if isinstance(declared, Website):
            return f"https://example.org/{number}"
        if isinstance(declared, Phone):
            return f"+98912{number:07d}"
        limit = getattr(declared, "limit", None) or getattr(each.type, "length", None) or 60
        word = COMMON if of in self._for_everybody else batch.word
        return f"{number} {word}"[:limit]


def _chosen(of: Table, each: Column[Any]) -> list[str]:
    """The words that a CHECK constraint allows in a column: `state IN ('open', 'closed')`."""
    for constraint in of.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.search(
                rf"\b{each.name}\b\s*(?:IN|=)\s*\(?((?:\s*'[^']*'\s*,?)+)\)?", str(constraint.sqltext)
            )
            if found:
                return re.findall(r"'([^']*)'", found[1])
    return []


def _as_type(each: Column[Any], word: str) -> Any:
    return int(word) if _python_type(each) is int else word


def _leads_to(each: Column[Any]) -> str:
    """The full name of the table that a column refers to."""
    return next((key.column.table.fullname for key in each.foreign_keys), "")


def _python_type(each: Column[Any]) -> type[Any]:
    stored = each.type.impl_instance if isinstance(each.type, TypeDecorator) else each.type
    if isinstance(stored, JSON):
        return dict
    try:
        return stored.python_type
    except NotImplementedError:
        return object


def add_parties(owner: Connection, user_id: int, names: Sequence[str]) -> list[int]:
    """Write persons of a user with the fewest columns; gives their ids in order."""
    statement = text(
        "INSERT INTO kernel.party (kind, last_name, display_name, sort_key, search_key, search_private, owner_id) "
        "VALUES ('person', :name, :name, :name, :name, '', :user) RETURNING id"
    )
    return [owner.execute(statement, {"name": name, "user": user_id}).scalar_one() for name in names]
