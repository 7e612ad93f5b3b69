"""Many rows into one table by one short statement, whatever their number.

The rows travel as one JSON parameter, which the server takes apart: a statement with a placeholder for each value costs
the client a hundred times more to prepare, and one statement per row costs the server a round of row security each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row], *, numbered: bool) -> list[int]:
    """Insert rows, each a mapping with the same columns, in their order.

    Columns that are not named get the database's default. With `numbered` the table's identity is given for
    each row, in the order of the rows; else nothing is read back, and the answer is empty.
    """
    if not rows:
        return []
    columns = tuple(rows[0])
    statement = _statement(table, columns, numbered)
    found = connection.exec_driver_sql(statement, {"rows": _packed(table, columns, rows)})
    # The rows are numbered in the order in which they are inserted; that in which they come back is not promised.
    return sorted(number for (number,) in found) if numbered else []


@lru_cache(maxsize=500)
def _statement(table: Table, columns: tuple[str, ...], numbered: bool) -> str:
    names = [_PREPARER.quote_identifier(name) for name in columns]
    kinds = [table.c[name].type.compile(dialect=_DIALECT) for name in columns]
    shape = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
    listed = ", ".join(names)
    key = next(iter(table.primary_key)).name
    returning = f" RETURNING {_PREPARER.quote_identifier(key)}" if numbered else ""
    return (
        f"INSERT INTO {_PREPARER.format_table(table)} ({listed})"  # noqa: S608 - names of a declared table, quoted
        f" SELECT {', '.join(f'r.{name}' for name in names)}"
        f" FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS ({shape})) WITH ORDINALITY"
        f" AS r ({listed}, row_place) ORDER BY r.row_place{returning}"
    )


def _packed(table: Table, columns: Iterable[str], rows: Sequence[Row]) -> str:
    checks = {name: check for name in columns if (check := _check_of(table.c[name].type)) is not None}
    if checks:
        rows = [{**row, **{name: check(row[name]) for name, check in checks.items()}} for row in rows]
    return json.dumps(rows, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


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
