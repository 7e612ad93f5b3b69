"""Many rows into one table by one short statement, whatever their number.

The rows travel as one JSON parameter, which the server takes apart: a statement with a placeholder for each value costs
the client a hundred times more to prepare, and one statement per row costs the server a round of row security each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

Row = Mapping[str, Any]

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_PREPARER = _DIALECT.identifier_preparer
UNUSED = ("unused",)
"""A list of columns may not be empty."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row], *, numbered: bool) -> list[int]:
    """Insert rows, each a mapping with the same columns, in their order.

    Columns that are not named get the database's default. With `numbered` the table's identity is given for
    each row, in the order of the rows; else nothing is read back, and the answer is empty.
    """
    if not rows:
        return []
    first = rows[0]
    same = tuple(name for name, value in first.items() if all(row[name] is value for row in rows))
    own = tuple(name for name in first if name not in same)
    found = connection.exec_driver_sql(
        _statement(table, own, same, numbered),
        {"rows": _packed(table, own, rows), "same": _packed(table, same, rows[:1])},
    )
    # The rows are numbered in the order in which they are inserted; that in which they come back is not promised.
    return sorted(found.scalars()) if numbered else []


@lru_cache(maxsize=500)
def _statement(table: Table, own: tuple[str, ...], same: tuple[str, ...], numbered: bool) -> str:
    """Write the statement: `own` columns differ from row to row, those in `same` travel once for all of them."""
    listed = [_quoted(name) for name in (*own, *same)]
    values = [*(f"r.{_quoted(name)}" for name in own), *(f"s.{_quoted(name)}" for name in same)]
    key = _quoted(next(iter(table.primary_key)).name)
    return (
        f"INSERT INTO {_PREPARER.format_table(table)} ({', '.join(listed)})"  # noqa: S608 - declared names, quoted
        f" SELECT {', '.join(values)}"
        f" FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS ({_shape(table, own)})) WITH ORDINALITY"
        f" AS r ({', '.join([*map(_quoted, own or UNUSED), 'row_place'])}),"
        f" json_to_recordset(%(same)s::json) AS s ({_shape(table, same)})"
        f" ORDER BY r.row_place{f' RETURNING {key}' if numbered else ''}"
    )


def _shape(table: Table, columns: tuple[str, ...]) -> str:
    kinds = [f"{_quoted(name)} {table.c[name].type.compile(dialect=_DIALECT)}" for name in columns]
    return ", ".join(kinds or [f"{name} integer" for name in UNUSED])


def _quoted(name: str) -> str:
    return str(_PREPARER.quote_identifier(name))


def _packed(table: Table, columns: Sequence[str], rows: Sequence[Row]) -> str:
    checks = [(name, _check_of(table.c[name].type)) for name in columns]
    packed = [
        {name: row[name] if check is None else check(row[name]) for name, check in checks} for row in rows
    ]
    return json.dumps(packed, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def _check_of(kind: Any) -> Callable[[Any], Any] | None:
    """Give what a column type of our own does with a value before it is stored."""
    if (
        not isinstance(kind, TypeDecorator)
        or type(kind).process_bind_param is TypeDecorator.process_bind_param
    ):
        return None
    return lambda value: kind.process_bind_param(value, _DIALECT)


def _plain(value: Any) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"a {type(value).__name__} cannot be stored")
