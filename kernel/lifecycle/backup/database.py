"""The database's side of a backup: one snapshot of all rows, as the owner sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.sql import SQL
from sqlalchemy import Connection, Engine, text

import kernel
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.state import read_states
from kernel.i18n import _
from kernel.lifecycle.archiving import write_one_way
from kernel.lifecycle.backup import contents
from kernel.lifecycle.backup.contents import Head, PluginHead, SequenceHead, TableHead
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.catalog import Table, sequences_of, tables_of
from kernel.lifecycle.driver import driver
from kernel.lifecycle.migrate import current_revision
from kernel.lifecycle.ownership import schema_exists

ONE_AT_A_TIME = "peyvand.backup"


@dataclass(frozen=True)
class Snapshot:
    """The site's rows at one moment, while the block of `snapshot` lasts."""

    connection: Connection
    tables: tuple[Table, ...]
    head: Head
    heap_bytes: int
    """Size of the tables on the server's disk, for telling progress."""

    def copied(self, table: Table) -> Iterator[bytes]:
        """Give a table's rows as `COPY` text in pieces of one size; the last is smaller."""
        query = SQL("COPY (SELECT {columns} FROM {table} ORDER BY {sort}) TO STDOUT").format(
            columns=table.column_list, table=table.identifier, sort=table.sort
        )
        waiting, size = bytearray(), contents.PIECE_OF_ROWS
        with driver(self.connection).cursor() as cursor, cursor.copy(query) as copy:
            for data in copy:
                waiting += data
                while len(waiting) >= size:
                    yield bytes(waiting[:size])
                    del waiting[:size]
        if waiting:
            yield bytes(waiting)


@contextmanager
def alone(engines: Engines, site: Site) -> Iterator[None]:
    """Let no second backup of the site begin meanwhile. Raises `BackupRefused` where one is being made."""
    with engines.owner(site).begin() as guard:
        if not guard.execute(
            text("SELECT pg_try_advisory_xact_lock(hashtext(:key))"), {"key": ONE_AT_A_TIME}
        ).scalar_one():
            raise BackupRefused(_("A backup of this site is being made just now."), "under-way")
        yield


@contextmanager
def snapshot(engines: Engines, site: Site, edition_file: str | None, made_at: str) -> Iterator[Snapshot]:
    """Open a snapshot of all schemas. Steps of plugins wait until its tables are locked against changes of their shape."""
    engine = engines.owner(site).execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        with _steps_waiting(engines.owner(site)):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            write_one_way(connection)
            taken = _look(connection, site, edition_file, made_at)
            for table in taken.tables:
                driver(connection).execute(SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(table.identifier))
        yield taken
        connection.rollback()


@contextmanager
def _steps_waiting(engine: Engine) -> Iterator[None]:
    """Keep steps in the life of plugins from changing tables while the block lasts."""
    with engine.begin() as guard:
        guard.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext('peyvand.lifecycle'))"))
        yield


def _look(connection: Connection, site: Site, edition_file: str | None, made_at: str) -> Snapshot:
    plugins = [
        PluginHead(
            name=state.name,
            title=state.title,
            version=state.version,
            state=state.state.value,
            requires=list(state.requires),
            revision=current_revision(connection, state.name),
        )
        for state in read_states(connection).values()
    ]
    schemas = ["kernel", *(each.name for each in plugins if schema_exists(connection, each.name))]
    tables = [
        table
        for schema in schemas
        for table in tables_of(connection, schema)
        if table.full_name not in contents.LEFT_OUT
    ]
    head = Head(
        site={
            "name": site.name,
            "title": site.title,
            "hosts": list(site.hosts),
            "edition": site.edition,
            "locale": site.locale,
            "time_zone": site.time_zone.key,
            "fiscal_start": site.fiscal_start,
            "working_week": list(site.working_week),
            "data_keys": list(site.data_keys),
        },
        made_at=made_at,
        kernel=kernel.__version__,
        revision=str(current_revision(connection, "kernel")),
        server=str(connection.execute(text("SHOW server_version")).scalar_one()),
        edition_file=edition_file,
        plugins=plugins,
        tables=[
            TableHead(each.schema, each.name, [list(c) for c in each.columns], list(each.key))
            for each in tables
        ],
        sequences=[
            SequenceHead(schema, each.name, each.last_value, each.is_called)
            for schema in schemas
            for each in sequences_of(connection, schema)
        ],
    )
    heap: int = connection.execute(
        text(
            "SELECT coalesce(sum(pg_table_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname = ANY (:schemas)"
        ),
        {"schemas": schemas},
    ).scalar_one()
    return Snapshot(connection, tuple(tables), head, int(heap))


def series_of(connection: Connection) -> list[list[object]]:
    """Give the gapless series: name, period, last number given."""
    rows = connection.execute(text("SELECT name, period, last FROM kernel.number_series ORDER BY 1, 2"))
    return [list(row) for row in rows]
