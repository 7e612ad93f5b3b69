"""Rows of whatever table, moved, changed, dropped and put back by the owner's functions, and each such operation noted.

What is noted is enough to undo it: a `Ledger` is a list of plain values that goes into the log of merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from kernel.parties.merge.exact import dumps, loads
from kernel.parties.merge.references import Catalogue, Shape, quoted

Row = dict[str, Any]
"""A row as JSON: values of columns by name."""

_ROWS = text("SELECT CAST(kernel.merge_rows(CAST(:table AS regclass), CAST(:column AS name), :held) AS text)")
_FETCH = text("SELECT CAST(kernel.merge_fetch(CAST(:table AS regclass), CAST(:keys AS jsonb)) AS text)")
_COUNT = text("SELECT kernel.merge_count(CAST(:table AS regclass), CAST(:column AS name), :held)")
_RELINK = text(
    "SELECT CAST(kernel.merge_relink(CAST(:table AS regclass), CAST(:column AS name), :old, :new, CAST(:keys AS jsonb))"
    " AS text)"
)
_SET = text("SELECT kernel.merge_set(CAST(:table AS regclass), CAST(:key AS jsonb), CAST(:changes AS jsonb))")
_PUT = text("SELECT kernel.merge_put(CAST(:table AS regclass), CAST(:row AS jsonb))")
_DROP = text("SELECT kernel.merge_drop(CAST(:table AS regclass), CAST(:keys AS jsonb))")
_RIVALS = text("SELECT CAST(kernel.merge_rivals(CAST(:rule AS regclass), CAST(:row AS jsonb)) AS text)")


@dataclass
class Ledger:
    """What was done, in order; `reasons` says of each dropped row why nothing is lost with it."""

    operations: list[dict[str, Any]] = field(default_factory=list)

    def note(self, kind: str, table: str, **facts: Any) -> None:
        """Add one operation."""
        self.operations.append({"do": kind, "table": table, **facts})


class Rows:
    """The rows of the database, whoever may see them. Serves sessions of the system only."""

    def __init__(self, session: Session, ledger: Ledger | None = None) -> None:
        self.session = session
        self.catalogue = Catalogue(session)
        self.ledger = ledger if ledger is not None else Ledger()

    def of(self, table: str, column: str, *held: int) -> list[Row]:
        """Give the rows whose column refers to one of these records."""
        return self._read(_ROWS, table=quoted(table), column=column, held=list(held))

    def fetch(self, table: str, keys: Sequence[Row]) -> list[Row]:
        """Give the rows with these keys, as far as they are there."""
        return self._read(_FETCH, table=quoted(table), keys=dumps(list(keys)))

    def count(self, table: str, column: str, held: int) -> int:
        """Count the rows whose column refers to a record."""
        values = {"table": quoted(table), "column": column, "held": held}
        return int(self.session.execute(_COUNT, values).scalar_one())

    def rivals(self, identifier: str, row: Row) -> list[Row]:
        """Give the rows that a rule sets against a row with these values."""
        return self._read(_RIVALS, rule=identifier, row=dumps(row))

    def key(self, table: str, row: Row) -> Row:
        """Give the part of a row that names it."""
        names = self.catalogue.shape(table).key
        return {name: row[name] for name in names} if names else row

    def relink(
        self, table: str, column: str, old: int, new: int, keys: Sequence[Row] | None = None
    ) -> list[Row]:
        """Lead references from one record to another, of all rows or of those named; gives their keys as they are now."""
        given = None if keys is None else dumps(list(keys))
        moved = self._read(_RELINK, table=quoted(table), column=column, old=old, new=new, keys=given)
        if moved:
            self.ledger.note("relink", table, column=column, old=old, new=new, keys=moved)
        return moved

    def change(self, table: str, row: Row, changes: Mapping[str, Any], why: str) -> Row:
        """Write some columns of a row; gives the row as it is then."""
        self._set(table, self.key(table, row), changes)
        after = {**row, **changes}
        self.ledger.note(
            "set",
            table,
            key=self.key(table, after),
            before={name: row[name] for name in changes},
            after=dict(changes),
            why=why,
        )
        return after

    def drop(self, table: str, row: Row, why: str) -> None:
        """Delete a row whose content stands elsewhere; it is kept in the ledger, whole."""
        self._drop(table, [self.key(table, row)])
        self.ledger.note("drop", table, row=row, why=why)

    def put(self, table: str, row: Row) -> None:
        """Enter a row with the number that it has."""
        self._put(table, row)
        self.ledger.note("put", table, key=self.key(table, row), row=row)

    def raw(self) -> Raw:
        """Give what does the same without noting it: for undoing."""
        return Raw(self)

    def _read(self, statement: TextClause, **values: Any) -> list[Row]:
        return [loads(found) for found in self.session.execute(statement, values).scalars()]

    def _set(self, table: str, key: Row, changes: Mapping[str, Any]) -> int:
        values = {"table": quoted(table), "key": dumps(key), "changes": dumps(dict(changes))}
        return int(self.session.execute(_SET, values).scalar_one())

    def _drop(self, table: str, keys: Iterable[Row]) -> int:
        values = {"table": quoted(table), "keys": dumps(list(keys))}
        return int(self.session.execute(_DROP, values).scalar_one())

    def _put(self, table: str, row: Row) -> None:
        self.session.execute(_PUT, {"table": quoted(table), "row": dumps(row)})


class Raw:
    """Writes that leave no note."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def change(self, table: str, key: Row, changes: Mapping[str, Any]) -> int:
        """Write some columns of the row with this key; gives how many rows there were."""
        return self._rows._set(table, key, changes)

    def drop(self, table: str, keys: Iterable[Row]) -> int:
        """Delete the rows with these keys."""
        return self._rows._drop(table, keys)

    def put(self, table: str, row: Row) -> None:
        """Enter a row."""
        self._rows._put(table, row)


def is_empty(value: Any) -> bool:
    """Say whether a value says nothing."""
    return value is None or value in ("", {}, [])


USUAL = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})
"""Columns that say when a row was written, not what it says."""


def content(shape: Shape, *, without: Iterable[str] = ()) -> list[str]:
    """Give the columns of a table that say something: not its number, stamps, or what the database computes."""
    left_out = USUAL | shape.derived | set(without)
    return [name for name in shape.columns if name not in left_out]
