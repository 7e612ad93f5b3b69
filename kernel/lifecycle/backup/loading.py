"""Bringing a backup's rows into an empty database: tables as they were, rows by `COPY`, indexes and foreign keys after them.

All of it stands in one transaction of the owner. The tables are made by the migrations of the kernel and the plugins up to
the backup's revisions, so that roles, rights and walls are those of this site, whatever the other one was called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, text

from kernel.extension.discovery import Discovery
from kernel.i18n import _
from kernel.lifecycle import catalog
from kernel.lifecycle.archiving import write_one_way
from kernel.lifecycle.backup.contents import LEFT_OUT, Head, PluginHead, TableHead
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.catalog import ForeignKey, Table, foreign_keys_of, tables_of
from kernel.lifecycle.driver import driver
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, migrate
from kernel.lifecycle.numbers import set_sequence
from kernel.lifecycle.ownership import create_schema
from kernel.lifecycle.sql import catalogue

TakeRows = Callable[[TableHead, Iterator[bytes]], None]


@dataclass
class Loading:
    """The tables of a site being filled. `aside` takes rows of tables that are not made here."""

    connection: Connection
    head: Head
    aside: TakeRows
    targets: dict[str, Table] = field(default_factory=dict)
    schemas: list[str] = field(default_factory=list)
    _keys: list[ForeignKey] = field(default_factory=list)
    _indexes: list[tuple[str, str, str]] = field(default_factory=list)
    _number: int = -1
    _copy: psycopg.Copy | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def make_tables(self, discovery: Discovery, plugins: Sequence[PluginHead]) -> None:
        """Make the tables as they were, empty, and take off what would slow the loading or stand in its way."""
        migrate(self.connection, "kernel", KERNEL_MIGRATIONS, target=self.head.revision)
        self.schemas = ["kernel"]
        for plugin in plugins:
            create_schema(self.connection, plugin.name)
            directory = discovery.plugins[plugin.name].migrations
            if directory is not None and plugin.revision is not None:
                migrate(self.connection, plugin.name, directory, target=plugin.revision)
            self.schemas.append(plugin.name)
        for schema in self.schemas:
            for table in tables_of(self.connection, schema):
                self.targets[table.full_name] = table
        self._check_tables()
        self._clear_the_way()
        write_one_way(self.connection)

    def rows(self, number: int, pieces: Iterator[bytes]) -> None:
        """Take a piece of the rows of one table; its pieces come one after the other."""
        if number != self._number:
            self._finish_table()
            self._number = number
        table = self.head.tables[number]
        if table.schema not in self.schemas:
            self.aside(table, pieces)
            return
        if self._copy is None:
            self._copy = self._open.enter_context(
                driver(self.connection).cursor().copy(_copy_in(self.targets[table.full_name], table))
            )
        for piece in pieces:
            self._copy.write(piece)

    def end_rows(self) -> None:
        """Bring indexes, triggers, foreign keys and sequences back; each foreign key checks all rows as it comes."""
        self._finish_table()
        run = driver(self.connection).execute
        run("SET LOCAL maintenance_work_mem = '256MB'")
        for _schema, _name, definition in self._indexes:
            run(SQL(definition))
        for table in self.targets.values():
            run(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table.identifier))
            # A table without policy shows nothing; policies come with the plugin's declarations.
            run(SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table.identifier))
        for key in self._keys:
            run(
                SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                    Identifier(key.schema, key.table), Identifier(key.name), SQL(key.definition)
                )
            )
        for each in self.head.sequences:
            if each.schema in self.schemas:
                position = catalog.Sequence(each.name, each.last_value, each.is_called)
                set_sequence(self.connection, each.schema, position)

    def abandon(self) -> None:
        """End a `COPY` that is open, after a failure."""
        copy, self._copy = self._copy, None
        if copy is not None:
            self._open.__exit__(psycopg.Error, psycopg.Error("abandoned"), None)

    def _finish_table(self) -> None:
        self._copy = None
        self._open.close()

    def _check_tables(self) -> None:
        """Refuse tables that are not those of the backup, column by column: then the programs differ more than they say."""
        for table in self.head.tables:
            if table.schema not in self.schemas:
                continue
            target = self.targets.get(table.full_name)
            if target is None or sorted(map(list, target.columns)) != sorted(table.columns):
                raise BackupRefused(
                    _(
                        "The table “%(table)s” of the backup is not as the program here makes it.",
                        table=table.full_name,
                    ),
                    "other-tables",
                )
        known = {table.full_name for table in self.head.tables} | LEFT_OUT
        missing = sorted(self.targets.keys() - known)
        if missing:
            raise BackupRefused(_("The backup has no rows of “%(table)s”.", table=missing[0]), "other-tables")

    def _clear_the_way(self) -> None:
        run = driver(self.connection).execute
        for schema in self.schemas:
            self._keys += foreign_keys_of(self.connection, schema)
            found = self.connection.execute(text(catalogue("plain_indexes")), {"schema": schema})
            self._indexes += [(row.schema, row.name, row.definition) for row in found]
        for key in self._keys:
            run(
                SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    Identifier(key.schema, key.table), Identifier(key.name)
                )
            )
        for schema, name, _definition in self._indexes:
            run(SQL("DROP INDEX {}").format(Identifier(schema, name)))
        for table in self.targets.values():
            run(SQL("TRUNCATE {}").format(table.identifier))
            run(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table.identifier))


def _copy_in(target: Table, table: TableHead) -> SQL:
    """Rows arrive frozen: the table was emptied in this transaction, and nobody else has seen it."""
    columns = SQL(", ").join(Identifier(name) for name, _type in table.columns)
    return SQL("COPY {} ({}) FROM STDIN (FREEZE)").format(target.identifier, columns)  # type: ignore[return-value]


def tidy(connection: Connection, tables: Mapping[str, Table], schemas: Collection[str]) -> None:
    """Let the planner know the rows that came; on a connection that commits each statement by itself."""
    for table in tables.values():
        if table.schema in schemas:
            driver(connection).execute(SQL("VACUUM (ANALYZE) {}").format(table.identifier))
