"""Taking a plugin's rows out of the database into an archive, and making sure that all of them are in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from sqlalchemy import Connection

import kernel
from kernel.data.files import FileStore
from kernel.extension.state import PluginState
from kernel.extension.traces import Trace, traces
from kernel.i18n import _
from kernel.lifecycle.archive import FOLDER, PIECE, Archive, Entry, Manifest, Writing, hash_of, writing
from kernel.lifecycle.catalog import Table, count_rows, sequences_of, table_of, tables_of
from kernel.lifecycle.driver import driver
from kernel.lifecycle.errors import ArchiveDamaged, StepRefused
from kernel.lifecycle.migrate import current_revision
from kernel.lifecycle.steps import Work

ONE_WAY_OF_WRITING = (
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'iso_8601'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)
"""So that the same rows give the same text on every server, whatever its settings."""


def write_one_way(connection: Connection) -> None:
    """Have values written in one way until the end of the transaction."""
    for command in ONE_WAY_OF_WRITING:
        connection.exec_driver_sql(command)


def archive_plugin(work: Work, state: PluginState) -> tuple[Path, str, Manifest]:
    """Write the archive of a plugin and verify it; gives its path, its hash and what is in it.

    The plugin's tables are locked first, so that what is counted, written and dropped is the same.
    """
    connection, name = work.connection, state.name
    tables = tables_of(connection, name)
    _lock(connection, tables)
    write_one_way(connection)
    now = datetime.now(UTC)
    path = work.workshop.site.files / FOLDER / f"{name}-{state.version}-{now:%Y%m%dT%H%M%S%f}.zip"
    with writing(path) as file:
        manifest = Manifest(
            plugin=name,
            title=state.title,
            version=state.version,
            kernel=kernel.__version__,
            site=work.workshop.site.name,
            made_at=now.isoformat(),
            revision=current_revision(connection, name),
            requires=list(state.requires),
            state=state.state,
            tables=[take(connection, file, table) for table in tables],
            elsewhere=[
                take(connection, file, table_of(connection, trace.table), trace, name) for trace in traces()
            ],
            sequences=sequences_of(connection, name),
            files=take_files(connection, FileStore(work.workshop.site.files), file, name),
        )
        work.reach("archiving")
        file.finish(manifest)
    work.reach("archived")
    _verify(connection, path, tables)
    work.reach("verified")
    return path, hash_of(path), manifest


def _lock(connection: Connection, tables: list[Table]) -> None:
    try:
        for table in tables:
            driver(connection).execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table.identifier))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
        raise StepRefused(
            _("Somebody is working with the plugin's records just now. Please try again in a moment."),
            "in-use",
        ) from error


def condition(trace: Trace, name: str) -> Composable:
    """Give the rule's condition with the plugin's name in it, for `COPY`, which takes no parameters."""
    parts: list[Composable] = []
    for part in trace.where.split(":plugin"):
        parts += [Literal(name), SQL(part)] if parts else [SQL(part)]
    return Composed(parts)


def take(
    connection: Connection, file: Writing, table: Table, trace: Trace | None = None, name: str = ""
) -> Entry:
    """Write a table's rows into an archive: all of them, or those that a rule says speak of the plugin `name`."""
    where = SQL(" WHERE {}").format(condition(trace, name)) if trace else SQL("")
    query = SQL("COPY (SELECT {columns} FROM {table}{where} ORDER BY {sort}) TO STDOUT").format(
        columns=table.column_list, table=table.identifier, where=where, sort=table.sort
    )
    place = f"elsewhere/{trace.key}" if trace else f"tables/{table.name}"
    with (
        file.entry(f"{place}.copy") as counter,
        driver(connection).cursor() as cursor,
        cursor.copy(query) as copy,
    ):
        for piece in copy:
            counter.add(piece)
    return Entry(
        file=f"{place}.copy",
        schema=table.schema,
        table=table.name,
        columns=[list(column) for column in table.columns],
        key=list(table.key),
        rows=counter.lines,
        sha256=counter.sha256,
        trace=trace.key if trace else "",
    )


def take_files(connection: Connection, store: FileStore, file: Writing, name: str) -> list[str]:
    """Put the stored files of the rows elsewhere into the archive; gives their hashes.

    A file that is missing in the store was lost before; its row still goes into the archive.
    """
    hashes: set[str] = set()
    for trace in traces():
        if trace.file_column is not None:
            schema, _dot, table = trace.table.partition(".")
            query = SQL("SELECT DISTINCT {} FROM {} WHERE {}").format(
                Identifier(trace.file_column), Identifier(schema, table), condition(trace, name)
            )
            hashes.update(row[0] for row in driver(connection).execute(query))
    kept = sorted(known for known in hashes if store.path(known).is_file())
    for content_hash in kept:
        with store.open(content_hash) as stream, file.entry(f"files/{content_hash}") as counter:
            while piece := stream.read(PIECE):
                counter.add(piece)
    return kept


def _verify(connection: Connection, path: Path, tables: list[Table]) -> None:
    """Read the archive again from the disk, and compare its rows with a count of the owner's, whom no wall
    narrows.
    """
    with Archive(path) as archive:
        archive.verify()
        written = {entry.table: entry.rows for entry in archive.manifest.tables}
    counted = {table.name: count_rows(connection, table) for table in tables}
    if written != counted:
        raise ArchiveDamaged(
            _("The archive does not hold all rows, so nothing was dropped."), "archive-incomplete"
        )


def remove_traces(connection: Connection, name: str) -> None:
    """Delete the rows elsewhere that speak of the plugin, children before parents."""
    for trace in reversed(traces()):
        schema, _dot, table = trace.table.partition(".")
        driver(connection).execute(
            SQL("DELETE FROM {} WHERE {}").format(Identifier(schema, table), condition(trace, name))
        )
