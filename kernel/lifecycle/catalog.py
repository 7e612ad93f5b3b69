"""The tables of a schema as the database knows them: columns, keys, foreign keys, sequences. The code is
not asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Connection, text

from kernel.lifecycle.migrate import VERSION_TABLE
from kernel.lifecycle.sql import catalogue, quoted


@dataclass(frozen=True)
class Table:
    """A table: its columns with their types (generated columns left out), and those of its primary key."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """`schema.table`, as forwardings and archives name it."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> Identifier:
        """The quoted name."""
        return Identifier(self.schema, self.name)

    @property
    def column_list(self) -> Composed:
        """The quoted columns, separated by commas."""
        return SQL(", ").join(Identifier(name) for name, _type in self.columns)

    @property
    def sort(self) -> Composed:
        """What puts the rows in one order: the key, or without one the whole row as text."""
        if self.key:
            return SQL(", ").join(Identifier(name) for name in self.key)
        return Composed([SQL("ROW("), self.column_list, SQL(")::text")])


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key: from which columns of which table to which columns of which, and what deletion does."""

    name: str
    schema: str
    table: str
    columns: tuple[str, ...]
    parent_schema: str
    parent: str
    parent_columns: tuple[str, ...]
    sets_null: bool
    """Whether deleting the parent empties the reference; otherwise the row goes, or must not be without it.
    """
    definition: str
    """As `ALTER TABLE … ADD CONSTRAINT` takes it."""


@dataclass(frozen=True)
class Sequence:
    """A sequence and where it stands."""

    name: str
    last_value: int
    is_called: bool


def tables_of(connection: Connection, schema: str) -> list[Table]:
    """Give the tables of a schema by name, without the one that keeps the revision of its migrations."""
    rows = connection.execute(text(catalogue("tables")), {"schema": schema})
    return [
        Table(schema, row.name, tuple(zip(row.columns, row.types, strict=True)), tuple(row.key))
        for row in rows
        if row.name != VERSION_TABLE
    ]


def table_of(connection: Connection, full_name: str) -> Table:
    """Give one table by its full name; raise `LookupError` if there is none."""
    schema, _dot, name = full_name.partition(".")
    for table in tables_of(connection, schema):
        if table.name == name:
            return table
    raise LookupError(full_name)


def foreign_keys_of(connection: Connection, schema: str) -> list[ForeignKey]:
    """Give the foreign keys of the schema's tables, by table and name."""
    rows = connection.execute(text(catalogue("foreign_keys")), {"schema": schema})
    return [
        ForeignKey(
            row.name,
            schema,
            row.table_name,
            tuple(row.columns),
            row.parent_schema,
            row.parent,
            tuple(row.parent_columns),
            row.sets_null,
            row.definition,
        )
        for row in rows
    ]


def sequences_of(connection: Connection, schema: str) -> list[Sequence]:
    """Give the sequences of a schema with their positions, by name."""
    names = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'S' "
            "AND relnamespace = CAST(:schema AS regnamespace) ORDER BY relname"
        ),
        {"schema": schema},
    ).scalars()
    return [_position(connection, schema, name) for name in names.all()]


def count_rows(connection: Connection, table: Table) -> int:
    """Count all rows of a table, as the owner sees them."""
    counted: int = connection.exec_driver_sql(
        f"SELECT count(*) FROM {quoted(table.schema, table.name)}"  # noqa: S608 - a quoted name
    ).scalar_one()
    return counted


def _position(connection: Connection, schema: str, name: str) -> Sequence:
    row = connection.exec_driver_sql(
        f"SELECT last_value, is_called FROM {quoted(schema, name)}"  # noqa: S608 - a quoted name
    ).one()
    return Sequence(name, row.last_value, row.is_called)
